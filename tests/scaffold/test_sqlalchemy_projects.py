"""What is scaffolded for AsyncSession follows from what the project has: its models, migrations, application."""

from __future__ import annotations

import re

import pytest

from tests.scaffold.conftest import PYPROJECT, Result, Sandbox, Scaffold
from tests.scaffold.sqlalchemy_shop import APP, DATABASE, shop

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
