"""Real sessions of SQLAlchemy: nothing of what they do outlasts a test, and what they send is counted."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.scaffold.conftest import Sandbox, Scaffold
from tests.scaffold.sqlalchemy_shop import POSTGRESQL, shop

ISOLATED = """\
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from shop.database import SessionLocal
from shop.models import User
from shop.queries import count

pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("turn", [1, 2])]

async def test_commit_and_rollback(turn, database_session, database_session_maker):
    assert await count(database_session_maker) == 0
    database_session.add(User(name="kept"))
    await database_session.commit()
    database_session.add(User(name="lost"))
    await database_session.flush()
    assert await count(database_session_maker) == 2
    await database_session.rollback()
    assert await count(database_session_maker) == 1

async def test_refused_statement_leaves_the_rest_usable(turn, database_session, database_session_maker):
    database_session.add(User(name="kept"))
    await database_session.commit()
    database_session.add(User(name="kept"))
    with pytest.raises(IntegrityError):
        await database_session.commit()
    await database_session.rollback()
    database_session.add(User(name="later"))
    await database_session.commit()
    assert await count(database_session_maker) == 2

async def test_own_sessions(turn, rebind_session_maker, database_session):
    rebind_session_maker(SessionLocal)
    assert SessionLocal.kw["autoflush"] is False
    async with SessionLocal.begin() as session:
        session.add(User(name="outer"))
        with pytest.raises(LookupError):
            async with session.begin_nested():
                session.add(User(name="inner"))
                await session.flush()
                raise LookupError
    with pytest.raises(LookupError):
        async with SessionLocal.begin() as session:
            session.add(User(name="failed"))
            await session.flush()
            raise LookupError
    assert (await database_session.scalars(select(User.name))).all() == ["outer"]

async def test_maker_is_given_back(turn):
    assert "never" in str(SessionLocal.kw["bind"].url)

async def test_session_that_is_left_open(turn, database_session_maker):
    session = database_session_maker()
    session.add(User(name="x"))
    await session.flush()
    await session.connection()

@pytest.mark.committed
async def test_committed(turn, database_session_maker, database_engine):
    assert await count(database_session_maker) == 0
    async with database_engine.begin() as connection:
        await connection.execute(User.__table__.insert().values(name="kept"))
    async with database_session_maker() as one:
        one.add(User(name="x"))
        await one.commit()
        assert await count(database_session_maker) == 2

async def test_an_engine_is_only_for_committed(turn, request):
    with pytest.raises(pytest.fail.Exception, match="mark the test pytest.mark.committed"):
        request.getfixturevalue("database_engine")
"""


ON_POSTGRESQL = """\
import os
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from shop.models import User

pytestmark = pytest.mark.asyncio

async def test_own_database(database_session, database_dsn):
    name = await database_session.scalar(text("SELECT current_database()"))
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    assert name.startswith(f"async_testing_{worker}_") and name in database_dsn

@pytest.mark.committed
async def test_locks(database_session_maker):
    async with database_session_maker() as one, database_session_maker() as other:
        one.add(User(name="x"))
        await one.commit()
        await one.scalar(select(User).with_for_update())
        assert await other.scalar(select(User).with_for_update(skip_locked=True)) is None

@pytest.mark.committed
@pytest.mark.parametrize("turn", [1, 2])
async def test_deferred_constraint(turn, database_session):
    database_session.add_all([User(name="x", place=1), User(name="y", place=1)])
    await database_session.flush()
    with pytest.raises(IntegrityError, match="users_place_key"):
        await database_session.commit()
"""


COUNTED = """\
import pytest
from shop.models import User
from shop.queries import by_names, count, one_by_one

pytestmark = pytest.mark.asyncio

@pytest.fixture
def refused():
    return pytest.raises(pytest.fail.Exception)

async def stored(session):
    session.add_all([User(name=name) for name in "abc"])
    await session.commit()

async def test_exactly(database_session, database_statements, refused):
    await stored(database_session)
    with database_statements.exactly(4) as sent:
        await one_by_one(database_session)
    assert [one.sql.split()[0] for one in sent] == ["SELECT"] * 4
    with refused as told, database_statements.exactly(3):
        await one_by_one(database_session)
    assert "4 statements instead of 3:" in str(told.value)

async def test_at_most(database_session, database_statements, refused):
    await stored(database_session)
    with database_statements.at_most(4):
        await one_by_one(database_session)
    with refused as told, database_statements.at_most(3):
        await one_by_one(database_session)
    assert "4 statements, not 3 at most:" in str(told.value)

async def test_unrepeated(database_session, database_statements, refused):
    await stored(database_session)
    with refused as told, database_statements.unrepeated():
        await one_by_one(database_session)
    shown = str(told.value)
    assert "3 x SELECT users.id, users.name" in shown
    assert "'a'" in shown and "'b'" in shown and "'c'" in shown
    assert shown.count("at ") == 1 and shown.endswith("at shop/queries.py:11 one_by_one")
    assert "SELECT users.name FROM" not in shown

async def test_lists_of_other_lengths_are_the_same_statement(database_session, database_statements, refused):
    with refused as told, database_statements.unrepeated():
        await by_names(database_session, ["a"])
        await by_names(database_session, ["a", "b"])
    assert "2 x SELECT" in str(told.value)

async def test_many_rows_at_once_are_one_execution(database_session, database_statements):
    with database_statements.unrepeated():
        database_session.add_all([User(name=f"x{number}") for number in range(2500)])
        await database_session.commit()

async def test_transactions_are_not_counted(database_session_maker, database_statements):
    with database_statements.exactly(2), database_statements.at_most(2):
        async with database_session_maker.begin() as session:
            async with session.begin_nested():
                session.add(User(name="x"))
        await count(database_session_maker)

async def test_what_fails_in_the_block_is_told(database_session, database_statements):
    with pytest.raises(LookupError), database_statements.exactly(9), database_statements.unrepeated():
        raise LookupError

async def test_nothing_is_watched_after_the_block(database_session, database_statements):
    with database_statements.recorded() as sent:
        pass
    await one_by_one(database_session)
    assert sent == []
"""


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg", "aiomysql", "asyncmy", "aiosqlite"])
def test_nothing_outlasts_a_test_and_statements_are_counted(
    driver: str, sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "my" in driver and not shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin"):
        pytest.skip("apt-get install mariadb-server")
    shop(sandbox, driver, monkeypatch)
    result = scaffold("--with-database")
    assert result.code == 0, result.err
    sandbox.write({"tests/test_isolated.py": ISOLATED, "tests/test_counted.py": COUNTED})
    expected = 14 + 8
    if driver in POSTGRESQL:
        sandbox.write({"tests/test_postgresql.py": ON_POSTGRESQL})
        expected += 4
    ran = sandbox.pytest("-W", "error")
    assert ran.counts == {"passed": expected}, ran.out


CONTROLLED = """\
import asyncio
import os
import sys
import asyncpg
import subprocess

sys.path.insert(0, "tests")
import real_database

def names(dsn):
    async def ask():
        connection = await asyncpg.connect(dsn)
        try:
            return sorted(row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database"))
        finally:
            await connection.close()
    return asyncio.run(ask())

with real_database.server() as dsn:
    before = names(dsn)
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-n", "4", "-p", "no:cacheprovider", "-W", "error"]
    environment = {**os.environ, "ASYNC_TESTING_DSN": dsn.replace("postgresql:", "postgresql+asyncpg:")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    print(done.stdout, done.stderr)
    assert names(dsn) == before
"""


def test_under_xdist_on_a_given_server_nothing_is_left_behind(
    sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess
    import sys

    shop(sandbox, "asyncpg", monkeypatch)
    assert scaffold("--with-database").code == 0
    sandbox.write({"tests/test_isolated.py": ISOLATED, "tests/test_postgresql.py": ON_POSTGRESQL})
    done = subprocess.run(
        [sys.executable, "-P", "-c", CONTROLLED],
        cwd=sandbox.root,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "18 passed" in done.stdout, done.stdout


def test_under_xdist_with_servers_of_their_own_nothing_is_left_behind(
    sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(sandbox, "asyncpg", monkeypatch)
    assert scaffold("--with-database").code == 0
    sandbox.write({"tests/test_isolated.py": ISOLATED, "tests/test_postgresql.py": ON_POSTGRESQL})
    with TemporaryDirectory(prefix="t-") as temporary:  # short: a socket's path may not be long
        Path(temporary).chmod(0o755)
        monkeypatch.setenv("TMPDIR", temporary)
        ran = sandbox.pytest("-n", "4", "-W", "error")
        assert ran.counts == {"passed": 18}, ran.out
        assert [one.name for one in Path(temporary).iterdir() if not one.name.startswith("pytest-of-")] == []
        assert [one for one in command_lines() if temporary in one] == []


def command_lines() -> list[str]:
    """The processes of this machine, where it tells."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found
