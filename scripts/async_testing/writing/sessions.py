"""A session of SQLAlchemy on a real database: the rows that are there before, and what becomes of them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.classes import MISSING
from async_testing.writing.evaluating.errors import error_class
from async_testing.writing.evaluating.terms import Column, Expression, Query, Worked
from async_testing.writing.evaluating.things import (
    Cls,
    Coro,
    Manager,
    Meta,
    Native,
    Obj,
    Opaque,
    Raised,
    Special,
    Unknown,
)
from async_testing.writing.standins import row_of

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt

_QUIET = frozenset({"flush", "commit", "close", "expire", "expunge", "expire_all", "expunge_all"})


def _violated() -> BaseException:
    """What SQLAlchemy raises where the database refuses a row."""
    kind = error_class("sqlalchemy.exc.IntegrityError")
    assert kind is not None
    return kind.__new__(kind)


class Session(Special):
    """Stands for a session.

    Args:
        attempt: the attempt that it belongs to.
        place: where it comes in.
    """

    def __init__(self, attempt: Attempt, place: str) -> None:
        self.attempt = attempt
        self.place = place
        self.label = "a session"
        self.interpreter = attempt.interpreter
        self.worked = Worked(self.interpreter)
        self.arranged: list[Obj] = []
        """Rows that the test stores before, parents first."""
        self.before: dict[int, dict[str, Any]] = {}
        self.rows: list[Obj] = []
        self.changed: list[Cls] = []
        """Tables that the code has written to."""
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

    # Writing

    def _touched(self, cls: Cls) -> None:
        if cls not in self.changed:
            self.changed.append(cls)

    def _add_all(self, rows: Any) -> None:
        for row in self.interpreter.items(rows):
            self._add(row)

    def _add(self, row: Any) -> None:
        if not isinstance(row, Obj) or row.cls.kind != "table":
            raise Unknown("what is added is no row that is known")
        if row not in self.rows:
            self.rows.append(row)
        self._touched(row.cls)

    def _flush(self) -> None:
        for row in self.rows:
            if row not in self.arranged:
                self._filled(row)

    def _filled(self, row: Obj) -> None:
        """Columns that were not given get what the table says."""
        for name, (form, default, _) in self.interpreter.fields_of(row.cls).items():
            if name in row.fields or _is_relation(default, form):
                continue
            given = default.kwargs.get("default", MISSING) if isinstance(default, Meta) else MISSING
            if given is not MISSING and not callable(given) and not isinstance(given, Special):
                row.fields[name] = given
            elif form.optional and not (isinstance(default, Meta) and default.kwargs.get("server_default")):
                row.fields[name] = None
            elif self._is_missing(row.cls, name, default):
                self.changed.clear()
                raise Raised(_violated(), said=True)
            else:
                row.fields[name] = Opaque("the database")

    def _is_missing(self, cls: Cls, name: str, default: Any) -> bool:
        """Whether the database refuses a row without a value in a column, which nothing else provides."""
        keys = (
            "default",
            "default_factory",
            "server_default",
            "insert_default",
            "primary_key",
            "identity",
            "init",
        )
        given = default if isinstance(default, Meta) else Meta("")
        others = any(
            isinstance(one, Meta) and one.name in ("Identity", "Computed", "Sequence") for one in given.args
        )
        return (
            default is not MISSING
            and name != self._key(cls)
            and not others
            and not given.kwargs.keys() & {*keys}
        )

    def _removed(self, row: Any) -> None:
        if row in self.rows:
            self.rows.remove(row)
        self._touched(row.cls)

    # Reading

    def _got(self, cls: Any, key: Any) -> Any:
        if not isinstance(cls, Cls) or cls.kind != "table":
            raise Unknown("which table is read is not known")
        name = self._key(cls)
        for row in self.rows:
            if row.cls is cls and row.fields.get(name) == key:
                return row
        self.asked += 1
        if self.attempt.pick(f"stored{self.asked}#", [(1, ""), (0, "no_such_row")]) == 0:
            return None
        return self._arrange(cls, f"stored{self.asked}", {name: key})

    def _is_single(self, cls: Cls, column: str) -> bool:
        """Whether no two rows have the same value in a column."""
        default = self.interpreter.fields_of(cls).get(column, (None, None))[1]
        return column == self._key(cls) or (
            isinstance(default, Meta) and default.kwargs.get("unique") is True
        )

    def _key(self, cls: Cls) -> str:
        for name, (_, default, _) in self.interpreter.fields_of(cls).items():
            if isinstance(default, Meta) and default.kwargs.get("primary_key"):
                return name
        return "id"

    def _arrange(self, cls: Cls, place: str, given: dict[str, Any]) -> Obj:
        """A row that is there before, and the rows that it refers to."""
        row = row_of(self.attempt, place, cls)
        row.fields.update(given)
        for name, (_, default, _) in self.interpreter.fields_of(cls).items():
            parent = self._parent(cls, default)
            value = row.fields.get(name)
            if parent is None or value is None:
                continue
            key = self._key(parent)
            if not any(one.cls is parent and one.fields.get(key) == value for one in self.rows):
                self._arrange(parent, f"{place}.{name}", {key: value})
        row.raw = dict(row.fields)
        self.arranged.append(row)
        self.rows.append(row)
        self.before[id(row)] = dict(row.fields)
        return row

    def depth(self, cls: Cls, hops: int = 8) -> int:
        """How many tables a table's rows need rows in before them."""
        found = 0
        for _, default, _ in self.interpreter.fields_of(cls).values():
            parent = self._parent(cls, default) if hops else None
            if parent is not None and parent is not cls:
                found = max(found, 1 + self.depth(parent, hops - 1))
        return found

    def _parent(self, cls: Cls, default: Any) -> Cls | None:
        keys = (
            [one for one in default.args if isinstance(one, Meta) and one.name == "ForeignKey"]
            if isinstance(default, Meta)
            else []
        )
        if isinstance(default, Meta) and isinstance(default.kwargs.get("foreign_key"), str):
            keys.append(Meta("ForeignKey", (default.kwargs["foreign_key"],)))
        for key in keys:
            table = str(key.args[0]).rpartition(".")[0]
            found = self._named(cls, table)
            if found is None:
                raise Unknown(f"the table {table} is not found")
            return found
        return None

    def _named(self, cls: Cls, table: str) -> Cls | None:
        """The class of a table, in the modules that define or import tables beside a class."""
        for module in [cls.module, *self.interpreter.known()]:
            for name in module.bindings:
                try:
                    one = module.get(name)
                except (KeyError, Unknown, Raised):
                    continue
                if isinstance(one, Cls) and one.kind == "table":
                    said = self.interpreter.lookup(one, "__tablename__")
                    if said == table or (said is None and one.name.lower() == table):
                        return one
        return None

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
        for name, value in query.values.items():
            row.fields[name if isinstance(name, str) else name.name] = self.worked.value(value, row)
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
            for name, value in query.values.items():
                row.fields[name if isinstance(name, str) else name.name] = self.worked.value(value, row)
        found = [(row,) for row in matching] if query.returning else []
        result = Result(found)
        result.count = len(matching)
        return result

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
        return [
            tuple(row if isinstance(one, Cls) else self.worked.value(one, row) for one in query.parts)
            for row in matching
        ]

    def _sorted(self, term: Any, rows: list[Obj]) -> list[Obj]:
        down = isinstance(term, Expression) and term.sign == "desc"
        inner = term.parts[0] if isinstance(term, Expression) and term.sign in ("desc", "asc") else term
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
        """Two rows that are meant, and one for each condition that all others hold for."""
        place = f"stored{self.asked}"
        pairs = [self._wanted(one) for one in query.where]
        single = {pair[0] for pair in pairs if pair is not None and self._is_single(cls, pair[0])}
        unique = bool(single)
        sizes = (
            [(1, ""), (0, "no_rows")]
            if unique or query.verb != "select"
            else [(2, ""), (0, "no_rows"), (1, "one_row")]
        )
        count = self.attempt.pick(f"{place}#", sizes)
        if any(pair is None for pair in pairs):
            if count:
                raise Unknown("a condition cannot be worked out")
            return
        wanted = {pair[0]: pair[1] for pair in pairs if pair is not None}
        order = range(count, 0, -1) if query.order else range(1, count + 1)
        for turn in order:
            self._arrange(cls, f"{place}[{turn}]", wanted)
        for number, pair in enumerate(pairs):
            if (
                pair is not None
                and pair[2] is not MISSING
                and pair[0] != self._key(cls)
                and not single - {pair[0]}
            ):
                self._arrange(cls, f"{place}.other{number}", {**wanted, pair[0]: pair[2]})

    def _wanted(self, term: Any) -> tuple[str, Any, Any] | None:
        """The column of a condition, a value for which it holds, and one for which it does not."""
        if not isinstance(term, Expression) or not isinstance(term.parts[0], Column):
            return None
        column, sign = term.parts[0], term.sign
        value = term.parts[1] if len(term.parts) > 1 else None
        form = (
            self.interpreter.fields_of(column.cls)[column.name][0]
            if column.name in self.interpreter.fields_of(column.cls)
            else None
        )
        if form is None or isinstance(value, Special | Opaque):
            return None
        other = self._other(value)
        if sign in ("==", "is"):
            if value is None:
                return (
                    column.name,
                    None,
                    self.attempt.memory.samples.value(f"not null {column.name}", form.single),
                )
            return column.name, value, other
        if sign in ("!=", "isnot", "is_not"):
            plain = self.attempt.memory.samples.value(f"not {column.name}", form.single)
            return column.name, (other if other is not MISSING else plain), value
        if sign == "in":
            items: list[Any] = list(value or ())
            return (column.name, items[0], MISSING) if items else None
        step: Any = datetime.timedelta(days=1) if isinstance(value, datetime.date) else 1
        if isinstance(value, bool) or not isinstance(value, int | float | datetime.date):
            return None
        found = {
            "<": (value - step, value),
            "<=": (value, value + step),
            ">": (value + step, value),
            ">=": (value, value - step),
        }
        return (column.name, *found[sign]) if sign in found else None

    @staticmethod
    def _other(value: Any) -> Any:
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return value + 1000
        if isinstance(value, str):
            return f"other {value}"
        return MISSING


class Result(Special):
    """What a statement gave."""

    def __init__(self, values: list[Any], *, scalars: bool = False) -> None:
        self.values = values
        self.scalars = scalars
        self.count = len(values)
        self.label = "a result"

    def iterate(self) -> list[Any]:
        """Its rows."""
        return self.values

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        if name == "rowcount":
            return self.count
        if name == "scalars":
            return Native(name, lambda *_: Result([one[0] for one in self.values], scalars=True))
        if name in ("unique", "tuples"):
            return Native(name, lambda *_: self)
        if name in ("all", "fetchall", "partitions"):
            return Native(name, lambda: [*self.values])
        if name in ("first", "fetchone"):
            return Native(name, lambda: self.values[0] if self.values else None)
        if name in ("one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalar"):
            return Native(name, lambda: self._one(name))
        raise Unknown(f"{name} of a result is not followed")

    def _one(self, name: str) -> Any:
        if len(self.values) > 1 and name != "scalar":
            raise Raised(
                _error("MultipleResultsFound")("Multiple rows were found when exactly one was required")
            )
        if not self.values:
            if name in ("one", "scalar_one"):
                raise Raised(_error("NoResultFound")("No row was found when one was required"))
            return None
        value = self.values[0]
        return value[0] if name.startswith("scalar") and not self.scalars else value


def _first(args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """What a method of a session is about, by place or by name."""
    if not args and not named:
        raise Unknown("a method of a session is called without arguments")
    return args[0] if args else next(iter(named.values()))


def _error(name: str) -> Any:
    return error_class(f"sqlalchemy.exc.{name}")


def _is_relation(default: Any, form: Any) -> bool:
    return (isinstance(default, Meta) and default.name in ("relationship", "Relationship")) or form.kind in (
        "class",
        "external",
    )
