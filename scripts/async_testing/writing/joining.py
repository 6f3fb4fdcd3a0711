"""Rows of several tables, as a statement joins them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from async_testing.writing.conditions import Wanted, wanted
from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.terms import Column, Expression, Join, Joined, Query
from async_testing.writing.evaluating.things import Cls, Obj, Unknown
from async_testing.writing.filling import key_of
from async_testing.writing.satisfying import parts_of

if TYPE_CHECKING:
    from async_testing.writing.sessions import Session


class Link(NamedTuple):
    """A column that holds what another table's column holds."""

    child: Cls
    column: str
    parent: Cls
    key: str
    target: Cls
    """Which of the two the join adds."""
    outer: bool


class Joining:
    """Finds rows for a statement that joins tables, and makes them up where there are none.

    Args:
        session: holds the rows.
        query: the statement.
    """

    def __init__(self, session: Session, query: Query) -> None:
        self.session = session
        self.query = query
        self.links: list[Link] = []
        self.known = [query.entity]
        for one in query.joins:
            link = self._link(one)
            self.links.append(link)
            self.known.append(link.target)

    def matching(self) -> list[Joined]:
        """The rows for which all conditions hold."""
        if not self._found():
            self._made_up()
        return self._found()

    def _found(self) -> list[Joined]:
        found = [Joined({self.known[0]: row}) for row in self._rows(self.known[0])]
        for link in self.links:
            found = [more for one in found for more in self._more(one, link)]
        return [
            one for one in found if all(self.session.worked.value(each, one) for each in self.query.where)
        ]

    def _rows(self, cls: Cls) -> list[Obj]:
        return [row for row in self.session.rows if row.cls is cls]

    def _more(self, one: Joined, link: Link) -> list[Joined]:
        found = []
        for row in self._rows(link.target):
            rows = {**one.rows, link.target: row}
            child, parent = rows[link.child], rows[link.parent]
            if child is not None and parent is not None:
                value = child.fields.get(link.column)
                if value is not None and value == parent.fields.get(link.key):
                    found.append(Joined(rows))
        return found if found or not link.outer else [Joined({**one.rows, link.target: None})]

    # Which columns belong together

    def _link(self, join: Join) -> Link:
        target, name = join.target, ""
        if isinstance(target, Column):
            owner, name = target.cls, target.name
            fields = self.session.interpreter.fields_of(owner)
            form = fields[name][0].single if name in fields else None
            form = form.args[0] if form is not None and form.kind == "list" and form.args else form
            target = form.cls if form is not None else None
        if not isinstance(target, Cls) or target.kind != "table" or target in self.known:
            raise Unknown("what is joined is not known")
        if join.on is not None:
            return self._said(join.on, target, join.outer)
        for one in self.known:
            for child, parent in ((one, target), (target, one)):
                columns = self.session.references(child, parent)
                if len(columns) == 1:
                    key = key_of(self.session.interpreter, parent)
                    return Link(child, columns[0], parent, key, target, join.outer)
        raise Unknown("which columns a join is about is not known")

    def _said(self, on: Any, target: Cls, outer: bool) -> Link:
        sides = on.parts if isinstance(on, Expression) and on.sign == "==" else []
        if len(sides) != 2 or not all(isinstance(one, Column) for one in sides):
            raise Unknown("the condition of a join is not followed")
        first, second = sides
        if target not in (first.cls, second.cls) or not {first.cls, second.cls} <= {target, *self.known}:
            raise Unknown("the condition of a join is not followed")
        if first.name in self.session.references(first.cls, second.cls):
            return Link(first.cls, first.name, second.cls, second.name, target, outer)
        return Link(second.cls, second.name, first.cls, first.name, target, outer)

    # Rows that are made up

    def _made_up(self) -> None:
        session = self.session
        place = f"stored{session.asked}"
        said = [(one, wanted(session.attempt, one)) for one in parts_of(self.query.where, "and")]
        count = session.attempt.pick(f"{place}#", [(1, ""), (0, "no_rows")])
        if any(one is None for _, one in said):
            if count:
                raise Unknown("a condition cannot be worked out")
            return
        known = [(term.parts[0].cls, one) for term, one in said if one is not None]
        if count:
            self._arranged(place, known)
        for number, (cls, one) in enumerate(known):
            singles = [each for of, each in known if of is cls and session.is_single(cls, each.column)]
            if one.other is not MISSING and (not singles or singles == [one]):
                changed = one._replace(value=one.other)
                others = [(of, changed if each is one else each) for of, each in known]
                if not any(each is not one and session.is_single(of, each.column) for of, each in known):
                    self._arranged(f"{place}.other{number}", others)

    def _arranged(self, place: str, known: list[tuple[Cls, Wanted]]) -> None:
        """A row of each table, those that others refer to first."""
        made: dict[Cls, Obj] = {}
        left = [*self.known]
        while left:
            ready = [
                cls
                for cls in left
                if all(link.child is not cls or link.parent in made for link in self.links)
            ]
            if not ready:
                raise Unknown("tables that refer to each other are not followed")
            for cls in ready:
                given = {one.column: one.value for of, one in known if of is cls}
                for link in self.links:
                    if link.child is cls:
                        given[link.column] = made[link.parent].fields[link.key]
                made[cls] = self.session.arrange(cls, f"{place} {cls.name}", given)
                left.remove(cls)
