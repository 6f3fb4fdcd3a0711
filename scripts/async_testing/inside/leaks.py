"""Plugin: what a test leaves behind for those that come after it.

What a fixture of a wider scope sets up belongs to no test. Values are compared when the fixtures of the test itself are
torn down; what is open or runs is compared at the very end, when garbage is collected.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Protocol

import pytest

from .attributes import Attributes
from .events import Events
from .folders import Folders
from .holdings import space_of
from .left import MISSING, Left
from .overrides import Overrides
from .resources import Resources
from .surroundings import Surroundings
from .warnings_ import Warnings


class Probe(Protocol):
    """Something to look at."""

    def look(self) -> Any:
        """How it is: a mapping."""

    def told(self, before: Any, after: Any) -> Iterator[Left]:
        """What a change means."""


class Leaks:
    """Tells ``left`` with the test, what it left, and whether it may be what the first one sets up for all.

    Args:
        events: is told.
        warned: is told when something goes on that is not the test's own doing.
        root: the project's folder.
        known: the files in it before any test ran.
    """

    def __init__(self, events: Events, warned: Warnings, root: str, known: Iterable[str] | None) -> None:
        self._events, self._warned = events, warned
        self._root = os.path.realpath(root) + os.sep
        self._files: dict[str, bool] = {}
        self._surroundings, self._overrides = Surroundings(self._own), Overrides()
        self._resources = Resources(self._inside)
        self._values: list[Probe] = [self._surroundings, self._overrides, Attributes(self._own)]
        self._values.append(Folders(self._root.rstrip(os.sep), known))
        self._base: dict[Probe, dict[Any, Any]] = {}
        self._outer: dict[Probe, dict[Any, Any]] = {}
        self._pending: list[tuple[str, Left]] = []
        self._cancelled: list[Left] = []
        self._broken: set[Probe] = set()
        self._compared = self._is_last = False
        self._depth = 0
        self._resources.listen()

    def _inside(self, filename: str) -> bool:
        """Whether a file is the project's."""
        if filename not in self._files:
            path = os.path.realpath(filename)
            below = path.removeprefix(self._root).replace(os.sep, "/").split("/")
            hidden = any(one.startswith(".") or one == "site-packages" for one in below)
            self._files[filename] = path.startswith(self._root) and not hidden
        return self._files[filename]

    def _own(self, module: Any) -> bool:
        """Whether a module is the project's."""
        file = (space_of(module) or {}).get("__file__") if issubclass(type(module), ModuleType) else None
        return type(file) is str and self._inside(file)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Look at how things are before the first test."""
        self._surroundings.has_filters = not session.config.pluginmanager.hasplugin("warnings")
        try:
            self._overrides.find()
        except Exception as error:
            self._give_up(self._overrides, error)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, Any, None]:
        """Compare before and after."""
        if not self._base:
            self._rebase(self._values)
            self._rebase([self._resources])
        self._outer = self._outer or {one: self._base[one] for one in self._values}
        self._compared = False
        self._is_last = nextitem is None or nextitem.parent is not item.parent
        setup = item.setup

        def first() -> None:
            """The finalizer that is added first is called last."""
            item.addfinalizer(lambda: self._compare_values(item.nodeid))
            setup()

        item.setup = first  # type: ignore[method-assign]
        self._resources.cancelled.clear()
        yield
        if not self._compared:
            self._compare_values(item.nodeid)
        elif self._is_last:
            self._rebase(self._values)
        for left in (*self._cancelled, *self._compare([self._resources])):
            self._tell(item.nodeid, left)
        if nextitem is None or nextitem.path != item.path:
            self._tell_what_stayed()
        self._warned.during = ""

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, None]:
        """Take what a fixture of a wider scope sets up for how things are."""
        if getattr(fixturedef, "scope", "function") == "function":
            yield
            return
        with self._not_its_own(f"the setup of {fixturedef.argname}"):
            yield
            result = getattr(fixturedef, "cached_result", None)
            if result:
                self._overrides.meet(result[0])

    @contextmanager
    def _not_its_own(self, what: str) -> Iterator[None]:
        if self._depth:
            yield
            return
        self._depth, before_during = 1, self._warned.during
        self._warned.during = what
        probes: list[Probe] = [*self._values, self._resources]
        before = {one: self._look(one) for one in probes}
        try:
            yield
        finally:
            for one in probes:
                after, base = self._look(one), self._base[one]
                for key in {**before[one], **after}:
                    if before[one].get(key, MISSING) != after.get(key, MISSING):
                        base[key] = after.get(key, MISSING)
                self._base[one] = {key: value for key, value in base.items() if value is not MISSING}
            self._depth, self._warned.during = 0, before_during

    def _compare_values(self, test: str) -> None:
        self._compared = True
        self._cancelled = [*self._resources.cancelled]
        self._pending += ((test, left) for left in self._compare(self._values))
        if self._is_last:
            self._warned.during = "the teardown of fixtures of a wider scope"

    def _compare(self, probes: list[Any]) -> Iterator[Left]:
        for one in probes:
            after = self._look(one)
            yield from self._told(one, self._base[one], after)
            self._base[one] = {**after}

    def _tell_what_stayed(self) -> None:
        """At the end of a module: what a fixture of it has restored by now was left to none but its own tests."""
        still = {
            left.what
            for one, before in self._outer.items()
            for left in self._told(one, before, self._base[one])
            if self._pending
        }
        for test, left in self._pending:
            if any(left.what == one or left.what.startswith(f"{one}.") for one in still):
                self._tell(test, left)
        self._pending, self._outer = [], {}

    def _tell(self, test: str, left: Left) -> None:
        self._events.tell("left", name=test, what=left.what, message=left.message, once=left.once)

    def _rebase(self, probes: list[Any]) -> None:
        for one in probes:
            self._base[one] = {**self._look(one)}

    def _look(self, probe: Any) -> Any:
        """Look, but never disturb a test: what cannot be looked at is told once, and looked at no more."""
        if probe not in self._broken:
            try:
                return probe.look()
            except Exception as error:
                self._give_up(probe, error)
        return {}

    def _told(self, probe: Any, before: Any, after: Any) -> list[Left]:
        if probe not in self._broken:
            try:
                return [*probe.told(before, after)]
            except Exception as error:
                self._give_up(probe, error)
        return []

    def _give_up(self, probe: Any, error: Exception) -> None:
        self._broken.add(probe)
        self._events.tell("unwatched", what=type(probe).__name__.lower(), message=repr(error))
