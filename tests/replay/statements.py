"""Statements that a server must take or refuse, spelled with ``?`` for each parameter."""

from __future__ import annotations

from typing import Any, NamedTuple


class Case(NamedTuple):
    """A statement with what a test passes and scripts; ``kind`` is what is wrong with it, empty where nothing is."""

    name: str
    statement: str
    parameters: tuple[str, ...] = ()
    rows: dict[str, Any] | None = None
    kind: str = ""
    not_on: tuple[str, ...] = ()


def columns(**labels: str) -> dict[str, Any]:
    return {"columns": {name: [label] for name, label in labels.items()}}


MYSQL = ("aiomysql", "asyncmy")
LOOSE = (*MYSQL, "aiosqlite")
RIGHT = [
    Case("a row by key", "SELECT id, name FROM users WHERE id = ?", ("int",), columns(id="int", name="str")),
    Case("some columns of a row", "SELECT * FROM users WHERE id = ?", ("int",), columns(name="str")),
    Case("a value", "SELECT count(*) FROM users", (), {"values": [["int"]], "single": True}),
    Case("null for a value", "SELECT name, email FROM users", (), columns(email="none")),
    Case("an insert", "INSERT INTO users (id, name) VALUES (?, ?)", ("int", "str")),
    Case("an update", "UPDATE users SET name = ?, email = ? WHERE id = ?", ("str", "none", "int")),
    Case("a delete", "DELETE FROM users WHERE id = ?", ("int",)),
    Case("a join", "SELECT u.id FROM users u JOIN posts p ON p.user_id = u.id WHERE p.title = ?", ("str",)),
    Case(
        "a common table",
        "WITH few AS (SELECT id FROM users LIMIT 3) SELECT id FROM few",
        (),
        columns(id="int"),
    ),
    Case("a boolean", "SELECT id FROM users WHERE active = ?", ("bool",)),
    Case(
        "a time",
        "SELECT joined FROM users WHERE joined > ?",
        ("datetime",),
        columns(joined="datetime"),
        "",
        ("aiosqlite",),
    ),
    Case("a comment first", "-- by key\nSELECT id FROM users WHERE id = ?", ("int",)),
    Case("rows by position", "SELECT id, name FROM users", (), {"values": [["int"], ["str"]]}),
]
WRONG = [
    Case("no such table", "SELECT id FROM userz WHERE id = ?", ("int",), None, "rejected"),
    Case("no such column", "SELECT idd FROM users WHERE id = ?", ("int",), None, "rejected"),
    Case("a syntax error", "SELCT id FROM users", (), None, "rejected"),
    Case("a comma too many", "SELECT id, FROM users", (), None, "rejected"),
    Case("an unknown alias", "SELECT u.id FROM users", (), None, "rejected"),
    Case("an ambiguous column", "SELECT id FROM users, posts", (), None, "rejected"),
    Case("no such column to set", "UPDATE users SET nick = ? WHERE id = ?", ("str", "int"), None, "rejected"),
    Case("too few values", "INSERT INTO users (id, name) VALUES (1)", (), None, "rejected"),
    Case(
        "a column outside of the group",
        "SELECT name, count(*) FROM users GROUP BY active",
        (),
        None,
        "rejected",
        LOOSE,
    ),
    Case(
        "no unique constraint",
        "INSERT INTO users (id, name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        ("int", "str"),
        None,
        "rejected",
        MYSQL,
    ),
    Case("an unknown function", "SELECT lowr(name) FROM users", (), None, "rejected", ("aiosqlite",)),
    Case("a parameter too many", "SELECT id FROM users WHERE id = ?", ("int", "int"), None, "parameters"),
    Case(
        "a parameter too few", "SELECT id FROM users WHERE id = ? AND name = ?", ("int",), None, "parameters"
    ),
    Case("a text for a number", "SELECT id FROM users WHERE id = ?", ("str",), None, "parameters", LOOSE),
    Case(
        "a number too large",
        "SELECT id FROM users WHERE id = ?",
        ("int64",),
        None,
        "parameters",
        (*LOOSE, "psycopg"),
    ),
    Case("a column that it does not give", "SELECT id FROM users", (), columns(title="str"), "rows"),
    Case("another type than it gives", "SELECT id FROM users", (), columns(id="str"), "rows", ("aiosqlite",)),
    Case("rows of what gives none", "DELETE FROM users WHERE id = ?", ("int",), columns(id="int"), "rows"),
    Case("rows of another width", "SELECT id, name FROM users", (), {"values": [["int"]]}, "rows"),
]


def spelled(case: Case, driver: str) -> dict[str, Any]:
    """The statement of a case in the placeholders of a driver."""
    statement = case.statement
    if driver in ("asyncpg", "psqlpy"):
        for number in range(1, statement.count("?") + 1):
            statement = statement.replace("?", f"${number}", 1)
    elif driver != "aiosqlite":
        statement = statement.replace("?", "%s")
    return {"driver": driver, "statement": statement, "parameters": list(case.parameters), "rows": case.rows}
