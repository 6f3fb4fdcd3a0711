"""The async sessions of SQLAlchemy: below which driver, on which tables, with which options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from async_testing.model import Sessions
from async_testing.project import detect

Write = Callable[[Mapping[str, str | bytes]], Path]
SESSION = "from sqlalchemy.ext.asyncio import AsyncSession\n"
BASE = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase):\n    pass\n"
USER = (
    "from sqlalchemy import Column\nfrom base import Base\nclass User(Base):\n    __tablename__ = 'users'\n"
)


def found(root: Path) -> Sessions:
    sessions = detect(root).sessions
    assert sessions is not None
    return sessions


@pytest.mark.parametrize(
    "text",
    [
        "from sqlalchemy.orm import Session\n",
        "# from sqlalchemy.ext.asyncio import AsyncSession\n",
        "text = 'sqlalchemy.ext.asyncio'\n",
    ],
)
def test_code_without_async_sessions_has_none(text: str, write: Write) -> None:
    assert detect(write({"db.py": text})).sessions is None


def test_tests_and_migrations_do_not_count(write: Write) -> None:
    assert detect(write({"tests/test_db.py": SESSION, "alembic/env.py": SESSION})).sessions is None


@pytest.mark.parametrize(
    ("files", "driver"),
    [
        ({"settings.py": 'URL = "postgresql+asyncpg://h/d"\n'}, "asyncpg"),
        ({"settings.py": 'URL = "postgresql+psycopg_async://h/d"\n'}, "psycopg"),
        ({"alembic.ini": "sqlalchemy.url = mysql+asyncmy://h/d\n"}, "asyncmy"),
        ({"settings.py": 'T = "sqlite+aiosqlite://"\nP = "postgresql+psycopg://h/d"\n'}, "psycopg"),
        ({"settings.py": 'T = "sqlite+aiosqlite://"\n'}, "aiosqlite"),
        ({"pyproject.toml": '[project]\nname="x"\nversion="1"\ndependencies=["aiosqlite"]\n'}, "aiosqlite"),
        ({}, ""),
    ],
)
def test_driver_is_that_of_the_url_or_the_one_there_is(
    files: dict[str, str], driver: str, write: Write
) -> None:
    assert found(write({"db.py": SESSION, **files})).driver == driver


@pytest.mark.parametrize(
    ("files", "metadata", "models"),
    [
        ({"base.py": BASE, "user.py": USER}, "base:Base.metadata", ("user",)),
        (
            {"base.py": BASE.replace("(DeclarativeBase)", "(Mixin, DeclarativeBase)"), "user.py": USER},
            "base:Base.metadata",
            ("user",),
        ),
        (
            {"base.py": "from sqlalchemy import orm\nBase = orm.declarative_base()\n", "user.py": USER},
            "base:Base.metadata",
            ("user",),
        ),
        (
            {
                "tables.py": "import sqlalchemy as sa\nmetadata = sa.MetaData()\nusers = sa.Table('u', metadata)\n"
            },
            "tables:metadata",
            ("tables",),
        ),
        (
            {"user.py": "from sqlmodel import SQLModel\nclass User(SQLModel, table=True):\n    pass\n"},
            "sqlmodel:SQLModel.metadata",
            ("user",),
        ),
        ({"shown.py": "import sqlalchemy\nfrom rich.table import Table\nprint(Table())\n"}, "", ()),
        (
            {
                "base.py": BASE,
                "query.py": "import sqlalchemy\nfrom user import User\nUser.__table__.insert()\n",
            },
            "base:Base.metadata",
            (),
        ),
        ({"base.py": BASE, "migrations/one.py": USER}, "base:Base.metadata", ()),
    ],
)
def test_tables_are_found(
    files: dict[str, str], metadata: str, models: tuple[str, ...], write: Write
) -> None:
    sessions = found(write({"db.py": SESSION, **files}))
    assert (sessions.metadata, sessions.models) == (metadata, models)


def test_of_several_bases_the_one_that_most_tables_have_is_taken(write: Write) -> None:
    root = write({
        "db.py": SESSION,
        "audit.py": BASE.replace("class Base", "class Audited"),
        "base.py": BASE,
        "user.py": USER,
        "order.py": USER.replace("User", "Order"),
    })  # fmt: skip
    assert found(root).metadata == "base:Base.metadata"
    assert [one.message for one in detect(root).notes] == [
        "tables are made of base:Base.metadata alone; there is also audit:Audited.metadata"
    ]


def test_options_of_the_maker_are_those_that_are_written_out(write: Write) -> None:
    make = "from sqlalchemy.ext.asyncio import async_sessionmaker\n"
    make += (
        "make = async_sessionmaker(engine, autoflush=False, expire_on_commit=keep, info={}, autobegin=True)\n"
    )
    sessions = found(write({"db.py": make}))
    assert sessions.options == (("autobegin", True), ("autoflush", False))
    assert (sessions.package, sessions.path, sessions.line) == ("sqlalchemy", "db.py", 1)
