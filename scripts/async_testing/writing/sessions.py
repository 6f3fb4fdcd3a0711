"""A session of SQLAlchemy on a real database: the rows that are there before, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.callables import Coro, Native
from async_testing.writing.evaluating.terms import Column, Expression, Joined, Query, row_of
from async_testing.writing.evaluating.things import Cls, Manager, Obj, Term, Unknown
from async_testing.writing.filling import key_of
from async_testing.writing.joining import Joining
from async_testing.writing.ordering import direction
from async_testing.writing.results import Result, Row, name_of
from async_testing.writing.satisfying import Satisfying
from async_testing.writing.storing import Storing

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt

_QUIET = frozenset({"flush", "close", "expire", "expunge", "expire_all", "expunge_all"})


class Session(Storing):
    """Stands for a session.

    Args:
        attempt: the attempt that it belongs to.
        place: where it comes in.
    """

    def __init__(self, attempt: Attempt, place: str) -> None:
        super().__init__(attempt)
        self.place = place
        self.label = "a session"
        self.statements = 0
        attempt.holders.append(self)

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        if name == "add":
            return Native(name, lambda *args, **named: self._add(_first(args, named)))
        if name == "add_all":
            return Native(name, lambda *args, **named: self._add_all(_first(args, named)))
        if name == "commit":
            return Native(name, lambda: Coro(self._committed))
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
                name,
                lambda *args, **named: Coro(
                    lambda: self._executed(name, _first(args, named), _more(args, named))
                ),
            )
        if name in ("begin", "begin_nested"):
            ended = self._committed if name == "begin" else self._flush
            return Native(name, lambda: Manager(lambda: self, lambda error: self._left(error, ended)))
        if name in ("__aenter__", "__aexit__"):
            return Native(name, lambda *_: Coro(lambda: self if name == "__aenter__" else None))
        raise Unknown(f"{name} of a session is not followed")

    def _left(self, error: Any, ended: Callable[[], None]) -> bool:
        if error is None:
            ended()
        else:
            self._rolled_back()
        return False

    def _committed(self) -> None:
        self._flush()
        self.is_committed = bool(self.changed)

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
        return self.arrange(cls, f"stored{self.asked}", {name: key})

    def _executed(self, name: str, query: Any, rows: Any = None) -> Any:
        if not isinstance(query, Query):
            raise Unknown("what is executed is not known")
        self._flush()
        self.asked += 1
        if query.verb == "insert":
            found = self.inserted(query, rows)
            return found if name == "execute" else _shaped(name, found.values)
        if rows is not None:
            raise Unknown("values that are given beside a statement are not followed")
        asked = query.parts[0] if len(query.parts) == 1 else None
        if query.verb == "select" and isinstance(asked, Query) and asked.verb == "exists":
            return _shaped(name, [Row((bool(self._matching(asked)),), ("",))])
        matching = self._matching(query)
        if query.verb != "select":
            return self.written(query, [one for one in matching if isinstance(one, Obj)])
        return _shaped(name, self._selected(query, matching))

    def _selected(self, query: Query, matching: Sequence[Obj | Joined]) -> list[Row]:
        names = [*map(name_of, query.parts)]
        wholes = [aggregated(one) for one in query.parts]
        if any(wholes):
            if not all(wholes):
                raise Unknown("a count beside something else is not followed")
            return [Row([self._aggregate(one, matching) for one in wholes], names)]
        for term in reversed(query.order):
            matching = self._sorted(term, matching)
        start = query.offset or 0
        matching = matching[start : start + query.limit if query.limit is not None else None]
        for row in matching:
            for column in query.loaded:
                loading = row_of(row, column.cls)
                if loading is not None:
                    self._load(loading, column)
        return [
            Row(
                [
                    row_of(row, one) if isinstance(one, Cls) else self.worked.value(one, row)
                    for one in query.parts
                ],
                names,
            )
            for row in matching
        ]

    def _aggregate(self, term: Expression | None, rows: Sequence[Obj | Joined]) -> Any:
        """What an aggregate makes of rows."""
        assert term is not None
        if term.sign == "func.count" and (not term.parts or not isinstance(term.parts[0], Term)):
            return len(rows)
        found = [value for row in rows if (value := self.worked.value(term.parts[0], row)) is not None]
        if term.sign == "func.count":
            return len(found)
        if not found:
            return None
        made: dict[str, Callable[[], Any]] = {
            "func.sum": lambda: sum(found),
            "func.max": lambda: max(found),
            "func.min": lambda: min(found),
        }
        return self.interpreter.native(made[term.sign], None)

    def _load(self, row: Obj, column: Column) -> None:
        """Let a row have the one that its foreign key names, as a loading option does."""
        fields = self.interpreter.fields_of(row.cls)
        kind = fields[column.name][0].single.cls if column.cls is row.cls and column.name in fields else None
        if not isinstance(kind, Cls) or kind.kind != "table":
            return
        keys = self.references(row.cls, kind)
        if len(keys) != 1:
            return
        for other in self.rows:
            if other.cls is kind and other.fields.get(key_of(self.interpreter, kind)) == row.fields.get(
                keys[0]
            ):
                row.fields[column.name] = other

    def _sorted(self, term: Any, rows: Sequence[Obj | Joined]) -> Sequence[Obj | Joined]:
        inner, down = direction(term)
        if any(self.worked.value(inner, row) is None for row in rows):
            raise Unknown("where NULL is sorted to is not followed")
        found: list[Obj | Joined] = self.interpreter.native(
            lambda: sorted(rows, key=lambda row: self.worked.value(inner, row), reverse=down), None
        )
        return found

    def _matching(self, query: Query) -> Sequence[Obj | Joined]:
        if query.joins:
            if query.verb not in ("select", "exists"):
                raise Unknown("a join of anything but a select is not followed")
            return Joining(self, query).matching()
        cls = query.entity
        for row in [one for one in self.rows if one.cls is cls]:
            if self._holds(query, row):
                break
        else:
            Satisfying(self, query, cls).make()
        return [one for one in self.rows if one.cls is cls and self._holds(query, one)]

    def _holds(self, query: Query, row: Obj) -> bool:
        return all(self.worked.value(one, row) for one in query.where)


def _more(args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """The values that are given beside a statement; None where there are none."""
    return args[1] if len(args) > 1 else named.get("params")


def _shaped(name: str, values: list[Any]) -> Any:
    """Rows as a method of a session gives them."""
    if name in ("scalars", "exec"):
        return Result([one[0] for one in values], scalars=True)
    return (values[0][0] if values else None) if name == "scalar" else Result(values)


def aggregated(part: Any) -> Expression | None:
    """The aggregate that a part of what is selected is, whatever it is called; None for others."""
    if isinstance(part, Expression) and part.sign == "label":
        part = part.parts[0]
    is_one = isinstance(part, Expression) and part.sign in ("func.count", "func.sum", "func.max", "func.min")
    return part if is_one else None


def _first(args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """What a method of a session is about, by place or by name."""
    if not args and not named:
        raise Unknown("a method of a session is called without arguments")
    return args[0] if args else next(iter(named.values()))
