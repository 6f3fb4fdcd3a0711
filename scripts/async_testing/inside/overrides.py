"""Dependencies that a test has overridden in an application that others use too."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

from .holdings import space_of
from .left import MISSING, Left

State = Mapping[tuple[int, int], tuple[str, int]]


class Overrides:
    """Looks at the ``dependency_overrides`` of the applications that live longer than a test."""

    def __init__(self) -> None:
        self._apps: weakref.WeakSet[Any] = weakref.WeakSet()

    def find(self) -> None:
        """Find those that exist by now."""
        kind = getattr(sys.modules.get("fastapi.applications"), "FastAPI", None)
        if kind is not None:
            self._apps.update(one for one in gc.get_objects() if issubclass(type(one), kind))

    def meet(self, value: Any) -> None:
        """Look from now on at a value, if it is an application, or at that which it has."""
        kind = getattr(sys.modules.get("fastapi.applications"), "FastAPI", None)
        if kind is not None:
            found = (value, (space_of(value) or {}).get("app"))
            self._apps.update(one for one in found if issubclass(type(one), kind))

    def look(self) -> State:
        """What is overridden by what."""
        state = {}
        for app in [*self._apps]:
            overrides = getattr(app, "dependency_overrides", None)
            for key, value in [*overrides.items()] if isinstance(overrides, dict) else ():
                name = getattr(key, "__qualname__", None) or type(key).__qualname__
                state[id(app), id(key)] = name, id(value)
        return state

    def told(self, before: State, after: State) -> Iterator[Left]:
        """What is overridden otherwise than before."""
        for key in {**before, **after}:
            was, now = before.get(key, MISSING), after.get(key, MISSING)
            if was != now:
                name = (after.get(key) or before[key])[0]
                how = "removed" if now is MISSING else "set"
                what = f"dependency_overrides[{name}]"
                yield Left(what, f"{what} stays {how}; a fixture that restores it keeps it to its test")
