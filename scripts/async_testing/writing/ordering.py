"""Values of rows that are to be sorted: no other order than the one that is asked for gives the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from async_testing.writing.evaluating.terms import Column, Expression
from async_testing.writing.evaluating.things import Obj

Sorting = tuple[str, bool]
"""A column, and whether what is greatest comes first."""


def direction(term: Any) -> tuple[Any, bool]:
    """What a term of ORDER BY sorts by, and whether what is greatest comes first."""
    if isinstance(term, Expression) and term.sign in ("asc", "desc"):
        return term.parts[0], term.sign == "desc"
    return term, False


def sorted_by(order: Sequence[Any], is_single: Callable[[str], bool]) -> list[Sorting]:
    """The columns that rows are sorted by, up to the first in which no two are the same, or that is worked out."""
    found: list[Sorting] = []
    for term in order:
        inner, down = direction(term)
        if not isinstance(inner, Column):
            break
        found.append((inner.name, down))
        if is_single(inner.name):
            break
    return found


def unsort(terms: Sequence[Sorting], rows: Sequence[Obj]) -> None:
    """Exchange the values of rows in the columns that they are sorted by.

    Two come back in the other order than they are stored in. Of three, which two columns sort, the first and the last
    are alike in the first column, and the last one comes before by the second.

    Args:
        terms: the columns.
        rows: in the order in which they are stored.
    """
    for place, (name, down) in enumerate(terms[:2]):
        found: list[Any] = [row.fields.get(name) for row in rows]
        if any(one is None or isinstance(one, bool | Obj) for one in found):
            return
        try:
            known = sorted(set(found))
        except TypeError:
            return
        tied = place == 0 and len(terms) > 1 and len(rows) > 2
        if len(known) < (2 if tied else len(rows)):
            return
        if tied:
            values = [known[0], known[-1], known[0]] if down else [known[-1], known[0], known[-1]]
        else:
            values = known if down else known[::-1]
        for row, value in zip(rows, values, strict=True):
            row.fields[name] = value
