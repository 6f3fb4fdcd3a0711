"""Rows for which the conditions of a statement hold, and others for which they do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from async_testing.writing.conditions import Wanted, wanted
from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.terms import Expression, Query
from async_testing.writing.evaluating.things import Cls, Obj, Unknown
from async_testing.writing.ordering import sorted_by, unsort

if TYPE_CHECKING:
    from async_testing.writing.sessions import Session

Group = list[Wanted]
"""A condition, or several of which one is enough."""


def parts_of(terms: Sequence[Any], sign: str) -> Iterator[Any]:
    """Conditions one by one, out of those that ``and`` or ``or`` holds together."""
    for one in terms:
        if isinstance(one, Expression) and one.sign == sign:
            yield from parts_of(one.parts, sign)
        else:
            yield one


class Satisfying:
    """Makes rows up for a statement about one table.

    Args:
        session: holds the rows.
        query: the statement.
        cls: the table.
    """

    def __init__(self, session: Session, query: Query, cls: Cls) -> None:
        self.session = session
        self.query = query
        self.cls = cls
        self.place = f"stored{session.asked}"
        found = [self._group(one) for one in parts_of(query.where, "and")]
        self.groups = [one for one in found if one is not None]
        self.is_known = len(self.groups) == len(found)
        self.single = {one.column for one in self._alone() if session.is_single(cls, one.column)}
        self.terms = sorted_by(query.order, lambda column: session.is_single(cls, column))

    def _group(self, term: Any) -> Group | None:
        found = [wanted(self.session.attempt, one) for one in parts_of([term], "or")]
        kept = [one for one in found if one is not None]
        return kept if len(kept) == len(found) else None

    def _alone(self) -> Iterator[Wanted]:
        return (one[0] for one in self.groups if len(one) == 1 and len(one[0].items) < 2)

    def make(self) -> None:
        """Two or three rows that are meant, and one for each condition that all others hold for."""
        sizes = [(0, "no_rows")]
        if self.single or self.query.verb != "select":
            sizes.insert(0, (1, ""))
        else:
            many = max([2, 2 + (len(self.terms) > 1), *map(len, self.groups)])
            sizes = [(many, ""), *sizes, (1, "one_row")]
        beside = [group for group in self.groups if self.single and group[0].column not in self.single]
        known = [(-1 - at, f"other_{one[0].column}") for at, one in enumerate(beside) if self._is_open(one)]
        count = self.session.attempt.pick(f"{self.place}#", [*sizes, *known])
        if count < 0:
            self.session.interpreter.marks.add(("other", self.place, count))
            self.session.arrange(self.cls, f"{self.place}.other", self._other(beside[-1 - count]))
            return
        if not self.is_known:
            if count:
                raise Unknown("a condition cannot be worked out")
            return
        self._meant(count)
        for number, group in enumerate(self.groups):
            if self._is_open(group) and not self.single - {one.column for one in group}:
                self.session.arrange(self.cls, f"{self.place}.other{number}", self._other(group))

    @staticmethod
    def _is_open(group: Group) -> bool:
        """Whether values are known for which it does not hold."""
        return all(one.other is not MISSING for one in group)

    def _other(self, group: Group) -> dict[str, Any]:
        """Values for which all conditions hold but one."""
        return self._given(0) | {one.column: one.other for one in group}

    def _given(self, turn: int) -> dict[str, Any]:
        """Values for which all conditions hold; of several that are enough another one each turn."""
        ordered = {name for name, _ in self.terms}
        given: dict[str, Any] = {}
        for group in self.groups:
            given |= {one.column: one.other for one in group if len(group) > 1 and one.other is not MISSING}
            one = group[turn % len(group)]
            if one.items:
                given[one.column] = one.items[turn % len(one.items)]
            elif one.step is not None and one.column in ordered:
                given[one.column] = one.value + turn * one.step
            else:
                given[one.column] = one.value
        return given

    def _meant(self, count: int) -> None:
        """Rows for which all conditions hold, stored in another order than they come back in."""
        meant: list[Obj] = []
        for turn in range(count):
            meant.append(self.session.arrange(self.cls, f"{self.place}[{turn + 1}]", self._given(turn)))
        unsort(self.terms, meant)
        for row in meant:
            row.raw, self.session.before[id(row)] = dict(row.fields), dict(row.fields)
