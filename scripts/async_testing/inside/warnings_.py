"""Plugin: what is only said in passing while a test runs, and told here of that test.

Coroutines that nobody awaited, resources that nobody closed, exceptions that could not be raised, tasks that their loop
left pending. What the user's configuration ignores stays ignored.
"""

from __future__ import annotations

import asyncio
import gc
import re
import sys
import time
import warnings
from asyncio import base_events
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any

import pytest

from .events import Events

UNRAISABLE = ("PytestUnraisableExceptionWarning", "PytestUnhandledThreadExceptionWarning")
LEFT = ("Task was destroyed but it is pending!", "exception was never retrieved")
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+| fd=\d+|, laddr=\([^)]*\)|, raddr=\([^)]*\)")
"""What is another in every run."""
SLOW = 0.03
"""Seconds of a garbage collection after which what lives then is left out of the next ones."""


class Warnings:
    """Tells ``warned`` with the test, what was said, and the fixture of a wider scope in which it was said, if any."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._test = ""
        self.during = ""
        """What is going on that is not the test's own doing; set by whoever knows."""

    def pytest_configure(self, config: pytest.Config) -> None:
        """Have unclosed resources told, except where the user's filters, which come later, say otherwise."""
        with suppress(ValueError, KeyError, AttributeError):
            config.getini("filterwarnings").insert(0, "always::ResourceWarning")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """Clean up what the collection left, which is no test's, and look at nothing of it again."""
        gc.collect()
        gc.freeze()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, None]:
        """Listen while a test runs, and once more after its garbage is collected."""
        self._test = item.nodeid
        undo = self._listen()
        try:
            yield
            collect()
        finally:
            for one in undo:
                one()

    def _listen(self) -> list[Callable[[], None]]:
        module: Any = warnings
        show, hook = getattr(module, "_showwarnmsg_impl", None), sys.unraisablehook
        handler = base_events.BaseEventLoop.default_exception_handler

        def shown(message: Any) -> None:
            self._told(message.category, message.message)
            if show is not None:
                show(message)

        def unraisable(what: Any) -> None:
            said = f"{what.err_msg or 'Exception ignored in'}: {what.object!r}: "
            self._warn(f"{said}{getattr(what.exc_type, '__name__', '')}: {what.exc_value}", what.exc_value)

        def unhandled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            said = str(context.get("message", ""))
            if said.endswith(LEFT):
                what = context.get("exception") or context.get("task") or context.get("future")
                self._tell("task", f"{said.rstrip('!')}: {what!r}")
            handler(loop, context)  # type: ignore[arg-type]

        if show is not None:
            module._showwarnmsg_impl = shown
        sys.unraisablehook = unraisable
        base_events.BaseEventLoop.default_exception_handler = unhandled  # type: ignore[method-assign,assignment]

        def restore() -> None:
            if show is not None and module._showwarnmsg_impl is shown:
                module._showwarnmsg_impl = show
            if sys.unraisablehook is unraisable:
                sys.unraisablehook = hook
            base_events.BaseEventLoop.default_exception_handler = handler  # type: ignore[method-assign]

        return [restore]

    def _warn(self, said: str, error: BaseException | None) -> None:
        """Say what could not be raised as pytest would, so that its filters and those of the user apply."""
        if isinstance(error, Warning):
            self._told(type(error), error)
            return
        category = getattr(pytest, UNRAISABLE[0], RuntimeWarning)
        try:
            warnings.warn(category(said), stacklevel=2)
        except Warning as raised:
            self._told(type(raised), raised)

    def _told(self, category: type[Warning], message: Warning | str) -> None:
        said = " ".join(str(message).split())
        if category.__name__ in UNRAISABLE:
            self._tell("unraisable", said.partition(" Traceback ")[0])
        elif issubclass(category, ResourceWarning):
            self._tell("unclosed", said)
        elif issubclass(category, RuntimeWarning) and "was never awaited" in said:
            self._tell("unawaited", said)

    def _tell(self, about: str, said: str) -> None:
        said = ADDRESS.sub("", said)
        self._events.tell("warned", about=about, name=self._test, message=said[:500], during=self.during)


def collect() -> None:
    """Collect garbage; where that has become slow, what lives now is left out from now on."""
    started = time.perf_counter()
    gc.collect()
    if time.perf_counter() - started > SLOW:
        gc.freeze()
