"""Mode ``lines``: the tests as they are, and which lines of some files each of them runs.

What a fixture of a wider scope runs, when it is set up and when it is torn down, is told of the fixture, and each test
tells which of those it uses: it belongs to all of them, whichever came first. Lines outside of any test, those of
imports and of the collection above all, are told on their own; so are functions that are called while a test imports
something, which the first test does for all others.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from .events import Events
from .running import Telling
from .settled import Settled
from .tracing import Lines, Recorder, recorder


class Attributing:
    """Tells ``ran`` for each test and ``fixture`` for each fixture; ``outside`` and ``arcs`` at the end."""

    def __init__(self, watched: Recorder, events: Events) -> None:
        self._watched = watched
        self._events = events
        self._fixtures: list[tuple[Any, Lines]] = []
        self._uses: set[int] = set()
        self._taken: set[str] = set()

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, None]:
        """Gather what runs from the beginning of a test to its end."""
        outside, own = self._watched.lines, defaultdict[str, set[int]](set)
        self._uses = set()
        self._watched.lines = own
        self._watched.again()
        yield
        self._watched.lines = outside
        self._events.tell("ran", name=item.nodeid, lines=_plain(own), uses=sorted(self._uses))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, None]:
        """See which fixtures the test has used, before they are forgotten."""
        self._uses |= {self._number(one) for one in _used(item) if _is_shared(one)}
        yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, None]:
        """Gather what a fixture of a wider scope runs; finalizers are called last one first."""
        self._taken.add(fixturedef.argname)
        if not _is_shared(fixturedef):
            yield
            return
        number = self._number(fixturedef)
        own = self._fixtures[number][1]
        before = self._watched.lines
        self._uses.add(number)

        def begin() -> None:
            nonlocal before
            before, self._watched.lines = self._watched.lines, own

        def end() -> None:
            self._watched.lines = before
            self._tell(number)

        fixturedef.addfinalizer(end)
        self._watched.lines = own
        yield
        self._watched.lines = before
        self._tell(number)
        fixturedef.addfinalizer(begin)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell what imports have run, in case the rest does not come to its end, and the names of all fixtures."""
        names = {name for item in session.items for name in getattr(item, "fixturenames", ())}
        self._events.tell("fixtures", names=sorted(names))
        self._events.tell("outside", lines=_plain(self._watched.lines))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Tell the rest; some fixtures were taken by name while another one was made."""
        self._watched.stop()
        self._events.tell("fixtures", names=sorted(self._taken))
        for lines in (self._watched.lines, self._watched.imported):
            self._events.tell("outside", lines=_plain(lines))
        arcs = {name: sorted(found) for name, found in self._watched.arcs.items()}
        self._events.tell("arcs", arcs=arcs, how=self._watched.how)

    def _number(self, fixture: Any) -> int:
        for number, (known, _) in enumerate(self._fixtures):
            if known is fixture:
                return number
        self._fixtures.append((fixture, defaultdict(set)))
        return len(self._fixtures) - 1

    def _tell(self, number: int) -> None:
        self._events.tell("fixture", number=number, lines=_plain(self._fixtures[number][1]))


def _used(item: pytest.Item) -> Iterator[Any]:
    """The fixtures of a test: those that it asks for, and those that it took by name while it ran."""
    asked = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    for name in getattr(item, "fixturenames", ()):
        yield from asked.get(name, ())
    taken = getattr(getattr(item, "_request", None), "_fixture_defs", {})
    yield from taken.values()


def _is_shared(fixture: Any) -> bool:
    return getattr(fixture, "scope", "function") != "function"


def _plain(lines: Lines) -> dict[str, list[int]]:
    return {name: sorted(found) for name, found in lines.items() if found}


def plugins(settings: dict[str, Any]) -> list[object]:
    """The plugins of this mode; looking begins here, before anything of the project is imported."""
    events = Events(settings["events"])
    watched = recorder({os.path.realpath(full): name for name, full in settings["files"].items()})
    watched.start()
    return [Settled(), Telling(events), Attributing(watched, events)]
