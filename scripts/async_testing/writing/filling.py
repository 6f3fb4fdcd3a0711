"""Columns of a row that the code gives no value: what the table or the database puts there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.things import Cls, Meta, Obj, Special

if TYPE_CHECKING:
    from async_testing.writing.evaluating.interpreter import Interpreter


_PLAIN = frozenset(
    {
        "str",
        "int",
        "float",
        "bool",
        "datetime",
        "naive datetime",
        "date",
        "uuid",
        "email",
        "decimal",
        "enum",
        "literal",
        "dict",
        "list",
    }
)
_PROVIDED = frozenset({"default", "default_factory", "server_default", "insert_default"})


class Lacking(NamedTuple):
    """A column without a value."""

    name: str
    form: Form
    default: Any
    """How the table's class defines it."""
    known: Any
    """The value that it gets, MISSING where only the database knows."""


def lacking(interpreter: Interpreter, row: Obj) -> Iterator[Lacking]:
    """The columns that a row has no value in; relationships are none."""
    for name, (form, default, _) in interpreter.fields_of(row.cls).items():
        if name in row.fields or is_relation(default, form):
            continue
        options = default.kwargs if isinstance(default, Meta) else {}
        known = options.get("default", MISSING)
        if callable(known) or isinstance(known, Special):
            known = MISSING
        elif known is MISSING and form.optional and not options.get("server_default"):
            known = None
        yield Lacking(name, form, default, known)


def settable(interpreter: Interpreter, cls: Cls, *, whole: bool) -> list[str]:
    """Fields of a table or model that a test can give values by name.

    Args:
        interpreter: knows the fields.
        cls: the class.
        whole: those that must be given, else one that may be changed.
    """
    fields = interpreter.fields_of(cls)
    row = Obj(cls)
    if cls.kind != "table":
        return [
            name for name, (_, default, _) in fields.items() if interpreter.default_of(default) is MISSING
        ]
    key = key_of(interpreter, cls)
    needed = [
        one
        for one in lacking(interpreter, row)
        if one.known is MISSING and one.form.single.kind in _PLAIN and not is_provided(one.default)
    ]
    if whole:  # a number for a key comes from the database
        return [one.name for one in needed if one.name != key or one.form.single.kind != "int"]
    return [one.name for one in needed if one.name != key and not foreign_keys(one.default)][:1]


def foreign_keys(default: Any) -> list[Any]:
    """What the foreign keys of a column name: texts such as ``authors.id``, or columns."""
    if not isinstance(default, Meta):
        return []
    said = default.kwargs.get("foreign_key")  # SQLModel's
    given = [one.args[0] for one in default.args if isinstance(one, Meta) and one.name == "ForeignKey"]
    return [*given, said] if isinstance(said, str) else given


def is_provided(default: Any) -> bool:
    """Whether the database or the table's class provides a value."""
    return isinstance(default, Meta) and not _PROVIDED.isdisjoint(default.kwargs)


def key_of(interpreter: Interpreter, cls: Cls) -> str:
    """The column that is a table's key."""
    for name, (_, default, _) in interpreter.fields_of(cls).items():
        if isinstance(default, Meta) and default.kwargs.get("primary_key"):
            return name
    return "id"


def is_relation(default: Any, form: Form) -> bool:
    """Whether a field of a table is no column of it: rows that belong to it, or what is not known."""
    meta = default.name if isinstance(default, Meta) else ""
    is_list = form.single.kind == "list" and meta not in ("mapped_column", "Column")
    return meta.lower() == "relationship" or is_list or form.kind in ("class", "external")
