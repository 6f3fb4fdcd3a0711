"""What statements and sessions of SQLAlchemy write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.terms import Conflict, Query
from async_testing.writing.evaluating.things import Cls, Obj, Unknown
from async_testing.writing.evaluating.working import Worked
from async_testing.writing.results import Result, Row, name_of
from async_testing.writing.rows import Rows

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt


class Storing(Rows):
    """Stores rows, changes them and takes them away.

    Args:
        attempt: the attempt that they belong to.
    """

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(attempt)
        self.worked = Worked(self.interpreter)
        self.asked = 0
        """How many statements there were."""

    def inserted(self, query: Query, rows: Any = None) -> Result:
        """Store the rows that a statement inserts."""
        cls = query.entity
        if not isinstance(cls, Cls) or cls.kind != "table" or not (query.values or rows):
            raise Unknown("an insert without its values is not followed")
        given = rows if isinstance(rows, list) else [rows] if rows is not None else [query.values]
        stored = []
        for one in given:
            values = dict(self._set(query.altered(values=self.interpreter.mapping(one)), whole=True))
            row = self._upserted(query, cls, values)
            if row is not None:
                stored.append(row)
        self._flush()
        found = Result([self._returned(query, row) for row in stored] if query.returning else [])
        found.count = len(stored)
        return found

    def _upserted(self, query: Query, cls: Cls, values: dict[str, Any]) -> Obj | None:
        """A row that is stored or changed; None where there is one already, and it stays as it is."""
        row = Obj(cls)
        row.fields = {name: self.worked.value(value, row) for name, value in values.items()}
        if query.conflict is not None:
            found = self._refused_for(query.conflict, row)
            if found is not None:
                self._touched(cls)
                changes = query.conflict.changes
                return self._changed(found, query.altered(values=changes)) if changes else None
        self._add(row)
        return row

    def _refused_for(self, conflict: Conflict, row: Obj) -> Obj | None:
        """A row that is there already, which a new one is refused for; there may be one, or none."""
        single = [name for name in row.fields if self.is_single(row.cls, name)]
        names = [*conflict.names] or single[:1]
        if not names or not {*names} <= row.fields.keys():
            raise Unknown("what an upsert is refused for is not known")
        same = {name: row.fields[name] for name in names}

        def known() -> Obj | None:
            alike = (one for one in self.rows if one.cls is row.cls and same.items() <= one.fields.items())
            return next(alike, None)

        place = f"stored{self.asked}#conflict"
        if known() is None and self.attempt.pick(place, [(0, ""), (1, "conflict")]):
            self.interpreter.marks.add(("conflict", place))
            self.arrange(row.cls, place, same)
        return known()

    def _changed(self, row: Obj, query: Query) -> Obj:
        for name, value in self._set(query, whole=False):
            self.fitted(value, self.interpreter.fields_of(row.cls)[name][0].single)
            row.fields[name] = self.worked.value(value, row)
        return row

    def _returned(self, query: Query, row: Obj) -> Row:
        """What RETURNING gives of a row."""
        parts = query.returning
        return Row(
            [row if isinstance(one, Cls) else row.fields.get(one.name) for one in parts],
            [*map(name_of, parts)],
        )

    def written(self, query: Query, matching: list[Obj]) -> Result:
        """Change the rows that a statement is about, or take them away."""
        cls = query.entity
        self._touched(cls)
        for row in matching:
            if query.verb == "delete":
                self.rows.remove(row)
            else:
                self._changed(row, query)
        found = [self._returned(query, row) for row in matching] if query.returning else []
        result = Result(found)
        result.count = len(matching)
        return result

    def _set(self, query: Query, *, whole: bool) -> list[tuple[str, Any]]:
        """The columns that a statement gives values, with what it gives them."""
        given = {one if isinstance(one, str) else one.name: value for one, value in query.values.items()}
        self.interpreter.misnamed(given, query.entity, whole=whole)
        for name in given:
            if name not in self.interpreter.fields_of(query.entity):
                raise Unknown(f"{name} is no column that is known")
        return [*given.items()]
