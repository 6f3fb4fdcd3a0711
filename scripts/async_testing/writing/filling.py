"""Columns of a row that the code gives no value: what the table or the database puts there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.things import Cls, Meta, Obj, Special

if TYPE_CHECKING:
    from async_testing.writing.evaluating.interpreter import Interpreter


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
        if name in row.fields or _is_relation(default, form):
            continue
        options = default.kwargs if isinstance(default, Meta) else {}
        known = options.get("default", MISSING)
        if callable(known) or isinstance(known, Special):
            known = MISSING
        elif known is MISSING and form.optional and not options.get("server_default"):
            known = None
        yield Lacking(name, form, default, known)


def key_of(interpreter: Interpreter, cls: Cls) -> str:
    """The column that is a table's key."""
    for name, (_, default, _) in interpreter.fields_of(cls).items():
        if isinstance(default, Meta) and default.kwargs.get("primary_key"):
            return name
    return "id"


def _is_relation(default: Any, form: Form) -> bool:
    return (isinstance(default, Meta) and default.name in ("relationship", "Relationship")) or form.kind in (
        "class",
        "external",
    )
