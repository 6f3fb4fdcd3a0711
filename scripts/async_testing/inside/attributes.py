"""What the project's modules and classes hold before and after a test, and what it has patched of others."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from .holdings import (
    CONTAINERS,
    LASTING,
    PLAIN,
    Held,
    Holdings,
    content_left,
    is_fixed,
    is_stand_in,
    is_test,
    patched,
    space_of,
    stays,
)
from .left import MISSING, Left

MANY = 5
"""Names of one module that change at once are told together from here on."""


class Owner(NamedTuple):
    """A module or class whose names are looked at."""

    name: str
    space: Mapping[str, Any]
    module: ModuleType | None
    """The module that defines it; None for one that is not the project's, of which only patches are told."""
    is_class: bool


class Look(NamedTuple):
    """How an owner was."""

    identities: tuple[int, ...]
    holds: dict[str, Held]
    changeable: tuple[str, ...]
    """The names of what can change without being replaced."""


State = dict[str, Look]


class Attributes:
    """Looks at the modules of the project and of its tests, at their classes, and at what they import.

    Args:
        own: says of a module whether it is the project's.
    """

    def __init__(self, own: Callable[[Any], bool]) -> None:
        self._own = own
        self._held = Holdings(own).held
        self._owners: dict[int, Owner] = {}
        self._met: set[str] = set()
        self._last: State = {}
        self._assigned: dict[str, frozenset[str]] = {}
        self._set_by_code: tuple[int, frozenset[str]] = (0, frozenset())

    def look(self) -> State:
        """How things are; what cannot have changed is taken from the last look."""
        for name in sys.modules.keys() - self._met:
            self._met.add(name)
            self._meet(name, sys.modules.get(name))
        self._last = {one.name: self._look_at(one, self._last.get(one.name)) for one in self._owners.values()}
        return self._last

    def _look_at(self, owner: Owner, last: Look | None) -> Look:
        identities = tuple(map(id, [*owner.space.values()]))
        if last is None or last.identities != identities:
            return self._look_afresh(owner, identities)
        if not last.changeable:
            return last
        changed = {
            name: now
            for name in last.changeable
            if name in owner.space and (now := self._held(owner.space[name])) is not last.holds[name]
        }
        return last._replace(holds={**last.holds, **changed}) if changed else last

    def _look_afresh(self, owner: Owner, identities: tuple[int, ...]) -> Look:
        if owner.module is None:
            return Look(
                identities, {name: Held(id(one), type(one)) for name, one in [*owner.space.items()]}, ()
            )
        holds = {
            name: self._held(value)
            for name, value in [*owner.space.items()]
            if not name.startswith("__") or type(value) is FunctionType or is_stand_in(value)
        }
        return Look(identities, holds, tuple(name for name, one in holds.items() if not is_fixed(one)))

    def _meet(self, name: str, module: Any) -> None:
        """Look at a module from now on, if it is the project's: at its classes, and at what it imports, too."""
        if not issubclass(type(module), ModuleType) or not self._own(module):
            return
        self._add(module, Owner(name, vars(module), module, is_class=False))
        for value in [*vars(module).values()]:
            if issubclass(type(value), type):
                home = sys.modules.get(value.__module__)
                if home is module or (home is not None and not self._own(home)):
                    label = f"{value.__module__}.{value.__qualname__}"
                    own = module if home is module else None
                    self._add(value, Owner(label, vars(value), own, is_class=True))
            elif issubclass(type(value), ModuleType) and not self._own(value):
                self._add(value, Owner(value.__name__, vars(value), None, is_class=False))

    def _add(self, what: Any, owner: Owner) -> None:
        self._owners.setdefault(id(what), owner)

    def told(self, before: State, after: State) -> Iterator[Left]:
        """What changed between two looks and matters to the tests that come after."""
        shared: dict[int, tuple[Owner, Left]] = {}
        for owner in self._owners.values():
            was, now = before.get(owner.name), after.get(owner.name)
            if was is None or now is None or was is now or was == now:
                continue
            found = [*self._changes(owner, was, now, shared)]
            if len(found) > MANY:
                yield Left(
                    owner.name, f"{len(found)} names of {owner.name} stay changed, such as {found[0].what}"
                )
            else:
                yield from found
        yield from (left for _, left in shared.values())

    def _changes(
        self, owner: Owner, was: Look, now: Look, shared: dict[int, tuple[Owner, Left]]
    ) -> Iterator[Left]:
        """The changes of one owner; of an object that many modules share, the module that was imported last tells."""
        for name in [*now.holds, *(now.holds.keys() ^ was.holds.keys()) - now.holds.keys()]:
            before, after = was.holds.get(name), now.holds.get(name)
            if before == after:
                continue
            what = f"{owner.name}.{name}"
            value = owner.space.get(name, MISSING)
            if before is None or after is None or before.identity != after.identity or not after.identity:
                left = self._replaced(owner, name, before, after, value)
                if left is not None:
                    yield left
            elif (left := content_left(what, name, before, after)) is not None:
                shared[after.identity] = (owner, left._replace(once=owner.is_class))

    def _replaced(
        self, owner: Owner, name: str, before: Held | None, after: Held | None, value: Any
    ) -> Left | None:
        what = f"{owner.name}.{name}"
        if is_stand_in(value):
            return patched(what)
        if owner.module is None or before is None or type(value) is ModuleType or LASTING.search(name):
            return None
        if after is None:  # one that is there is of a kind that is not looked at
            return Left(what, f"{what} stays deleted") if value is MISSING else None
        if None not in (before.content, after.content) and {before.type, after.type} <= {*PLAIN}:
            return Left(what, stays(what, before.content, after.content))
        if owner.is_class or name in self._names_assigned(owner.module) or _is_own(owner.module, name, value):
            return None
        if after.type in PLAIN or after.type in CONTAINERS or before.type is type(None):
            return Left(what, f"{what} stays set from outside; monkeypatch.setattr restores it")
        return Left(what, f"{what} stays replaced by another object; monkeypatch.setattr restores it")

    def _names_assigned(self, module: ModuleType) -> frozenset[str]:
        """The names that the project sets up itself when they are needed: by ``global``, or as attributes."""
        if module.__name__ not in self._assigned:
            self._assigned[module.__name__] = frozenset(_stored(module, "STORE_GLOBAL"))
        owners = [one.module for one in self._owners.values() if one.module is not None and not one.is_class]
        if self._set_by_code[0] != len(owners):
            code = [one for one in owners if not is_test(one.__name__)]
            found = frozenset(name for one in code for name in _stored(one, "STORE_ATTR"))
            self._set_by_code = len(owners), found
        return self._assigned[module.__name__] | self._set_by_code[1]


def _is_own(module: ModuleType, name: str, value: Any) -> bool:
    """Whether a function or class is what the module's own text makes of a name: the module was run again."""
    if type(value) is FunctionType:
        code = value.__code__
        return code.co_qualname == name and code.co_filename == getattr(module, "__file__", None)
    return type(value) is type and value.__module__ == module.__name__ and value.__qualname__ == name


def _stored(module: ModuleType, operation: str) -> Iterator[str]:
    """The names that functions of a module store in one way."""
    members = [*vars(module).values()]
    for one in [*members]:
        if type(one) is type and one.__module__ == module.__name__:
            members += vars(one).values()
    functions = (one.__func__ if type(one) in (staticmethod, classmethod) else one for one in members)
    unwrapped = ((space_of(one) or {}).get("__wrapped__", one) for one in functions)
    waiting = [one.__code__ for one in unwrapped if type(one) is FunctionType]
    while waiting:
        code = waiting.pop()
        waiting += [one for one in code.co_consts if isinstance(one, CodeType)]
        yield from (one.argval for one in dis.get_instructions(code) if one.opname == operation)
