"""How SQLAlchemy opens a file of SQLite."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, NullPool, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# The driver below SQLAlchemy.
DIALECT = "sqlite+aiosqlite"


def engine_of(dsn: str) -> AsyncEngine:
    """An engine that connects anew each time, and whose savepoints are real ones."""
    url = make_url(dsn).set(drivername=DIALECT)
    engine = create_async_engine(url, poolclass=NullPool)
    event.listen(engine.sync_engine, "connect", by_hand)
    event.listen(engine.sync_engine, "begin", begin)
    return engine


def by_hand(connection: Any, _record: Any) -> None:
    """Keep the driver from beginning and committing by itself: not for savepoints."""
    connection.isolation_level = None


def begin(connection: Connection) -> None:
    """Begin the transaction in the driver's place."""
    connection.exec_driver_sql("BEGIN")
