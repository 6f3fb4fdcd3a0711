"""How each function is called in a test: past its decorator, on an object of its class, or as it is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from async_testing.writing.attempts import Attempt
from async_testing.writing.concrete import made_of
from async_testing.writing.connections import Connection, errors_of, kept_by
from async_testing.writing.doubles import replacing_on
from async_testing.writing.evaluating.bases import is_harmless, way_below
from async_testing.writing.evaluating.callables import Bound, Coro, Func, Native
from async_testing.writing.evaluating.forms import Form, form_of
from async_testing.writing.evaluating.things import (
    Cls,
    Decorated,
    Descriptor,
    External,
    Frame,
    Obj,
    Raised,
    Unknown,
)
from async_testing.writing.nested import Nested, nested
from async_testing.writing.raising import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from async_testing.subjects.model import Function
    from async_testing.writing.evaluating.modules import Module


_GIVEN_BY_FRAMEWORKS = frozenset(
    {"Depends", "Security", "Provide", "Query", "Path", "Body", "Header", "Cookie", "Form", "File"}
)
"""What a default says that is none: called without a framework, the function would get the marker itself."""


class Argument(NamedTuple):
    """What a parameter is given."""

    name: str
    value: Any
    keyword: bool
    form: Form
    star: bool = False
    """Whether it is several values for ``*args``."""


class Subject(NamedTuple):
    """A function as it is called."""

    function: Function
    owner: Cls | None
    made: Any
    """The object that it is called on, None for a function that needs none."""
    constructor: tuple[Argument, ...]
    arguments: tuple[Argument, ...]
    wrapped: tuple[str, ...]
    """The attributes by which it is called past its decorators, or ``unwrap``; none where it is called as it is."""
    func: Func
    returns: Form
    managed: bool = False
    """Whether it is a context manager, to be entered."""
    inner: Nested | None = None
    """How it is found where it stands within another function."""


def owner_of(module: Module, names: list[str]) -> Any:
    """The class of nested names."""
    value: Any = module.get(names[0])
    for name in names[1:]:
        value = module.interpreter.get_attribute(value, name)
    return value


def run_of(module: Module, function: Function) -> Callable[[Attempt], tuple[Subject, Callable[[], Any]]]:
    """What makes the inputs of a function's attempts and calls it."""

    def runner(attempt: Attempt) -> tuple[Subject, Callable[[], Any]]:
        *above, name = function.name.split(".")
        interpreter = module.interpreter
        owner = owner_of(module, above) if above else None
        if owner is not None and not isinstance(owner, Cls):
            raise Unknown(f"methods of {'.'.join(above)} are not followed")
        attempt.memory.owner = owner
        inner = nested(module, function) if owner is None and name not in module.bindings else None
        member = (
            interpreter.lookup(owner, name)
            if owner is not None
            else inner.func
            if inner
            else module.get(name)
        )
        kind = (
            member.kind if isinstance(member, Descriptor) else "method" if owner is not None else "function"
        )
        func = member.func if isinstance(member, Descriptor) else member
        managed = isinstance(func, Native) and isinstance(func.func, Func)
        plain, wrapped = _unwrapped(func.func if isinstance(func, Native) and managed else func)
        made: Any = None
        constructor: tuple[Argument, ...] = ()
        if kind in ("method", "property"):
            assert owner is not None
            attempt.memory.owner = made_of(interpreter, owner, name)
            constructor, made = _object(attempt, attempt.memory.owner)
            for lacking in sorted(attempt.memory.lacking):
                replacing_on(attempt, made, lacking)
        skip = 1 if kind in ("method", "property", "classmethod") else 0
        arguments = tuple(_arguments(attempt, plain, skip, ""))
        positional = _positional(arguments)
        named = {one.name: one.value for one in arguments if one.keyword}
        called: Any = plain if wrapped else func
        if kind == "classmethod":
            called = Bound(called, owner)
        elif made is not None:
            called = Bound(called, made)
        subject = Subject(
            function, owner, made, constructor, arguments, wrapped, plain, _returns(plain), managed, inner
        )

        def run() -> Any:
            found = interpreter.call(called, positional, named)
            if managed:
                return _entered(attempt, found, plain)
            if isinstance(found, Coro):
                found = found.run()
            elif plain.is_generator and hasattr(found, "__next__"):
                found = [*interpreter.iterate(found)]
            attempt.learn_returned(found, subject.returns)
            return found

        return subject, run

    return runner


def _entered(attempt: Attempt, manager: Any, func: Func) -> Any:
    """What entering a context manager gives, once it is left again, with or without an error of the block."""
    value = manager.enter()
    attempt.within = {
        id(one.fake): kept_by(one.fake) for one in attempt.holders if isinstance(one, Connection)
    }
    handled = [*attempt.interpreter.caught]
    options: list[tuple[Any, str]] = [(None, "")]
    if handled:
        options += [*errors_of(attempt), *errors(attempt, func.name)]
    else:
        options.append((RuntimeError("the block failed"), "block_fails"))
    error = attempt.pick("block!", options)
    attempt.injected = error if error is not None else attempt.injected
    if not manager.leave(error) and error is not None:
        raise Raised(error)
    return value


def _unwrapped(func: Any) -> tuple[Func, tuple[str, ...]]:
    """The function below its decorators, and by which attributes it is reached."""
    inner, ways = func, list[str]()
    while True:
        if isinstance(inner, Decorated):
            ways.append(way_below(inner.dotted))
            inner = inner.func
        elif isinstance(inner, Func) and isinstance(inner.fields.get("__wrapped__"), Func):
            ways.append("__wrapped__")
            inner = inner.fields["__wrapped__"]
        else:
            break
    if not isinstance(inner, Func):
        raise Unknown("what it is once decorated is not known")
    return inner, tuple(ways)


def _returns(func: Func) -> Form:
    node = func.node
    if isinstance(node, ast.Lambda):
        return Form("any")
    frame = Frame(func.module, func.frame)
    if func.owner is not None:
        frame = func.module.interpreter.inside(func.owner, func.module)
    return form_of(func.module.interpreter.annotation(node.returns, frame))


def _object(attempt: Attempt, owner: Cls) -> tuple[tuple[Argument, ...], Any]:
    interpreter = attempt.interpreter
    if owner.kind in ("model", "dataclass", "table"):
        made = attempt.value("self", form_of(owner))
        return (), made
    making = interpreter.lookup(owner, "__init__")
    if isinstance(making, Func):
        arguments = tuple(_arguments(attempt, making, 1, "self."))
    elif making is None:
        arguments = ()
        if any(isinstance(one, External) and not is_harmless(one) for one in owner.mro()):
            made = Obj(owner)
            made.partial = True
            return arguments, made
    else:
        raise Unknown(f"how {owner.name} is made is not known")
    positional = _positional(arguments)
    named = {one.name: one.value for one in arguments if one.keyword}
    made = interpreter.construct(owner, positional, named)
    if not isinstance(made, Obj):
        raise Unknown(f"how {owner.name} is made is not known")
    made.partial = True
    return arguments, made


def _positional(arguments: tuple[Argument, ...]) -> list[Any]:
    found: list[Any] = []
    for one in arguments:
        if not one.keyword:
            found += one.value if one.star else [one.value]
    return found


def _arguments(attempt: Attempt, func: Func, skip: int, prefix: str) -> list[Argument]:
    """What the parameters of a function are given; those with a default of no plain form keep it."""
    node, interpreter = func.node, attempt.interpreter
    found: list[Argument] = []
    frame = Frame(func.module, func.frame)
    if func.owner is not None:
        frame = interpreter.inside(func.owner, func.module)
    given = node.args
    named = False
    for one in [*given.posonlyargs, *given.args][skip:]:
        form = form_of(interpreter.annotation(one.annotation, frame))
        if one.arg in func.defaults:
            added = _optional(attempt, func, one.arg, form, prefix)
            if added is None:
                named = True
                continue
            found.append(Argument(one.arg, added[0], named or True, form))
            continue
        found.append(Argument(one.arg, attempt.value(f"{prefix}{one.arg}", form), named, form))
    if given.vararg is not None and given.vararg.annotation is not None and not named:
        form = form_of(interpreter.annotation(given.vararg.annotation, frame))
        if form.kind != "any":
            values = attempt.value(f"{prefix}{given.vararg.arg}", Form("list", [form]))
            found.append(Argument(given.vararg.arg, values, False, form, star=True))
    for one in given.kwonlyargs:
        form = form_of(interpreter.annotation(one.annotation, frame))
        if one.arg in func.defaults:
            added = _optional(attempt, func, one.arg, form, prefix)
            if added is not None:
                found.append(Argument(one.arg, added[0], True, form))
            continue
        found.append(Argument(one.arg, attempt.value(f"{prefix}{one.arg}", form), True, form))
    return found


def _optional(attempt: Attempt, func: Func, name: str, form: Form, prefix: str) -> tuple[Any] | None:
    """A value for a parameter that has a default; None where the default stays."""
    place = f"{prefix}{name}"
    default = func.defaults[name]
    injected = getattr(default, "name", "") in _GIVEN_BY_FRAMEWORKS or any(
        one.name in ("Depends", "Security", "Provide", "FromDishka") for one in form.metas
    )
    if injected:
        return (attempt.value(place, form),)
    if form.single.kind in ("class", "external", "real") and default is not None:
        return None
    if attempt.pick(f"{place}=", [(True, ""), (False, "default")]) is False:
        if isinstance(default, str):
            attempt.memory.defaults.add(default)
        return None
    try:
        return (attempt.value(place, form),)
    except Unknown:
        return None
