"""Python's own functions, where they meet objects of the project."""

from __future__ import annotations

import enum
import functools
import json
from collections.abc import Callable
from typing import Any

from async_testing.writing.evaluating.base import SAFE
from async_testing.writing.evaluating.callables import Bound, Coro, Func, Native
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.settingup import SettingUp
from async_testing.writing.evaluating.strangers import Stranger
from async_testing.writing.evaluating.things import (
    Cls,
    Descriptor,
    External,
    Frame,
    Meta,
    Obj,
    Opaque,
    Raised,
    Recorder,
    Special,
    Unknown,
)

_OVER = frozenset(
    {list, tuple, set, frozenset, sorted, enumerate, zip, map, filter, any, all, sum, min, max, reversed}
)


class Builtins(SettingUp):
    """Does what builtins do."""

    def builtins(self) -> dict[Any, Callable[..., Any]]:
        """What is done for functions of Python's own that meet values of the project."""
        if not hasattr(self, "_table"):
            table: dict[Any, Callable[..., Any]] = {
                str: lambda value="", *_: value if isinstance(value, Opaque) else self.text(value),
                repr: self.representation,
                bool: lambda value=False: self.truth(value),
                isinstance: self.is_instance,
                issubclass: self._is_subclass,
                len: self._length,
                print: lambda *_, **__: None,
                type: self._type,
                getattr: self._getattr,
                hasattr: self._hasattr,
                setattr: self.set_attribute,
                callable: lambda value: (
                    isinstance(value, Func | Bound | Native | Cls | Special) or callable(value)
                ),
                iter: lambda value: self.items(value),
                next: self._next,
                dict: self.as_mapping,
                id: lambda _: Opaque("where it lies in memory"),
                vars: lambda value: self.get_attribute(value, "__dict__"),
                anext: lambda value, *rest: Coro(lambda: self._next(value, *rest)),
                aiter: lambda value: self.items(value),
                staticmethod: lambda func: Descriptor("staticmethod", func),
                classmethod: lambda func: Descriptor("classmethod", func),
                property: lambda func, *_: Descriptor("property", func),
                object: lambda: Opaque("an object"),
                super: self._super,
                json.dumps: self._dumps,
            }
            for func in _OVER:
                table[func] = functools.partial(self._over, func)
            self._table = table
        return self._table

    def _super(self, cls: Cls, own: Any) -> Any:
        frame = Frame(cls.module)
        frame.owner, frame.own = cls, own
        return self.above(frame)

    def _dumps(self, value: Any, **options: Any) -> Any:
        self.printable(value)
        if "default" in options or "cls" in options:
            raise Unknown("json.dumps with a function of its own is not followed")
        return self.native(lambda: json.dumps(value, **options), None)

    def _over(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        if func in (max, min) and any(isinstance(one, Opaque) for one in args):
            raise Unknown("what is compared is not known")
        given = [one if callable(one) or isinstance(one, SAFE) else self.items(one) for one in args]
        if func in (sum, max, min, sorted) and given and kwargs.get("key") is None:
            given = [[*one] if hasattr(one, "__next__") else one for one in given]
            self._numbered(given)
        if kwargs.get("key") is not None:
            kwargs["key"] = self._pythonic(kwargs["key"])
        if func in (map, filter) and given:
            given[0] = self._pythonic(args[0]) if args[0] is not None else None
        if any(isinstance(one, Opaque) for one in args):
            raise Unknown("what it depends on is another value each time")
        return self.native(lambda: func(*given, **kwargs), None)

    @staticmethod
    def _numbered(given: list[Any]) -> None:
        """Things of other libraries that are added up or put in order are numbers. Raises: Again, Unknown."""
        for one in given:
            for each in one if isinstance(one, list | tuple | set) else [one]:
                if isinstance(each, Stranger):
                    each.become("int")

    def _pythonic(self, func: Any) -> Callable[..., Any]:
        return lambda *args: self.call(func, [*args], {})

    def _length(self, value: Any) -> Any:
        if isinstance(value, Obj):
            return self.call(self.get_attribute(value, "__len__"), [], {})
        if isinstance(value, type) and issubclass(value, enum.Enum):
            return len(value)
        if isinstance(value, Special) and hasattr(value, "iterate"):
            return len([*value.iterate()])
        if not isinstance(value, SAFE) and not type(value).__module__.startswith("async_testing_fakes"):
            raise Unknown(f"how many there are in {self.described(value)} is not known")
        return self.native(lambda: len(value), value)

    def _type(self, value: Any) -> Any:
        return value.cls if isinstance(value, Obj) else type(value)

    def _getattr(self, on: Any, name: str, *default: Any) -> Any:
        try:
            return self.get_attribute(on, name)
        except Raised as raised:
            if default and isinstance(raised.value, AttributeError):
                return default[0]
            raise

    def _hasattr(self, on: Any, name: str) -> bool:
        try:
            self.get_attribute(on, name)
        except Raised as raised:
            if isinstance(raised.value, AttributeError):
                return False
            raise
        return True

    def _next(self, value: Any, *default: Any) -> Any:
        steps = value if hasattr(value, "__next__") else self.items(value)
        try:
            return next(steps)
        except StopIteration:
            if default:
                return default[0]
            raise Raised(StopIteration()) from None

    def as_mapping(self, *args: Any, **kwargs: Any) -> Any:
        """What ``dict(…)`` gives."""
        found: dict[Any, Any] = {}
        if args:
            one = args[0]
            if isinstance(one, Obj) and one.cls.kind == "model":
                found.update(one.fields)
            elif hasattr(one, "keys"):
                found.update(self.mapping(one))
            else:
                found.update(self.native(lambda: dict(self.items(one)), None))
        found.update(kwargs)
        return found

    def _is_subclass(self, cls: Any, kind: Any) -> bool:
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if isinstance(cls, Cls):
            return any(cls.derives(one) or (isinstance(one, type) and one in cls.mro()) for one in kinds)
        return bool(self.native(lambda: issubclass(cls, kind), None))

    def is_instance(self, value: Any, kind: Any) -> bool:
        """Whether a value is an object of a class."""
        if isinstance(kind, tuple | list):
            return any(self.is_instance(value, one) for one in kind)
        if isinstance(kind, Form):
            if kind.kind == "union":
                return any(
                    self.is_instance(value, one.cls if one.kind != "none" else type(None))
                    for one in kind.args
                )
            kind = kind.cls
        if isinstance(value, Opaque):
            raise Unknown(f"it depends on {value.why}")
        if isinstance(kind, Cls):
            if kind.kind == "enum":
                return isinstance(value, kind.enum)
            if isinstance(value, Special):
                said = getattr(value, "cls", None)
                return isinstance(said, Cls) and said.derives(kind)
            return isinstance(value, Obj) and value.cls.derives(kind)
        if isinstance(kind, External):
            if isinstance(value, Obj):
                return value.cls.derives(kind)
            if isinstance(value, Special):
                return getattr(value, "cls", None) == kind
            names = [one.__name__ for one in type(value).__mro__]
            if isinstance(value, BaseException):
                return kind.name in names and not isinstance(value, OSError)
            if kind.dotted.startswith(("collections.abc", "typing")):
                return isinstance(value, getattr(__import__("collections.abc").abc, kind.name, ()))
            if isinstance(value, SAFE):
                return False
            raise Unknown(f"whether it is a {kind.name} is not known")
        if isinstance(value, Obj):
            return isinstance(kind, type) and any(
                isinstance(one, type) and issubclass(one, kind) for one in value.cls.mro()
            )
        if isinstance(value, Special | External | Meta | Recorder):
            if isinstance(kind, type):
                return False
            raise Unknown(f"whether it is a {kind} is not known")
        if isinstance(kind, type):
            return isinstance(value, kind)
        raise Unknown("whether it is of that class is not known")
