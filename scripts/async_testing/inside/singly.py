"""Mode ``singly``: each test as if it were the only one, in a fork of a process that has collected and run none."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from .events import Events
from .ordering import ordering
from .resources import descriptors
from .running import Telling
from .settled import Settled
from .trying import leave, own_output

POLL = 0.002


class Singly:
    """Tells ``ends`` of each test, or ``unfit`` with the reason why no fork of this process can be trusted.

    Args:
        events: is told.
        limit: seconds that a test may take.
        seconds: that all of them may take; those that are left over are not told of.
    """

    def __init__(self, events: Events, limit: float, seconds: float) -> None:
        self._events = events
        self._limit, self._seconds = limit, seconds

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Fork for each test, in place of running them."""
        if reason := _unfit():
            self._events.tell("unfit", message=reason)
            return True
        over = time.monotonic() + self._seconds
        for item in session.items:
            if time.monotonic() > over:
                break
            self._run(item)
        return True

    def _run(self, item: pytest.Item) -> None:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        pid = os.fork()
        if pid == 0:
            self._be_the_only_one(item)
        code = _awaited(pid, time.monotonic() + self._limit)
        if code is None:
            message = f"it did not end within {self._limit:.0f} s"
        elif code == 0:
            return
        else:
            message = f"its process ended with {f'signal {-code}' if code < 0 else f'exit code {code}'}"
        self._events.tell("ends", name=item.nodeid, outcome="error", message=message, seconds=0.0)

    def _be_the_only_one(self, item: pytest.Item) -> None:
        """Run one test and end this process, whatever comes."""
        with suppress(OSError):
            os.setsid()
        try:
            own_output(item.config)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        except BaseException as error:
            message = f"{type(error).__name__}: {error}"
            self._events.tell("ends", name=item.nodeid, outcome="error", message=message, seconds=0.0)
        finally:
            leave()


def _unfit() -> str:
    """Why this process cannot be forked; empty where it can."""
    if not hasattr(os, "fork"):
        return "this system cannot fork"
    if threading.active_count() > 1:
        return f"the collection left {threading.active_count() - 1} threads running"
    if any(link.startswith("socket:") for _, link in descriptors()):
        return "the collection left a socket open"
    return ""


def _awaited(pid: int, over: float) -> int | None:
    """The exit code of a fork; None where it had to be killed. What it left running in its session is killed."""
    code: int | None = None
    while time.monotonic() < over:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            break
        time.sleep(POLL)
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    if code is None:
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)
    return code


def plugins(settings: dict[str, Any]) -> list[object]:
    """The plugins of this mode."""
    events = Events(settings["events"])
    singly = Singly(events, settings["limit"], settings["seconds"])
    return [Settled(), Telling(events), ordering(settings, events), singly]
