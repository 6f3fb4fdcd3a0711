"""What a name of the project's holds: enough to see that it changed, without keeping it alive."""

from __future__ import annotations

import re
import sys
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from types import FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import Any, NamedTuple

from .left import MISSING, Left

PLAIN = (bool, int, float, complex, str, bytes, type(None))
CONTAINERS = (list, dict, set, deque, bytearray, OrderedDict, defaultdict)
ENTRIES = 200
"""Containers with more are compared by their length alone."""
FEW = 20
STAND_IN = object()
LASTING = re.compile(
    r"cache|memo|regist|intern|compiled|known|seen|lazy|lock|weak|instances|adapter|metadata|member|converter",
    re.IGNORECASE,
)
"""Names of what is meant to outlive whoever fills it."""


class Held(NamedTuple):
    """What is known of a value."""

    identity: int
    """0 for a plain value, which is in the content itself."""
    type: type
    content: Any = None
    """The entries of a container; for the attributes of an object a dictionary of what each holds."""


class Holdings:
    """Looks at values, and again only at those that hold other objects than before.

    Args:
        own: says of a module whether it is the project's.
    """

    def __init__(self, own: Callable[[Any], bool]) -> None:
        self._own = own
        self._known: dict[int, tuple[Any, Held]] = {}

    def held(self, value: Any) -> Held:
        """What is kept of a value; the attributes of objects whose class is the project's, and of settings."""
        if type(value) in PLAIN:
            return Held(0, type(value), value)
        quick = _quick(value)
        known = self._known.get(id(value))
        if known is None or known[0] != quick or known[1].type is not type(value):
            known = quick, _held(value, self._own)
            self._known[id(value)] = known
        return known[1]


def space_of(value: Any) -> dict[str, Any] | None:
    """The attributes of an object; None where it has none, or is a proxy that does not tell them."""
    try:
        space = value.__dict__
    except Exception:
        return None
    return space if type(space) is dict else None


def _quick(value: Any) -> Any:
    """The identities of what lies in a value, also in the containers among its attributes."""
    kind = type(value)
    if kind not in CONTAINERS:
        space = space_of(value)
        if space is None:
            return None
        inner = [*space.values()]
        return tuple(map(id, inner)), tuple(_quick(one) for one in inner if type(one) in CONTAINERS)
    if len(value) > ENTRIES or kind is bytearray:
        return len(value)
    try:
        return tuple(map(id, value.values() if isinstance(value, dict) else value)), tuple(map(id, value))
    except RuntimeError:
        return len(value)


def _held(value: Any, own: Callable[[Any], bool]) -> Held:
    kind = type(value)
    if kind in PLAIN:
        return Held(0, kind, value)
    if kind in CONTAINERS:
        return Held(id(value), kind, _entries(value))
    if issubclass(kind, type | FunctionType | ModuleType) or space_of(value) is None:
        return Held(id(value), kind)
    return Held(id(value), kind, _members(value, is_whole=_is_looked_into(kind, own)))


def is_fixed(one: Held) -> bool:
    """Whether a value can only change by being replaced."""
    return one.content is None or one.type in PLAIN


def _is_looked_into(kind: type, own: Callable[[Any], bool]) -> bool:
    if kind is SimpleNamespace or own(sys.modules.get(kind.__module__)):
        return True
    return any(one.__module__.startswith("pydantic") and one.__name__ == "BaseModel" for one in kind.__mro__)


def _members(value: Any, *, is_whole: bool) -> dict[str, Held]:
    found: dict[str, Held] = {}
    for name, one in [*(space_of(value) or {}).items()][:ENTRIES]:
        kind = type(one)
        if is_stand_in(one):
            found[name] = Held(id(one), kind, STAND_IN)
        elif not is_whole:
            continue
        elif kind in PLAIN:
            found[name] = Held(0, kind, one)
        else:
            found[name] = Held(id(one), kind, _entries(one) if kind in CONTAINERS else None)
    return found


def _entries(value: Any) -> Any:
    if len(value) > ENTRIES or isinstance(value, bytearray):
        return len(value)
    try:
        if isinstance(value, dict):
            return {_entry(key): _entry(one) for key, one in [*value.items()]}
        found = map(_entry, [*value])
        return frozenset(found) if isinstance(value, set) else tuple(found)
    except RuntimeError:
        return len(value)


def _entry(value: Any) -> Any:
    """A plain value by itself, a short container by what lies in it, anything else by its identity."""
    kind = type(value)
    if kind in PLAIN:
        return kind, value
    if kind in (tuple, list, dict) and len(value) <= FEW:
        inner = [*value.items()] if kind is dict else [(one,) for one in value]
        return kind, tuple(tuple(one if type(one) in PLAIN else id(one) for one in each) for each in inner)
    return id(value)


def is_stand_in(value: Any) -> bool:
    """Whether a value is a mock, or a function that a test defines in its body."""
    if type(value) in (staticmethod, classmethod, MethodType):
        value = value.__func__
    if type(value) is FunctionType:
        return "<locals>" in value.__qualname__ and is_test(value.__module__)
    return issubclass(type(value), _mocks())


def is_test(module: str | None) -> bool:
    """Whether a module is one of tests or a conftest."""
    file = getattr(sys.modules.get(module or ""), "__file__", None) or ""
    name = file.replace("\\", "/").rpartition("/")[2]
    return name.startswith(("test_", "conftest")) or name.endswith("_test.py")


def content_left(what: str, name: str, before: Held, after: Held) -> Left | None:
    """What changed in a container, or in the attributes of an object, that stayed the same object."""
    if LASTING.search(name):
        return None
    if after.type in CONTAINERS:
        return Left(what, _filled(what, before.content, after.content))
    for key, now in (after.content or {}).items():
        was = (before.content or {}).get(key)
        if was == now or LASTING.search(key):
            continue
        inner = f"{what}.{key}"
        if was is None or was.identity != now.identity:
            if now.content is STAND_IN:
                return patched(inner)
        elif now.type in CONTAINERS:
            return Left(inner, _filled(inner, was.content, now.content))
        elif now.type in PLAIN and None not in (was.content, now.content):
            return Left(inner, stays(inner, was.content, now.content))
    return None


def _mocks() -> tuple[type, ...]:
    mock = sys.modules.get("unittest.mock")
    return (mock.NonCallableMock,) if mock is not None else ()


def _filled(what: str, before: Any, after: Any) -> str:
    was = before if isinstance(before, int) else len(before)
    now = after if isinstance(after, int) else len(after)
    if was == now:
        return f"{what} stays changed, with {now} {'entry' if now == 1 else 'entries'}"
    return f"{what} stays with {now} {'entry' if now == 1 else 'entries'}, it had {was}"


def patched(what: str) -> Left:
    """Something that was replaced from outside."""
    return Left(what, f"{what} stays patched; monkeypatch.setattr or a with block restores it")


def stays(what: str, before: Any, after: Any) -> str:
    """In words, what a plain value became."""
    return f"{what} stays {_short(after)}, it was {_short(before)}"


def _short(value: Any) -> str:
    text = repr(value) if value is not MISSING else "missing"
    return text if len(text) <= 60 else f"{text[:57]}..."
