"""What stands for an object that a function is given: a fake of the driver's, a row, an object made, a collaborator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from async_testing.detection.drivers import ALSO
from async_testing.writing.collaborators import Collaborator
from async_testing.writing.concrete import class_for
from async_testing.writing.connections import Connection, connection_of, errors_of
from async_testing.writing.doubles import Double
from async_testing.writing.evaluating.callables import Func
from async_testing.writing.evaluating.forms import Form, form_of
from async_testing.writing.evaluating.things import Cls, External, Inert, Obj, Raised, Unknown
from async_testing.writing.filling import is_relation
from async_testing.writing.raising import exception_of
from async_testing.writing.samples import FORMATS

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt

_CONNECTION = re.compile(r"(?:^|_)(?:connection|conn|queries|transaction|cursor|database)(?:_protocol)?$")
_POOL = re.compile(r"(?:^|_)pool$")
_LOGGERS = ("Logger", "BoundLogger")


def stand_in(attempt: Attempt, place: str, cls: Any) -> Any:
    """What stands for an object of a class.

    Raises:
        Unknown: nothing does.
    """
    from async_testing.subjects.wording import snake

    name = cls.name if isinstance(cls, Cls | External) else getattr(cls, "__name__", "")
    driver = attempt.memory.interpreter.driver
    root = cls.dotted.partition(".")[0] if isinstance(cls, External) else ""
    root = ALSO.get(root, root)
    if driver and (root == driver or isinstance(cls, Cls)):
        words = snake(name)
        if _POOL.search(words):
            return Connection(attempt, place).pool()
        if _CONNECTION.search(words) and (
            root == driver or (isinstance(cls, Cls) and cls.kind == "protocol")
        ):
            return connection_of(attempt, place)
    if isinstance(cls, External):
        if name in _LOGGERS:
            return Inert()
        found = attempt.interpreter.library_object(attempt, place, cls)
        if found is not None:
            return found
        double = Double(attempt, place)
        double.spec = cls
        return double
    if cls is type:
        return class_for(attempt, None) or Double(attempt, f"result {place}")
    if isinstance(cls, type) and issubclass(cls, BaseException):
        return _error(attempt, place, cls)
    if isinstance(cls, Cls):
        return _of_project(attempt, place, cls)
    raise Unknown(f"nothing stands for {name or cls} here")


def _error(attempt: Attempt, place: str, cls: type[BaseException]) -> Any:
    """An exception that a function is given: one that the driver, or the server, would raise."""
    made = [one for one in errors_of(attempt) if isinstance(one[0], cls)]
    if cls in (Exception, BaseException):
        made = [*_meant(attempt, place), (RuntimeError("it failed"), "other_error"), *made]
    else:
        own = exception_of(attempt, cls, place)
        made += [(own, "")] if own is not None and not made else []
    if not made:
        raise Unknown(f"it is not known how to make a {cls.__name__}")
    return attempt.pick(place, made)


def _meant(attempt: Attempt, place: str) -> list[tuple[Any, str]]:
    """Exceptions of the project that the code names, as a handler that narrows what it is given."""
    from async_testing.subjects.wording import snake

    home = attempt.memory.home
    found: list[tuple[Any, str]] = []
    for name in sorted(attempt.interpreter.words) if home is not None else ():
        if name not in home.bindings:
            continue
        try:
            value = home.get(name)
        except (Unknown, Raised, KeyError):
            continue
        if isinstance(value, Cls) and attempt.interpreter.is_exception(value):
            made = exception_of(attempt, value, place)
            if made is not None:
                found.append((made, snake(name) if found else ""))
    return found


def _of_project(attempt: Attempt, place: str, cls: Cls) -> Any:
    interpreter = attempt.interpreter
    if cls.kind == "table":
        row = row_of(attempt, place, class_for(attempt, cls) or cls)
        attempt.spots[id(row)] = place
        return row
    if interpreter.is_exception(cls):
        found = exception_of(attempt, cls, place)
        if found is None:
            raise Unknown(f"{cls.name} cannot be made")
        return found
    made = _simple(attempt, place, cls)
    return made if made is not None else Collaborator(attempt, place, cls)


def _simple(attempt: Attempt, place: str, cls: Cls) -> Any:
    """An object whose constructor takes plain values alone; None for others."""
    interpreter = attempt.interpreter
    if cls.kind == "protocol":
        return None
    making = interpreter.lookup(cls, "__init__")
    if not isinstance(making, Func):
        return None
    plain = {"str", "int", "float", "bool", "datetime", "date", "uuid", "decimal"}
    forms: dict[str, Form] = {}
    for one in (*making.node.args.args[1:], *making.node.args.kwonlyargs):
        form = form_of(interpreter.annotation(one.annotation, making.module.frame))
        if form.single.kind not in plain:
            return None
        forms[one.arg] = form
    if not forms or any(
        name in cls.name.lower() for name in ("service", "repo", "dao", "client", "adapter", "gateway")
    ):
        return None
    given = {name: attempt.value(f"{place}.{name}", form) for name, form in forms.items()}
    try:
        made = interpreter.construct(cls, [], given)
    except Raised:
        return None
    return made


def row_of(attempt: Attempt, place: str, cls: Cls) -> Obj:
    """A row of a table with a value in every column."""
    row = Obj(cls)
    for name, (form, default, _) in attempt.interpreter.fields_of(cls).items():
        is_plain = not is_relation(default, form) and form.kind != "any"
        if not is_plain and f"{place}.{name}" not in attempt.memory.related:
            continue
        row.raw[name], row.fields[name] = _accepted(attempt, f"{place}.{name}", row, name, form)
    row.given = {*row.fields}
    return row


def _accepted(attempt: Attempt, place: str, row: Obj, name: str, form: Form) -> tuple[Any, Any]:
    """A value that a table takes for a column, and what it makes of it; in other formats where one is refused."""
    while True:
        kept = dict(attempt.choices)
        value = attempt.value(place, form)
        try:
            return value, attempt.interpreter.accepted(row, name, value)
        except Raised as raised:
            spent = attempt.memory.tried.get(place, 0) + 1
            most = len(FORMATS) + len(attempt.memory.texts)
            if not isinstance(value, str) or attempt.is_chosen(place) or spent > most:
                said = attempt.interpreter.described(raised.value)
                raise Unknown(f"{row.cls.name} refuses what was made for {name} ({said})") from None
            attempt.memory.tried[place] = spent
            attempt.memory.places.pop(("str", value), None)
            attempt.choices = kept


def by_name(attempt: Attempt, place: str) -> Any:
    """A fake for what is called like a connection or a pool but has no annotation; None for others."""
    name = place.rpartition(".")[2]
    if attempt.memory.interpreter.driver:
        if _POOL.search(name):
            return Connection(attempt, place).pool()
        if _CONNECTION.search(name) or name in ("db", "tx", "cur"):
            return connection_of(attempt, place)
    if name in ("logger", "log"):
        return Inert()
    return None
