"""Collaborators that stand for objects of the project's classes: what they were asked, and what they answered."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from async_testing.writing.evaluating.bases import is_harmless
from async_testing.writing.evaluating.callables import Bound, Coro, Func, Native
from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.forms import Form, form_of
from async_testing.writing.evaluating.strangers import Stranger
from async_testing.writing.evaluating.things import (
    Cls,
    Descriptor,
    External,
    Frame,
    Obj,
    Raised,
    Special,
    Unknown,
)
from async_testing.writing.filling import lacking
from async_testing.writing.instances import attribute_form
from async_testing.writing.raising import errors

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt


class Asked(NamedTuple):
    """A call of a collaborator."""

    method: str
    """Its name, empty where the object itself was called."""
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    answer: Any
    """What it gave, or the exception that it raised."""
    raised: bool
    awaited: bool
    deferred: bool
    """Whether a plain method gives something to be awaited."""
    void: bool = False
    """Whether nothing is what it always gives."""
    filled: tuple[tuple[str, Any], ...] = ()
    """Values that it puts in columns of the row that it is given."""


def asked_as(name: str, method: str) -> str:
    """How a test names a method of a mock, or the mock itself where that was called."""
    return f"{name}.{method}" if method else name


class Collaborator(Special):
    """Stands for an object of a class.

    Args:
        attempt: the attempt that it belongs to.
        place: where it comes in, as ``service`` or ``self.dao``.
        cls: the class.
    """

    def __init__(self, attempt: Attempt, place: str, cls: Any) -> None:
        self.attempt = attempt
        self.place = place
        self.cls = cls
        self.label = cls.name if isinstance(cls, Cls | External) else place
        self.asked: list[Asked] = []
        self.fields: dict[str, Any] = {}
        self.wrapped = False
        """Whether what was asked has other parameters than its class says: it is under a decorator."""
        self.own: dict[str, None] = {}
        attempt.holders.append(self)

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        if name in self.fields:
            return self.fields[name]
        interpreter = self.attempt.interpreter
        if not isinstance(self.cls, Cls):
            raise Unknown(f"what {self.label}.{name} gives is not known")
        if name.startswith("__") and name not in ("__aenter__", "__aexit__", "__enter__", "__exit__"):
            raise Unknown(f"what {self.label}.{name} gives is not known")
        member = interpreter.lookup(self.cls, name)
        if member is None:
            return self._field(name)
        func = member.func if isinstance(member, Descriptor) else member
        if isinstance(member, Descriptor) and member.kind == "property":
            return self._given(name, returned(func, self.cls))
        if not isinstance(func, Func):
            if isinstance(func, Native):
                raise Unknown(f"what {self.label}.{name} gives is not known")
            return member
        static = isinstance(member, Descriptor) and member.kind == "staticmethod"
        return Native(name, lambda *args, **kwargs: self._ask(name, func, args, kwargs, static=static))

    def set_attribute(self, name: str, value: Any) -> None:
        """Keep what the code sets."""
        self.fields[name] = value

    def invoke(self, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What calling the object itself gives."""
        func = self.attempt.interpreter.lookup(self.cls, "__call__") if isinstance(self.cls, Cls) else None
        if not isinstance(func, Func):
            raise Unknown(f"what calling {self.label} gives is not known")
        return self._ask("", func, tuple(args), kwargs, static=False)

    def _field(self, name: str) -> Any:
        fields = self.attempt.interpreter.fields_of(self.cls)
        if name in fields:
            return self._given(name, fields[name][0].given(self.cls.argument))
        form = attribute_form(self.attempt.interpreter, self.cls, name)
        if form is not None:
            return self._given(name, form.given(self.cls.argument))
        if any(isinstance(one, External) and not is_harmless(one) for one in self.cls.mro()):
            return Native(name, lambda *args, **kwargs: self._loosely(name, args, kwargs))
        raise Unknown(f"what {self.label}.{name} is, is not known")

    def _loosely(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a method from a class of another library gives: something to be awaited where the code awaits it."""
        place = f"{self.place}.{name}"
        form = Form("double")
        if place in self.attempt.memory.awaited:
            return Coro(lambda: self._answer(name, form, args, kwargs, awaited=True, deferred=False))
        value = self._answer(name, form, args, kwargs, awaited=False, deferred=False)
        if isinstance(value, Stranger):
            value.given_by = place
        return value

    def _given(self, name: str, form: Form) -> Any:
        self.fields[name] = self.attempt.value(f"{self.place}.{name}", form)
        self.own[name] = None
        return self.fields[name]

    def _ask(
        self, name: str, func: Func, args: tuple[Any, ...], kwargs: dict[str, Any], *, static: bool
    ) -> Any:
        inner = func
        while isinstance(inner.fields.get("__wrapped__"), Func):
            inner = inner.fields["__wrapped__"]
            self.wrapped = True
        if inner is func:
            frame = Frame(func.module)
            self.attempt.interpreter.arguments(func, [*args] if static else [self, *args], kwargs, frame)
        try:
            form = returned(inner, self.cls)
        except Unknown:
            form = Form("double")
        deferred = form.kind == "awaitable"
        if func.is_generator or form.kind in ("async iterator", "iterator"):
            raise Unknown(f"what {self.label}.{name} yields is not known")
        form = form.args[0] if deferred and form.args else form
        if not func.is_async and not deferred:
            return self._answer(name, form, args, kwargs, awaited=False, deferred=False)
        return Coro(lambda: self._answer(name, form, args, kwargs, awaited=True, deferred=deferred))

    def _answer(
        self,
        name: str,
        form: Form,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        awaited: bool,
        deferred: bool,
    ) -> Any:
        attempt = self.attempt
        place = f"{self.place}.{name}()" if name else f"{self.place}()"
        if not name.startswith("__"):
            attempt.memory.used.add((self.place, name))
        turn = sum(one.method == name for one in self.asked)
        place = f"{place}{turn or ''}"
        more = [] if name.startswith("__") else errors(attempt, name or self.place)
        error = attempt.pick(f"{place}!", [(None, ""), *more])
        if error is not None:
            attempt.injected = error
            self.asked.append(Asked(name, args, kwargs, error, True, awaited, deferred))
            raise Raised(error)
        if form.kind == "self" or (form.kind == "class" and form.cls is self.cls):
            value: Any = self
        elif turn > 1 and form.optional and self._asked_alike(name, args, kwargs):
            value = attempt.pick(f"{place}?", [(None, "")])
        else:
            value = attempt.value(f"result {place}", form)
        filled = self._stored(place, args) if len(args) == 1 and not kwargs and not deferred else ()
        void = form.kind in ("none", "any")
        self.asked.append(Asked(name, args, kwargs, value, False, awaited, deferred, void, filled))
        return value

    def _asked_alike(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Whether all calls of a method were the same: what is asked again and again waits for the end."""
        before = [one for one in self.asked if one.method == name]
        return all(one.args == args and one.kwargs == kwargs for one in before)

    def _stored(self, place: str, args: tuple[Any, ...]) -> tuple[tuple[str, Any], ...]:
        """What the database fills a new row with that it is given, where the code reads it afterwards."""
        row = args[0]
        if not isinstance(row, Obj) or row.cls.kind != "table" or row.call is None:
            return ()
        if place.endswith("()"):  # one function of a test's can fill one row
            row.handed = place
        if place not in self.attempt.memory.stored:
            return ()
        filled = {
            one.name: self.attempt.value(f"{place}.{one.name}", one.form.single)
            if one.known is MISSING
            else one.known
            for one in [*lacking(self.attempt.interpreter, row)]
        }
        row.fields.update(filled)
        return (*filled.items(),)


class Function(Special):
    """Stands for a function that is handed in.

    Args:
        attempt: the attempt that it belongs to.
        place: where it comes in.
        form: what it returns.
    """

    def __init__(self, attempt: Attempt, place: str, form: Form) -> None:
        self.attempt = attempt
        self.place = place
        self.form = form
        self.label = place
        self.asked: list[Asked] = []
        attempt.holders.append(self)

    def invoke(self, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What calling it gives."""
        if self.form.kind == "awaitable":
            inner = self.form.args[0] if self.form.args else Form("any")
            return Coro(lambda: self._answer(inner, args, kwargs, awaited=True))
        return self._answer(self.form, args, kwargs, awaited=False)

    def _answer(self, form: Form, args: list[Any], kwargs: dict[str, Any], *, awaited: bool) -> Any:
        turn = f"{len(self.asked) or ''}"
        error = self.attempt.pick(f"{self.place}(){turn}!", [(None, ""), *errors(self.attempt, self.place)])
        if error is not None:
            self.attempt.injected = error
            self.asked.append(Asked("", tuple(args), kwargs, error, True, awaited, False))
            raise Raised(error)
        value = self.attempt.value(f"result {self.place}(){turn}", form)
        self.asked.append(Asked("", tuple(args), kwargs, value, False, awaited, False))
        return value


def returned(func: Any, of: Any = None) -> Form:
    """What a function of the project says it returns.

    Args:
        func: the function.
        of: the class that it is called on, which may say what type variables stand for.

    Raises:
        Unknown: it does not say, or nobody knows what.
    """
    if isinstance(func, Bound):
        func = func.func
    if not isinstance(func, Func) or isinstance(func.node, ast.Lambda):
        return Form("any")
    if func.node.returns is None:
        gives = any(isinstance(one, ast.Return) and one.value is not None for one in ast.walk(func.node))
        if gives:
            raise Unknown(f"what {func.name} returns is not annotated")
        return Form("none")
    frame = func.frame or func.module.frame
    if func.owner is not None:
        frame = func.module.interpreter.inside(func.owner, func.module)
    form = form_of(func.module.interpreter.annotation(func.node.returns, frame))
    if isinstance(of, Cls):
        form = form.given(of.argument)
    if form.kind == "any" and ast.unparse(func.node.returns).rpartition(".")[2] not in ("Any", "object"):
        raise Unknown(f"what {func.name} returns is not known")
    return form
