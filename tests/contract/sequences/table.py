"""What a server answers, kept by the test: two small tables, as the ledger of a fake says they are.

The fake asks this model for each answer. The model runs what the ledger calls committed, then what it calls pending:
where the ledger is wrong about a transaction the next answer differs from the live one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SCHEMA = """
    DROP TABLE IF EXISTS note;
    DROP TABLE IF EXISTS item;
    CREATE TABLE item (id int PRIMARY KEY, name text NOT NULL, price int CHECK (price >= 0));
    CREATE TABLE note (id int PRIMARY KEY, item int REFERENCES item DEFERRABLE);
"""
RESET = "DELETE FROM note; DELETE FROM item; INSERT INTO item VALUES (1, 'one', 10), (2, 'two', NULL);"


class Failure(NamedTuple):
    """An error of the server: the method of `errors` that builds it, and with what."""

    kind: str
    given: tuple[Any, ...] = ()
    facts: dict[str, Any] = {}  # noqa: RUF012 - never changed


class Outcome(NamedTuple):
    """What a statement gave: rows, and how many it returned or changed."""

    rows: list[dict[str, Any]]
    count: int


@dataclass
class Tables:
    """Both tables."""

    items: dict[int, tuple[str, int | None]] = field(
        default_factory=lambda: {1: ("one", 10), 2: ("two", None)}
    )
    notes: dict[int, int] = field(default_factory=dict)
    deferred: bool = False

    def dangling(self) -> Failure | None:
        """The note that refers to nothing, when it comes to COMMIT."""
        for item in self.notes.values():
            if item not in self.items:
                return _missing(item)
        return None


Run = Callable[..., Outcome | Failure]


def _insert(db: Tables, id: int, name: str | None, price: int | None = None) -> Outcome | Failure:
    row = (id, name, price)
    if name is None:
        return Failure("not_null_violation", ("name",), {"table": "item", "row": row})
    if price is not None and price < 0:
        return Failure("check_violation", ("item_price_check",), {"table": "item", "row": row})
    if id in db.items:
        return Failure("unique_violation", ("item_pkey",), {"table": "item", "key": {"id": id}})
    db.items[id] = (name, price)
    return Outcome([], 1)


def _insert_returning(db: Tables, id: int, name: str | None) -> Outcome | Failure:
    done = _insert(db, id, name)
    return done if isinstance(done, Failure) else Outcome([{"id": id, "name": name}], 1)


def _note(db: Tables, id: int, item: int) -> Outcome | Failure:
    if id in db.notes:
        return Failure("unique_violation", ("note_pkey",), {"table": "note", "key": {"id": id}})
    if item not in db.items and not db.deferred:
        return _missing(item)
    db.notes[id] = item
    return Outcome([], 1)


def _missing(item: int) -> Failure:
    facts = {"table": "note", "key": {"item": item}, "references": "item"}
    return Failure("foreign_key_violation", ("note_item_fkey",), facts)


def _price(db: Tables, price: int, id: int) -> Outcome | Failure:
    if id not in db.items:
        return Outcome([], 0)
    if price < 0:
        row = (id, db.items[id][0], price)
        return Failure("check_violation", ("item_price_check",), {"table": "item", "row": row})
    db.items[id] = (db.items[id][0], price)
    return Outcome([], 1)


def _delete(db: Tables, id: int) -> Outcome | Failure:
    if id in db.items and id in db.notes.values() and not db.deferred:
        facts = {"table": "note", "key": {"id": id}, "references": "item", "deleting": True}
        return Failure("foreign_key_violation", ("note_item_fkey",), facts)
    return Outcome([], 0 if db.items.pop(id, None) is None else 1)


def _rows(db: Tables) -> Outcome:
    rows = [{"id": id, "name": name, "price": price} for id, (name, price) in sorted(db.items.items())]
    return Outcome(rows, len(rows))


def _row(db: Tables, id: int) -> Outcome:
    rows = [row for row in _rows(db).rows if row["id"] == id]
    return Outcome(rows, len(rows))


def _count(db: Tables) -> Outcome:
    return Outcome([{"count": len(db.items)}], 1)


def _defer(db: Tables) -> Outcome:
    db.deferred = True
    return Outcome([], 0)


def _nothing(db: Tables) -> Outcome:
    return Outcome([], 0)


class Unparsed(NamedTuple):
    """A statement that the server does not accept, whatever its parameters."""

    sqlstate: str
    message: str

    def __call__(self, db: Tables, *parameters: Any) -> Failure:
        """The error."""
        return Failure("server_error", tuple(self))


INSERT = "INSERT INTO item (id, name) VALUES ($1, $2)"
PRICED = "INSERT INTO item (id, name, price) VALUES ($1, $2, $3)"
RETURNING = "INSERT INTO item (id, name) VALUES ($1, $2) RETURNING id, name"
NOTE = "INSERT INTO note (id, item) VALUES ($1, $2)"
UPDATE = "UPDATE item SET price = $1 WHERE id = $2"
DELETE = "DELETE FROM item WHERE id = $1"
ROWS = "SELECT id, name, price FROM item ORDER BY id"
ROW = "SELECT id, name, price FROM item WHERE id = $1"
COUNT = "SELECT count(*) AS count FROM item"
DEFER = "SET CONSTRAINTS ALL DEFERRED"
WRONG = "SELEC 1"
UNKNOWN = "SELECT * FROM nope"
UNKNOWN_WITH = "SELECT * FROM nope WHERE id = $1"
DIVIDE = "SELECT id / 0 AS n FROM item WHERE id = $1"
SLEEP = "SELECT pg_sleep(5)"
NAP = "SELECT pg_sleep(0.3)"
KILL = "SELECT pg_terminate_backend(pg_backend_pid())"
SEVERAL = "SELECT 1; SELECT 2"
CONTROLS = (
    *("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a", "ROLLBACK TO SAVEPOINT a", "RELEASE SAVEPOINT a"),
    *("START TRANSACTION READ ONLY", "END", "ABORT"),
)


def _divide(db: Tables, id: int) -> Outcome | Failure:
    return Failure("server_error", ("22012", "division by zero")) if id in db.items else Outcome([], 0)


def _killed(db: Tables) -> Failure:
    return Failure("lost_connection")


_NO_TABLE = Unparsed("42P01", 'relation "nope" does not exist')
MODEL: dict[str, Run] = {
    INSERT: _insert,
    PRICED: _insert,
    RETURNING: _insert_returning,
    NOTE: _note,
    UPDATE: _price,
    DELETE: _delete,
    ROWS: _rows,
    ROW: _row,
    COUNT: _count,
    DEFER: _defer,
    WRONG: Unparsed("42601", 'syntax error at or near "SELEC"'),
    UNKNOWN: _NO_TABLE,
    UNKNOWN_WITH: _NO_TABLE,
    DIVIDE: _divide,
    KILL: _killed,
    SEVERAL: lambda db: Outcome([{"?column?": 2}], 1),
    **dict.fromkeys(CONTROLS, _nothing),
}
"""What each statement does."""


def run(db: Tables, statement: str, parameters: Iterable[Any], *, many: bool) -> Outcome | Failure:
    """Run a statement, once or for each set of parameters: all or nothing."""
    if not many:
        return MODEL[statement](db, *parameters)
    tried, count, rows = deepcopy(db), 0, []
    for each in parameters:
        done = MODEL[statement](tried, *each)
        if isinstance(done, Failure):
            return done
        rows += done.rows
        count += done.count
    db.items, db.notes = tried.items, tried.notes
    return Outcome(rows, count)


def replayed(calls: Iterable[Any], spelled: dict[str, str], db: Tables | None = None) -> Tables:
    """The tables after calls that a ledger says have taken effect. Raises: LookupError for one that could not."""
    db = Tables() if db is None else db
    for call in calls:
        statement = spelled.get(call.statement, call.statement)
        done = run(db, statement, list(call.parameters or ()), many=call.batch)
        if isinstance(done, Failure):
            raise LookupError(
                f"the ledger says that {call!r} took effect, the server that it is a {done.kind}"
            )
    return db
