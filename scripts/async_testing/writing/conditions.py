"""Conditions of queries: for which values of a column they hold."""

from __future__ import annotations

import datetime
import enum
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

from async_testing.writing.doubles import Double
from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.terms import LIKE, Column, Expression
from async_testing.writing.evaluating.things import Opaque, Special

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt


class Wanted(NamedTuple):
    """What a condition says of a column."""

    column: str
    value: Any
    """One for which it holds."""
    other: Any
    """One for which it does not; MISSING where none is known."""
    step: Any = None
    """From one value for which it holds to the next; None where there is one only."""
    items: tuple[Any, ...] = ()
    """The values of a list, of which each is enough."""


def wanted(attempt: Attempt, term: Any) -> Wanted | None:
    """What a condition says; None where that cannot be worked out.

    Args:
        attempt: makes values up.
        term: the condition.
    """
    if not isinstance(term, Expression) or not isinstance(term.parts[0], Column):
        return None
    column, sign = term.parts[0], term.sign
    value = term.parts[1] if len(term.parts) > 1 else None
    fields = attempt.interpreter.fields_of(column.cls)
    if column.name not in fields:
        return None
    if isinstance(value, Double):
        value.become_form(fields[column.name][0].single)
    if isinstance(value, Special | Opaque):
        return None
    attempt.learn_zone(value, fields[column.name][0].single)

    def plain(place: str) -> Any:
        return attempt.memory.samples.value(f"{place} {column.name}", fields[column.name][0].single)

    if sign in ("==", "is"):
        other = _other(value)
        kind = _kind_of(value)
        if value is None:
            other = plain("not null")
        elif other is MISSING and kind:
            other = attempt.memory.samples.value(f"not {column.name}", Form(kind))
        return Wanted(column.name, value, other)
    if sign in ("!=", "isnot", "is_not"):
        other = _other(value)
        return Wanted(column.name, plain("not") if other is MISSING else other, value)
    if sign == "in":
        items: list[Any] = list(value or ())
        return Wanted(column.name, items[0], plain("not"), items=tuple(items)) if items else None
    if sign in LIKE:
        return _alike(column.name, sign, value)
    return _compared(column.name, sign, value)


def _kind_of(value: Any) -> str:
    """The form of a value that no other one can be reckoned from; none for others."""
    if isinstance(value, uuid.UUID):
        return "uuid"
    if isinstance(value, datetime.datetime):
        return "datetime" if value.tzinfo else "naive datetime"
    return "date" if isinstance(value, datetime.date) else ""


def _alike(column: str, sign: str, value: Any) -> Wanted | None:
    """A text with more before and after it, and one that is nothing like it."""
    if not isinstance(value, str) or not value.strip("%"):
        return None
    pattern = LIKE[sign].format(value)
    text = pattern.replace("%", "x").replace("_", "y")
    return Wanted(column, text.swapcase() if sign == "ilike" else text, "no such text")


def _compared(column: str, sign: str, value: Any) -> Wanted | None:
    """Beside the boundary, and on its other side."""
    step: Any = datetime.timedelta(days=1) if isinstance(value, datetime.date) else 1
    if isinstance(value, bool) or not isinstance(value, int | float | datetime.date):
        return None
    found = {
        "<": (value - step, value, -step),
        "<=": (value, value + step, -step),
        ">": (value + step, value, step),
        ">=": (value, value - step, step),
    }
    return Wanted(column, *found[sign]) if sign in found else None


def _other(value: Any) -> Any:
    if isinstance(value, enum.Enum):  # of texts too: the database knows no others
        return next((one for one in type(value) if one is not value), MISSING)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1000
    if isinstance(value, str):
        return f"other {value}"
    return MISSING
