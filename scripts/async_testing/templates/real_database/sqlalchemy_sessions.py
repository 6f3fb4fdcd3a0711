"""Sessions on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

# What the application gives to its own session maker.
SESSION_OPTIONS: dict[str, Any] = {"expire_on_commit": False}


@asynccontextmanager
async def rolled_back(
    engine: AsyncEngine,
) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """A maker of sessions that share one transaction, which is rolled back at the end.

    To them it is a database: what one of them commits the next one finds, and what it
    rolls back is gone, since each of their transactions is a savepoint.
    """
    async with engine.connect() as connection:
        outer = await connection.begin()
        yield async_sessionmaker(
            connection,
            class_=AsyncSession,
            join_transaction_mode="create_savepoint",
            **SESSION_OPTIONS,
        )
        await outer.rollback()


@contextmanager
def rebound(
    maker: async_sessionmaker[Any],
    like: async_sessionmaker[Any],
) -> Iterator[None]:
    """Let the application's session maker connect as another one does, for a while."""
    before = dict(maker.kw)
    joined = {"bind", "join_transaction_mode"} & like.kw.keys()
    maker.configure(**{name: like.kw[name] for name in joined})
    try:
        yield
    finally:
        maker.kw.clear()
        maker.kw.update(before)
