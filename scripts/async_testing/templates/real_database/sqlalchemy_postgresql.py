"""How SQLAlchemy connects to PostgreSQL."""

from __future__ import annotations

from sqlalchemy import NullPool, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# The driver below SQLAlchemy.
DIALECT = "postgresql+asyncpg"


def engine_of(dsn: str) -> AsyncEngine:
    """An engine that connects anew each time: no connection outlives its event loop."""
    url = make_url(dsn).set(drivername=DIALECT)
    return create_async_engine(url, poolclass=NullPool)
