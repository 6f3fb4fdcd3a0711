"""The table of driver classes is what the installed drivers offer."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest
from async_testing.facts import drivers, sql

PLACES = {
    "asyncpg.Connection": "asyncpg",
    "asyncpg.Pool": "asyncpg",
    "httpx.Response": "httpx",
    "httpx.AsyncClient": "httpx",
    "psycopg.AsyncConnection": "psycopg",
    "psycopg.AsyncCursor": "psycopg",
    "psycopg_pool.AsyncConnectionPool": "psycopg_pool",
    "aiosqlite.Connection": "aiosqlite",
    "aiosqlite.Cursor": "aiosqlite",
    "sqlalchemy.AsyncSession": "sqlalchemy.ext.asyncio",
    "sqlalchemy.AsyncConnection": "sqlalchemy.ext.asyncio",
    "sqlalchemy.AsyncEngine": "sqlalchemy.ext.asyncio",
    "sqlalchemy.Result": "sqlalchemy.engine",
    "sqlalchemy.ScalarResult": "sqlalchemy.engine",
    "aiohttp.ClientResponse": "aiohttp",
}
"""Where the classes whose methods are written in Python are found."""
AWAITED_WITHOUT_ASYNC = {"close_all", "delete_all", "merge_all"}


def members(cls: type) -> tuple[set[str], set[str]]:
    """The public names of a class: its coroutine functions, and all."""
    names = {name for name in dir(cls) if not name.startswith("_")}
    found = {name: inspect.getattr_static(cls, name) for name in names}
    functions = {name: getattr(value, "__func__", value) for name, value in found.items()}
    coroutines = {
        name
        for name, one in functions.items()
        if callable(one) and inspect.iscoroutinefunction(inspect.unwrap(one))
    }
    return coroutines, names


@pytest.mark.parametrize("name", PLACES)
def test_a_class_written_in_python_has_these_members(name: str) -> None:
    module = pytest.importorskip(PLACES[name], reason=f"{PLACES[name]} is not installed")
    coroutines, names = members(getattr(module, name.rpartition(".")[2]))
    told = drivers.CLASSES[name]
    assert coroutines - told.awaited == set()
    assert told.awaited - coroutines - AWAITED_WITHOUT_ASYNC == set()
    missing = names - told.all
    assert {
        one for one in missing if not one.isupper() and not one.startswith(("memoized", "bind_"))
    } == set()


@pytest.mark.parametrize("name", ["Connection", "Transaction", "ConnectionPool", "Cursor"])
def test_a_class_of_psqlpy_has_these_members_and_its_stub_says_which_are_awaited(name: str) -> None:
    psqlpy = pytest.importorskip("psqlpy", reason="psqlpy is not installed")
    told = drivers.CLASSES[f"psqlpy.{name}"]
    assert {one for one in dir(getattr(psqlpy, name)) if not one.startswith("_")} == told.all
    stub = Path(str(psqlpy.__file__)).parent / "_internal" / "__init__.pyi"
    tree = ast.parse(stub.read_text(encoding="utf-8"))
    cls = next(one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == name)
    stubbed = {one.name for one in cls.body if isinstance(one, ast.AsyncFunctionDef) and one.name[0] != "_"}
    assert stubbed <= told.awaited
    assert told.awaited - stubbed <= {"prepare"}  # which the stub forgets for transactions
    plain = {one.name for one in cls.body if isinstance(one, ast.FunctionDef) and one.name[0] != "_"}
    assert plain <= told.plain


def test_the_table_knows_a_class_by_any_module_of_its_package() -> None:
    assert drivers.members("asyncpg.connection.Connection") is drivers.CLASSES["asyncpg.Connection"]
    assert drivers.members("app.Connection") is None
    assert drivers.members("") is None


def test_every_driver_with_placeholders_has_a_class_in_the_table() -> None:
    packages = {name.partition(".")[0] for name in drivers.CLASSES}
    assert set(drivers.PLACEHOLDERS) <= packages
    assert set(drivers.PLACEHOLDERS) >= drivers.VARARGS


@pytest.mark.parametrize("name", sorted(drivers.CLASSES))
def test_no_member_is_both_awaited_and_not(name: str) -> None:
    told = drivers.CLASSES[name]
    assert told.awaited & told.plain == frozenset()


@pytest.mark.parametrize(
    ("statement", "style", "number"),
    [
        ("SELECT $1, $2, $1", "$", 2),
        ("SELECT $1::int[], '$2'", "$", 1),
        ("SELECT 1 -- $1\nWHERE a = $1", "$", 1),
        ("SELECT a FROM t WHERE b LIKE '%%s' AND c = %s", "%", 1),
        ("SELECT 100 %% 3, %s", "%", 1),
        ("SELECT a FROM t WHERE b = :b AND c = :c::text AND d = :b", ":", 2),
        ("SELECT %(a)s, %(b)s", "%(", 2),
        ("INSERT INTO t VALUES (?, ?, '?')", "?", 2),
        ("SELECT /* $9 */ $1", "$", 1),
        ("SELECT $tag$ $2 $tag$, $1", "$", 1),
    ],
)
def test_placeholders_are_counted_outside_of_texts_comments_and_casts(
    statement: str, style: str, number: int
) -> None:
    found = sql.parameters(statement)
    assert found is not None
    assert (found.style, found.number) == (style, number)


@pytest.mark.parametrize("statement", ["SELECT 1", "SELECT $2", "SELECT $1, %s", "SELECT a[1:2]"])
def test_a_statement_without_clear_placeholders_is_left_alone(statement: str) -> None:
    assert sql.parameters(statement) is None


def test_the_drivers_that_the_table_is_held_against_here_are_installed() -> None:
    for package in ("asyncpg", "psqlpy", "httpx"):
        assert importlib.import_module(package)
