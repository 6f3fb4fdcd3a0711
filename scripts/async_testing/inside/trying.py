"""In a fork, or in a process of its own: run some tests in an order, and stop at the first one that fails."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
import warnings
from collections.abc import Sequence
from typing import Any, Protocol

import pytest

from .running import last_line

Result = dict[str, Any]


class Teller(Protocol):
    """What is told how it goes: memory that a parent reads, or a file."""

    def begin(self, index: int) -> None:
        """Tell that a test begins."""

    def tell(self, **result: Any) -> None:
        """Tell how it ended."""


class Failures:
    """Plugin: what went wrong, if anything."""

    def __init__(self) -> None:
        self.message: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look at each phase of a test."""
        if report.failed and self.message is None:
            self.message = last_line(report.longreprtext)


def attempt(
    session: pytest.Session,
    items: Sequence[pytest.Item],
    teller: Teller,
    *,
    all_of_them: bool,
    failures: Failures | None = None,
) -> Result:
    """Run tests until one fails, or with ``all_of_them`` whatever they do.

    Args:
        session: pytest's session.
        items: the tests in their order.
        teller: is told which one begins.
        all_of_them: whether to go on after a failure; threads that are left are not waited for then.
        failures: the plugin, where it is registered already.

    Returns:
        ``state``, ``by`` (the place of the one that failed), ``ran`` and ``message``; with ``all_of_them`` the places
        of all that ``failed`` and the seconds of ``each``.
    """
    config = session.config
    if failures is None:
        failures = Failures()
        config.pluginmanager.register(failures)
    config.option.tbstyle = "line"
    failed: list[int] = []
    seconds: list[float] = []
    for index, item in enumerate(items):
        teller.begin(index)
        following = items[index + 1] if index + 1 < len(items) else None
        began = time.monotonic()
        message = _run(item, following, failures)
        seconds.append(round(time.monotonic() - began, 4))
        if message is None and following is None and not failed:
            message = _left_over(config)
        if message is None:
            continue
        failed.append(index)
        if not all_of_them:
            return {"state": "failed", "by": index, "ran": index + 1, "message": message}
    if not failed and not all_of_them:
        end_threads()
    told = {"failed": failed, "each": seconds} if all_of_them else {}
    return {"state": "failed" if failed else "passed", "by": -1, "ran": len(items), "message": "", **told}


def _run(item: pytest.Item, following: pytest.Item | None, failures: Failures) -> str | None:
    """Run one test; returns what went wrong."""
    failures.message = None
    try:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    except BaseException as error:  # pytest.exit and Ctrl-C: the run would end here and not be green
        return f"{type(error).__name__}: {error}"
    return failures.message


def _left_over(config: pytest.Config) -> str | None:
    """What pytest would still complain of at the end of the run: exceptions that nobody could catch."""
    module = sys.modules.get("_pytest.unraisableexception")
    collect = getattr(module, "collect_unraisable", None)
    if collect is None:
        return None
    filters = getattr(sys.modules.get("_pytest.config"), "apply_warning_filters", None)
    with warnings.catch_warnings():
        if filters is not None:
            filters(config.getini("filterwarnings"), config.known_args_namespace.pythonwarnings or [])
        gc.collect()
        try:
            collect(config)
        except BaseException as error:
            return f"{type(error).__name__}: {error}"
    return None


def end_threads() -> None:
    """Wait for threads as Python does at its end: where one never ends, neither does the run of the tests."""
    main = threading.main_thread()
    if any(one is not main and not one.daemon for one in threading.enumerate()):
        threading._shutdown()  # type: ignore[attr-defined]  # tells those of executors to end, then joins


def own_output(config: pytest.Config) -> None:
    """In a fork: capture into files of its own, for the parent's are shared with every other fork."""
    manager = config.pluginmanager.getplugin("capturemanager")
    if manager is not None and hasattr(manager, "start_global_capturing"):
        manager.stop_global_capturing()
        manager.start_global_capturing()


def leave() -> None:
    """End this process at once: nothing of what waits for its end is this one's to do."""
    os._exit(0)
