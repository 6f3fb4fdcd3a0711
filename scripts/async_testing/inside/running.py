"""Mode ``running``: the tests as they are, each told when it begins and how it ends."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest

from .events import Events

_LED_TO = re.compile(
    r"^(?:During handling of the above exception|The above exception was the direct cause).*$", re.MULTILINE
)


class Telling:
    """Tells what pytest does: ``session``, ``collected``, ``begins``, ``ends``, ``refused`` and ``finished``."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._seconds: dict[str, float] = {}
        self._worst: dict[str, tuple[str, str]] = {}

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Tell what runs here."""
        version = ".".join(map(str, sys.version_info[:3]))
        self._events.tell(
            "session", python=version, pytest=pytest.__version__, root=str(session.config.rootpath)
        )

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Tell of a file that could not be collected."""
        if report.failed:
            self._events.tell("refused", name=report.nodeid, message=last_line(report.longreprtext))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell the tests in the order they will run."""
        self._events.tell("collected", tests=[item.nodeid for item in session.items])

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """Tell that a test begins."""
        self._events.tell(
            "begins", name=nodeid, path=location[0].replace("\\", "/"), line=(location[1] or 0) + 1
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather the three phases of a test."""
        name = report.nodeid
        self._seconds[name] = self._seconds.get(name, 0.0) + report.duration
        outcome, message = outcome_of(report)
        if outcome and (name not in self._worst or self._worst[name][0] in ("passed", "xfailed")):
            self._worst[name] = (outcome, message)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell how a test ended."""
        outcome, message = self._worst.pop(nodeid, ("passed", ""))
        self._events.tell(
            "ends", name=nodeid, outcome=outcome, message=message, seconds=self._seconds.pop(nodeid, 0.0)
        )

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Tell that the run came to its end."""
        self._events.tell("finished", code=int(exitstatus))


def outcome_of(report: pytest.TestReport) -> tuple[str, str]:
    """What one phase says of its test, and the last line of why; empty where it says nothing."""
    if report.failed:
        return ("failed" if report.when == "call" else "error"), last_line(report.longreprtext)
    expected = hasattr(report, "wasxfail")
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
        return ("xfailed" if expected else "skipped"), last_line(reason)
    if report.when == "call":
        return ("xpassed" if expected else "passed"), ""
    return "", ""


def last_line(text: str) -> str:
    """The line of a traceback that says what went wrong, in the last exception where others led to it."""
    text = _LED_TO.split(text)[-1]
    lines = [line for line in text.splitlines() if line.strip()]
    told = [line[1:].strip() for line in lines if line.startswith("E ")]
    if told and told[0].startswith('File "'):
        told = told[-1:]
    return (told or [line.strip() for line in lines[-1:]] or [""])[0][:500]


def plugins(settings: dict[str, Any]) -> list[object]:
    """The plugins of this mode."""
    return [Telling(Events(settings["events"]))]
