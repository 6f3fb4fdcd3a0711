"""A session of SQLAlchemy on a real database: the rows that are there before, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from async_testing.writing.conditions import Wanted, wanted
from async_testing.writing.evaluating.callables import Coro, Native
from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.terms import Column, Expression, Query, Worked
from async_testing.writing.evaluating.things import Cls, Manager, Obj, Unknown
from async_testing.writing.filling import key_of
from async_testing.writing.ordering import Term, direction, sorted_by, unsort
from async_testing.writing.results import Result
from async_testing.writing.rows import Rows

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt

_QUIET = frozenset({"flush", "commit", "close", "expire", "expunge", "expire_all", "expunge_all"})


class Session(Rows):
    """Stands for a session.

    Args:
        attempt: the attempt that it belongs to.
        place: where it comes in.
    """

    def __init__(self, attempt: Attempt, place: str) -> None:
        super().__init__(attempt)
        self.place = place
        self.label = "a session"
        self.worked = Worked(self.interpreter)
        self.asked = 0
        self.statements = 0
        attempt.holders.append(self)

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        if name == "add":
            return Native(name, lambda *args, **named: self._add(_first(args, named)))
        if name == "add_all":
            return Native(name, lambda *args, **named: self._add_all(_first(args, named)))
        if name in _QUIET:
            return Native(name, lambda *_, **__: Coro(self._flush))
        if name == "rollback":
            return Native(name, lambda: Coro(self._rolled_back))
        if name == "refresh":
            return Native(name, lambda *args, **named: Coro(lambda: self._filled(_first(args, named))))
        if name == "delete":
            return Native(name, lambda *args, **named: Coro(lambda: self._removed(_first(args, named))))
        if name in ("get", "get_one"):
            return Native(name, lambda cls, key, **_: Coro(lambda: self._got(cls, key)))
        if name in ("stream", "stream_scalars"):
            plain = "execute" if name == "stream" else "scalars"
            return Native(
                name, lambda *args, **named: Coro(lambda: self._executed(plain, _first(args, named)))
            )
        if name in ("execute", "scalars", "scalar", "exec"):
            return Native(
                name, lambda *args, **named: Coro(lambda: self._executed(name, _first(args, named)))
            )
        if name in ("begin", "begin_nested"):
            return Native(name, lambda: Manager(lambda: self, self._left))
        if name in ("__aenter__", "__aexit__"):
            return Native(name, lambda *_: Coro(lambda: self if name == "__aenter__" else None))
        raise Unknown(f"{name} of a session is not followed")

    def _left(self, error: Any) -> bool:
        if error is None:
            self._flush()
        else:
            self._rolled_back()
        return False

    def _rolled_back(self) -> None:
        if self.changed:
            raise Unknown("what a rollback takes back is not followed")

    # Reading

    def _got(self, cls: Any, key: Any) -> Any:
        if not isinstance(cls, Cls) or cls.kind != "table":
            raise Unknown("which table is read is not known")
        name = key_of(self.interpreter, cls)
        for row in self.rows:
            if row.cls is cls and row.fields.get(name) == key:
                return row
        self.asked += 1
        if self.attempt.pick(f"stored{self.asked}#", [(1, ""), (0, "no_such_row")]) == 0:
            return None
        return self._arrange(cls, f"stored{self.asked}", {name: key})

    def _executed(self, name: str, query: Any) -> Any:
        if not isinstance(query, Query):
            raise Unknown("what is executed is not known")
        self._flush()
        self.asked += 1
        if query.verb == "insert":
            return self._inserted(query)
        matching = self._matching(query)
        if query.verb != "select":
            return self._written(query, matching)
        values = self._selected(query, matching)
        result = Result(values)
        if name in ("scalars", "exec"):
            return Result([one[0] for one in values], scalars=True)
        return (values[0][0] if values else None) if name == "scalar" else result

    def _inserted(self, query: Query) -> Result:
        """Store the row that a statement inserts."""
        cls = query.entity
        if not isinstance(cls, Cls) or cls.kind != "table" or not query.values:
            raise Unknown("an insert without its values is not followed")
        row = Obj(cls)
        row.fields = {name: self.worked.value(value, row) for name, value in self._set(query, whole=True)}
        self._add(row)
        self._flush()
        found = Result([(row,)] if query.returning else [])
        found.count = 1
        return found

    def _written(self, query: Query, matching: list[Obj]) -> Result:
        cls = query.entity
        self._touched(cls)
        for row in matching:
            if query.verb == "delete":
                self.rows.remove(row)
                continue
            for name, value in self._set(query, whole=False):
                row.fields[name] = self.worked.value(value, row)
        found = [(row,) for row in matching] if query.returning else []
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

    def _selected(self, query: Query, matching: list[Obj]) -> list[tuple[Any, ...]]:
        counts = [one for one in query.parts if isinstance(one, Expression) and one.sign == "func.count"]
        if counts:
            if len(query.parts) != 1:
                raise Unknown("a count beside something else is not followed")
            return [(len(matching),)]
        for term in reversed(query.order):
            matching = self._sorted(term, matching)
        start = query.offset or 0
        matching = matching[start : start + query.limit if query.limit is not None else None]
        for row in matching:
            for column in query.loaded:
                self._load(row, column)
        return [
            tuple(row if isinstance(one, Cls) else self.worked.value(one, row) for one in query.parts)
            for row in matching
        ]

    def _load(self, row: Obj, column: Column) -> None:
        """Let a row have the one that its foreign key names, as a loading option does."""
        fields = self.interpreter.fields_of(row.cls)
        kind = fields[column.name][0].single.cls if column.cls is row.cls and column.name in fields else None
        keys = [name for name, (_, default, _) in fields.items() if self._parent(row.cls, default) is kind]
        if not isinstance(kind, Cls) or kind.kind != "table" or len(keys) != 1:
            return
        for other in self.rows:
            if other.cls is kind and other.fields.get(key_of(self.interpreter, kind)) == row.fields.get(
                keys[0]
            ):
                row.fields[column.name] = other

    def _sorted(self, term: Any, rows: list[Obj]) -> list[Obj]:
        inner, down = direction(term)
        if any(self.worked.value(inner, row) is None for row in rows):
            raise Unknown("where NULL is sorted to is not followed")
        found: list[Obj] = self.interpreter.native(
            lambda: sorted(rows, key=lambda row: self.worked.value(inner, row), reverse=down), None
        )
        return found

    def _matching(self, query: Query) -> list[Obj]:
        cls = query.entity
        for row in [one for one in self.rows if one.cls is cls]:
            if self._holds(query, row):
                break
        else:
            self._made_up(query, cls)
        return [one for one in self.rows if one.cls is cls and self._holds(query, one)]

    def _holds(self, query: Query, row: Obj) -> bool:
        return all(self.worked.value(one, row) for one in query.where)

    def _made_up(self, query: Query, cls: Cls) -> None:
        """Two or three rows that are meant, and one for each condition that all others hold for."""
        place = f"stored{self.asked}"
        conditions = [wanted(self.attempt, one) for one in query.where]
        single = {one.column for one in conditions if one is not None and self._is_single(cls, one.column)}
        terms = sorted_by(query.order, lambda column: self._is_single(cls, column))
        sizes = (
            [(1, ""), (0, "no_rows")]
            if single or query.verb != "select"
            else [(3 if len(terms) > 1 else 2, ""), (0, "no_rows"), (1, "one_row")]
        )
        count = self.attempt.pick(f"{place}#", sizes)
        known = [one for one in conditions if one is not None]
        if len(known) < len(conditions):
            if count:
                raise Unknown("a condition cannot be worked out")
            return
        self._meant(cls, place, count, known, terms)
        for number, one in enumerate(known):
            if one.other is not MISSING and not single - {one.column}:
                given = {each.column: each.value for each in known} | {one.column: one.other}
                self._arrange(cls, f"{place}.other{number}", given)

    def _meant(
        self, cls: Cls, place: str, count: int, known: Sequence[Wanted], terms: Sequence[Term]
    ) -> None:
        """Rows for which all conditions hold, stored in another order than they come back in."""
        ordered = {name for name, _ in terms}
        meant: list[Obj] = []
        for turn in range(count):
            given = {
                one.column: one.value
                if one.step is None or one.column not in ordered
                else one.value + turn * one.step
                for one in known
            }
            meant.append(self._arrange(cls, f"{place}[{turn + 1}]", given))
        unsort(terms, meant)
        for row in meant:
            row.raw, self.before[id(row)] = dict(row.fields), dict(row.fields)


def _first(args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """What a method of a session is about, by place or by name."""
    if not args and not named:
        raise Unknown("a method of a session is called without arguments")
    return args[0] if args else next(iter(named.values()))
