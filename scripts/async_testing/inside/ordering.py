"""Plugin: the order in which the tests run, the same for the same seed and independent of which tests there are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from .events import Events


class Ordering:
    """Arranges the collected tests. Orders that the user's own plugins and conftest ask for are made after it.

    Args:
        kind: ``blocks`` (modules, in them classes, in them tests are shuffled), ``full`` (tests are shuffled, wherever
            they lie), ``reverse``, ``given``, or empty for the order in which they were collected.
        seed: of the shuffled ones.
        tests: node IDs; of ``given`` in their order. Others are left out, unless there are none.
        events: is told the order that it came to.
    """

    def __init__(self, kind: str, seed: int, tests: Sequence[str], events: Events) -> None:
        self._kind, self._seed = kind, seed
        self._places = {name: place for place, name in enumerate(tests)}
        self._events = events
        self._left_out: list[pytest.Item] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Arrange, before pytest itself brings together the tests that share a parametrized fixture."""
        if self._places:
            self._left_out = [one for one in items if one.nodeid not in self._places]
            items[:] = [one for one in items if one.nodeid in self._places]
            if self._left_out:
                config.hook.pytest_deselected(items=self._left_out)
        if self._kind == "given":
            items.sort(key=lambda item: self._places[item.nodeid])
        elif self._kind == "reverse":
            items.reverse()
        elif self._kind == "full":
            items.sort(key=lambda item: self._key(item.nodeid))
        elif self._kind == "blocks":
            items.sort(key=self._block)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell how plugins of the user's that arrange tests as well are switched off on a command line."""
        config = session.config
        found = [f"no:{one}" for one in ("randomly", "random_order") if config.pluginmanager.hasplugin(one)]
        switches = [word for one in found for word in ("-p", one)]
        if getattr(config.known_args_namespace, "numprocesses", None):
            switches.append("-n0")
        self._events.tell("arranged", switches=switches)

    def _block(self, item: pytest.Item) -> tuple[bytes, ...]:
        """The places of a test's module, of its class in it, and of itself."""
        path, *parts = item.nodeid.partition("[")[0].split("::")
        above = ["::".join((path, *parts[:depth])) for depth in range(len(parts))]
        return (*(self._key(one) for one in above), self._key(item.nodeid))

    def _key(self, name: str) -> bytes:
        return hashlib.sha256(f"{self._seed}:{name}".encode("utf-8", "backslashreplace")).digest()


def ordering(settings: dict[str, Any], events: Events) -> Ordering:
    """The plugin for the settings ``order``, ``seed`` and ``tests``."""
    tests: Iterable[str] = settings.get("tests", ())
    return Ordering(settings.get("order", ""), settings.get("seed", 0), [*tests], events)
