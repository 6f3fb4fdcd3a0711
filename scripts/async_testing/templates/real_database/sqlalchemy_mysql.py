"""How SQLAlchemy connects to MySQL or MariaDB."""

from __future__ import annotations

from sqlalchemy import NullPool, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# The driver below SQLAlchemy.
DIALECT = "mysql+aiomysql"

TABLES = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
"""


def engine_of(dsn: str) -> AsyncEngine:
    """An engine that connects anew each time: no connection outlives its event loop."""
    url = make_url(dsn).set(drivername=DIALECT)
    return create_async_engine(url, poolclass=NullPool)
