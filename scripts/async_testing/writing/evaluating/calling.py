"""Calls: of the project's functions and classes, of Python's own functions, of other libraries' names."""

from __future__ import annotations

import ast
import datetime
import enum
import functools
import random
import secrets
import time
from collections.abc import Callable
from typing import Any

from async_testing.writing.evaluating.base import SAFE
from async_testing.writing.evaluating.bases import is_kept
from async_testing.writing.evaluating.builtin import Builtins
from async_testing.writing.evaluating.callables import Bound, Coro, Func, Native
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.strangers import Stranger, Thing
from async_testing.writing.evaluating.things import (
    Cls,
    Decorated,
    Descriptor,
    External,
    Frame,
    Inert,
    Meta,
    Obj,
    Opaque,
    Raised,
    Recorder,
    Special,
    Unknown,
)

_TAKING = (list, tuple, set, frozenset, sorted, enumerate, zip, any, all, sum, max, min, map, filter)
_TIMES = frozenset(
    {"now", "utcnow", "today", "fromtimestamp", "time", "time_ns", "monotonic", "perf_counter"}
)
_RANDOM = frozenset(
    {"uuid1", "uuid4", "token_hex", "token_urlsafe", "token_bytes", "random", "randint", "choice"}
)
_NEEDING: dict[Any, str] = {
    str: "str",
    int: "int",
    float: "int",
    bytes: "bytes",
    dict: "dict",
    **dict.fromkeys((len, list, tuple, set, sorted, sum, min, max, enumerate, zip, any, all, iter), "list"),
}
"""What Python's own functions need."""
_HOLDING = (list, dict, set)
_KEEPING = (functools.partial, functools.reduce)


def origin(node: ast.expr, frame: Frame) -> str:
    """Where a decorator comes from, as a dotted name; empty where that is the project itself."""
    if isinstance(node, ast.Call):
        node = node.func
    source = frame.module.source
    dotted: str = source.dotted(node)
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if isinstance(root, ast.Name) and root.id in source.constants:
        made = source.constants[root.id]
        rest = dotted.partition(".")[2]
        dotted = f"{source.dotted(made.func)}.{rest}" if isinstance(made, ast.Call) else ""
    if not dotted or source.workspace.locate(source.path, dotted.partition(".")[0]) is not None:
        return ""
    return dotted


class Calling(Builtins):
    """Calls functions."""

    def call(self, func: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What calling something gives."""
        self.tick()
        if isinstance(func, Func | Bound | Native):
            return self.native(lambda: func(*args, **kwargs), None)
        if isinstance(func, Special):
            return self.native(lambda: func.invoke(args, kwargs), None)
        if isinstance(func, Cls):
            return self.construct(func, args, kwargs)
        if isinstance(func, Form):
            return self.call(func.cls, args, kwargs)
        if isinstance(func, External):
            return self.call_outside(func, args, kwargs)
        if isinstance(func, Inert | Opaque):
            return func
        if isinstance(func, Obj):
            return self.call(self.get_attribute(func, "__call__"), args, kwargs)
        if isinstance(func, Recorder | Meta):
            raise Unknown(f"what calling {self.described(func)} gives is not known")
        return self._python(func, args, kwargs)

    # Python's own

    def _python(self, func: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if isinstance(func, Thing):
            raise Unknown(func.why)
        if isinstance(func, str):
            self.misused(func)
        if func is object.__new__ and args and isinstance(args[0], Cls):
            return Obj(args[0])
        if func is object.__setattr__ and args and isinstance(args[0], Obj):
            args[0].fields[args[1]] = args[2]
            return None
        if args and isinstance(args[0], Stranger) and func in _NEEDING:
            args[0].become(_NEEDING[func])
        if func in _TAKING:
            if args and isinstance(args[0], Inert):
                return args[0]
            args = [[*self.iterate(one)] if _is_result(one) else one for one in args]
        special = (
            self.builtins().get(func)
            if getattr(func, "__hash__", None) and not isinstance(func, SAFE)
            else None
        )
        if special is not None:
            return special(*args, **kwargs)
        name = getattr(func, "__name__", "")
        if name in _TIMES and self._is_clock(func, name) and not (args and name == "fromtimestamp"):
            return Opaque("the clock")
        if self._is_chance(func, name):
            return Opaque("chance")
        given = [*args, *kwargs.values()]
        if func is datetime.timedelta:
            for one in given:
                if isinstance(one, Stranger):
                    one.become("int")
                self.mistyped(one, Form("int"))
        on = getattr(func, "__self__", None)
        if isinstance(func, type) and issubclass(func, enum.Enum):
            return self.native(lambda: func(*args), None)
        home = getattr(func, "__module__", None) or ""
        if (type(on).__module__ or "").startswith("async_testing_fakes") or home.startswith("async_testing"):
            return self.native(lambda: func(*args, **kwargs), None)
        if isinstance(on, str) and name == "join" and args:
            args = given = [[*self.items(args[0])]]
            found = next((one for one in args[0] if isinstance(one, Opaque)), None)
            if found is not None:
                return found
        if not isinstance(on, _HOLDING):
            for one in given:
                if isinstance(one, Opaque):
                    return one
            is_exception = isinstance(func, type) and issubclass(func, BaseException)
            if not is_exception and not (isinstance(func, type) and func in _KEEPING):
                for one in given:
                    self._refused(one, name)
        found = self.native(lambda: func(*args, **kwargs), None)
        if isinstance(on, dict) and name == "get" and args:
            self.looked_up(on, args[0], found is not None)
        if isinstance(on, str) and isinstance(found, str | list):
            self.marks.add(("text", name, repr(args)[:60], found != on))
        return found

    @staticmethod
    def _is_chance(func: Any, name: str) -> bool:
        home = getattr(func, "__module__", "")
        return (
            home in ("random", "secrets")
            or (name in _RANDOM and home == "uuid")
            or isinstance(getattr(func, "__self__", None), random.Random | secrets.SystemRandom)
        )

    @staticmethod
    def _is_clock(func: Any, name: str) -> bool:
        on = getattr(func, "__self__", None)
        return (isinstance(on, type) and issubclass(on, datetime.date)) or getattr(time, name, None) is func

    def _refused(self, value: Any, name: str) -> None:
        if isinstance(value, Stranger):
            value.become("str")
        if isinstance(value, Thing):
            raise Unknown(value.why)
        if isinstance(value, Obj | External | Meta | Special | Recorder | Coro):
            raise Unknown(f"what {name or 'a function'} makes of {self.described(value)} is not known")

    # The project's functions

    def function(self, node: Any, module: Any, frame: Frame | None, name: str) -> Func:
        """A function of a definition, its defaults worked out."""
        func = Func(node, module, frame, name, self._run)
        given = node.args
        within = frame if frame is not None else module.frame
        plain = [*given.posonlyargs, *given.args]
        for one, default in zip(plain[len(plain) - len(given.defaults) :], given.defaults, strict=True):
            func.defaults[one.arg] = self._default(default, within)
        for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
            if default is not None:
                func.defaults[one.arg] = self._default(default, within)
        return func

    def _default(self, node: ast.expr, frame: Frame) -> Any:
        try:
            with self.importing():
                return self.eval(node, frame)
        except Unknown as unknown:
            return Opaque(str(unknown))

    def decorated(self, node: Any, module: Any, frame: Frame | None, name: str, owner: Cls | None) -> Any:
        """A function with its decorators applied."""
        func = self.function(node, module, frame, name)
        func.owner = owner
        value: Any = func
        for one in reversed(node.decorator_list):
            value = self.under(one, frame if frame is not None else self.inside(owner, module), value)
        return value

    def under(self, node: ast.expr, frame: Frame, value: Any) -> Any:
        """A function or class under one of its decorators."""
        try:
            return self.apply(self.eval(node, frame), value)
        except Unknown:
            if not isinstance(value, Func | Decorated):
                raise
            dotted = origin(node, frame)
            return value if is_kept(dotted) else Decorated(value, dotted)

    def inside(self, owner: Cls | None, module: Any) -> Frame:
        """A frame in which the names of a class's body can be seen."""
        frame = Frame(module)
        frame.owner = frame.own = owner
        frame.is_body = owner is not None
        return frame

    def apply(self, decorator: Any, value: Any) -> Any:
        """What a decorator makes of a function or class."""
        if decorator in (staticmethod, classmethod, property):
            inner = value.func if isinstance(value, Descriptor) else value
            return Descriptor(decorator.__name__, inner)
        if isinstance(decorator, External):
            return self.apply_outside(decorator, value)
        if isinstance(decorator, Meta):
            return self.apply_meta(decorator, value)
        if isinstance(decorator, Inert):
            return value
        inner = value.func if isinstance(value, Descriptor) else value
        found = self.call(decorator, [inner], {})
        return Descriptor(value.kind, found) if isinstance(value, Descriptor) else found

    def _run(self, func: Func, args: list[Any], kwargs: dict[str, Any]) -> Any:
        frame = Frame(func.module, func.frame)
        frame.owner = func.owner
        self.arguments(func, args, kwargs, frame)
        if func.owner is not None and args:
            frame.own = args[0]
        elif func.frame is not None and func.owner is None:
            frame.own, frame.owner = func.frame.own, None
        if func.is_async and not func.is_generator:
            return Coro(lambda: self._deep(lambda: self.run_function(func, frame)))
        return self._deep(lambda: self.run_function(func, frame))

    @staticmethod
    def _deep(run: Callable[[], Any]) -> Any:
        try:
            return run()
        except RecursionError:
            raise Unknown("it is nested too deeply to be followed") from None

    def arguments(self, func: Func, args: list[Any], kwargs: dict[str, Any], frame: Frame) -> None:
        """Bind what a function is called with to its parameters."""
        given = func.node.args
        plain = [one.arg for one in (*given.posonlyargs, *given.args)]
        names, left = frame.names, dict(kwargs)
        for name, value in zip(plain, args, strict=False):
            names[name] = value
        more = args[len(plain) :]
        if given.vararg is not None:
            names[given.vararg.arg] = tuple(more)
        elif more:
            raise Raised(
                TypeError(f"{func.name}() takes {len(plain)} positional arguments but {len(args)} were given")
            )
        only = [one.arg for one in given.kwonlyargs]
        for name in (*plain, *only):
            if name in left:
                if name in names:
                    raise Raised(TypeError(f"{func.name}() got multiple values for argument '{name}'"))
                names[name] = left.pop(name)
            elif name not in names:
                if name not in func.defaults:
                    raise Raised(TypeError(f"{func.name}() missing a required argument: '{name}'"))
                names[name] = func.defaults[name]
        if given.kwarg is not None:
            names[given.kwarg.arg] = left
        elif left:
            raise Raised(TypeError(f"{func.name}() got an unexpected keyword argument '{next(iter(left))}'"))

    # What other parts give

    def construct(self, cls: Cls, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """An object of a class of the project."""
        raise NotImplementedError

    def call_outside(self, func: External, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What calling a name of another library gives."""
        raise NotImplementedError

    def apply_outside(self, decorator: External, value: Any) -> Any:
        """What a decorator of another library makes of a function."""
        raise NotImplementedError

    def apply_meta(self, decorator: Meta, value: Any) -> Any:
        """What a decorator of another library, called before, makes of a function."""
        raise NotImplementedError


def _is_result(value: Any) -> bool:
    """Whether a value of this package's own gives rows one after the other."""
    return isinstance(value, Special) and not isinstance(value, Stranger) and hasattr(value, "iterate")
