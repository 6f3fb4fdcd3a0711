"""The fixtures of ``--with-database`` on a MariaDB that the generated suite starts itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from async_testing.replaying.mariadb import started
from async_testing.replaying.servers import installed

from tests.scaffold.conftest import PYPROJECT, STRICT, Sandbox, Scaffold

DRIVERS = ("aiomysql", "asyncmy")
SCHEMA = """\
DROP TABLE IF EXISTS users;
CREATE TABLE users (id int AUTO_INCREMENT PRIMARY KEY, name text);
CREATE TABLE others (id int, FOREIGN KEY (id) REFERENCES users (id));
"""
MARKS = 'markers = ["committed: a database of its own"]\n'
ASKS = """\
import asyncio
import DRIVER
import pytest

async def run(connection, query, args=None):
    async with connection.cursor() as cursor:
        await cursor.execute(query, args)
        return await cursor.fetchone()

async def count(connection):
    return (await run(connection, "SELECT count(*) FROM users"))[0]

ADD = "INSERT INTO users (name) VALUES (%s)"
"""
ISOLATED = (
    ASKS
    + """
pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("turn", [1, 2])]

async def test_uncommitted(turn, database_connection):
    assert await count(database_connection) == 0
    await run(database_connection, ADD, ["x"])

async def test_committed_by_the_code(turn, database_connection):
    assert await count(database_connection) == 0
    await database_connection.begin()
    await run(database_connection, ADD, ["x"])
    await database_connection.commit()
    await run(database_connection, ADD, ["y"])
    await database_connection.rollback()
    assert await count(database_connection) == 1

async def test_begun_twice(turn, database_connection):
    await database_connection.begin()
    await run(database_connection, ADD, ["x"])
    await database_connection.begin()
    await run(database_connection, ADD, ["y"])
    await database_connection.rollback()
    assert await count(database_connection) == 1

async def test_autocommit(turn, database_connection):
    assert not database_connection.get_autocommit()
    await database_connection.autocommit(True)
    assert database_connection.get_autocommit()
    await run(database_connection, ADD, ["x"])
    await database_connection.rollback()
    assert await count(database_connection) == 1

async def test_a_statement_commits(turn, database_connection):
    await run(database_connection, ADD, ["x"])
    await run(database_connection, "COMMIT")
    await run(database_connection, ADD, ["y"])
    await database_connection.rollback()
    assert await count(database_connection) == 1

async def test_the_schema_changes(turn, database_connection):
    await run(database_connection, ADD, ["x"])
    await run(database_connection, "CREATE OR REPLACE TABLE more (id int)")
    assert await count(database_connection) == 1

async def test_closed_by_the_code(turn, database_connection):
    await run(database_connection, ADD, ["x"])
    database_connection.close()

async def test_pool(turn, database_pool):
    async with database_pool.acquire() as one, database_pool.acquire() as other:
        assert await count(one) == 0
        await one.commit()
        await run(other, ADD, ["x"])
        await other.commit()
        assert await count(one) == 1

async def test_own_database(turn, database_connection, database_dsn):
    (name,) = await run(database_connection, "SELECT DATABASE()")
    assert name.startswith("async_testing_main_") and name in database_dsn

async def test_fake(turn, fake_connection, fake_pool):
    fake_connection.fetch_return = [{"count": 7}]
    async with fake_pool.acquire() as one:
        assert await count(one) == 7
"""
)
COMMITTED = (
    ASKS
    + """
pytestmark = pytest.mark.asyncio

@pytest.mark.committed
@pytest.mark.parametrize("turn", [1, 2])
async def test_others_see_what_is_committed(turn, database_connection, database_pool):
    await run(database_connection, ADD, ["x"])
    async with database_pool.acquire() as other:
        assert await count(other) == 0
        await other.rollback()
        await database_connection.commit()
        assert await count(other) == 1

async def test_the_shared_database_has_nothing_of_it(database_pool):
    async with database_pool.acquire() as other:
        assert await count(other) == 0
"""
)
GIVEN = ASKS + (
    """
@pytest.mark.asyncio
async def test_real(database_pool):
    async with database_pool.acquire() as one:
        await run(one, ADD, ["x"])
        await one.commit()
"""
)


@pytest.fixture(autouse=True)
def no_server_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASYNC_TESTING_DSN", raising=False)
    monkeypatch.setenv("DATABASE_URL", "mysql://never.looked.at/production")


@pytest.fixture
def needs_mariadb() -> None:
    if not installed("mariadbd"):
        pytest.skip("apt-get install mariadb-server")


def shop(driver: str, sandbox: Sandbox, scaffold: Scaffold, test: str) -> None:
    """Scaffold a project on a driver and write a test into it."""
    sandbox.write({
        "pyproject.toml": PYPROJECT.replace("asyncpg", driver) + STRICT + MARKS,
        "dao.py": f"import {driver}\n",
        "sql/schema.sql": SCHEMA,
    })  # fmt: skip
    assert scaffold("--with-database").code == 0
    sandbox.write({"tests/test_real.py": test.replace("DRIVER", driver)})


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize(("test", "passed"), [(ISOLATED, 20), (COMMITTED, 3)], ids=["isolated", "committed"])
@pytest.mark.usefixtures("needs_mariadb")
def test_a_database_of_its_own(
    driver: str, test: str, passed: int, sandbox: Sandbox, scaffold: Scaffold
) -> None:
    shop(driver, sandbox, scaffold, test)
    ran = sandbox.pytest("-W", "error")
    assert ran.counts == {"passed": passed}, ran.out


@pytest.mark.parametrize("driver", DRIVERS[:1])
@pytest.mark.usefixtures("needs_mariadb")
def test_workers_have_databases_of_their_own(driver: str, sandbox: Sandbox, scaffold: Scaffold) -> None:
    shop(driver, sandbox, scaffold, ISOLATED.replace("async_testing_main_", "async_testing_gw"))
    ran = sandbox.pytest("-n", "2")
    assert ran.counts == {"passed": 20}, ran.out


@pytest.mark.parametrize("driver", DRIVERS[1:])
@pytest.mark.usefixtures("needs_mariadb")
def test_the_given_server_is_used_and_left_as_it_was(
    driver: str, sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(driver, sandbox, scaffold, GIVEN)
    sandbox.write({"names.py": NAMES.replace("DRIVER", driver)})
    with started() as dsn:
        monkeypatch.setenv("ASYNC_TESTING_DSN", dsn.replace("mysql:", f"mysql+{driver}:"))
        monkeypatch.setenv("PATH", os.defpath)
        before = names(sandbox, dsn)
        ran = sandbox.pytest()
        assert ran.counts == {"passed": 1}, ran.out
        assert names(sandbox, dsn) == before


NAMES = """\
import asyncio, sys
sys.path.insert(0, "tests")
import real_database
print(sorted(asyncio.run(real_database.rows_of(sys.argv[1], "SHOW DATABASES"))))
"""


def names(sandbox: Sandbox, dsn: str) -> str:
    """The databases of a server."""
    command = [sys.executable, "names.py", dsn]
    return subprocess.run(command, cwd=sandbox.root, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("driver", DRIVERS[:1])
def test_without_a_server_it_skips_with_the_command(
    driver: str, sandbox: Sandbox, scaffold: Scaffold
) -> None:
    shop(driver, sandbox, scaffold, "def test_real(database_dsn): pass\n")
    sandbox.write({"conftest.py": "import shutil\nshutil.which = lambda *_, **__: None\n"})
    ran = sandbox.pytest("-rs")
    assert ran.counts == {"skipped": 1}
    assert "apt-get install mariadb-server, or set ASYNC_TESTING_DSN" in ran.out


@pytest.mark.usefixtures("needs_mariadb")
def test_a_migration_that_went_elsewhere_ends_the_run(sandbox: Sandbox, scaffold: Scaffold) -> None:
    shop("aiomysql", sandbox, scaffold, "def test_real(database_dsn): pass\n")
    text = sandbox.text("tests/real_database.py")
    text = text.replace("MIGRATION: tuple[str, ...] = ()", 'MIGRATION: tuple[str, ...] = ("true",)')
    lines = ["SCHEMA = None" if line.startswith("SCHEMA: ") else line for line in text.splitlines()]
    sandbox.write({"tests/real_database.py": "\n".join(lines) + "\n"})
    ran = sandbox.pytest()
    assert ran.counts == {"error": 1}
    assert "MIGRATION made no table here" in ran.out
