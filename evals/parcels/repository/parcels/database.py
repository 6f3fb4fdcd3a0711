"""Connections for the methods of a DAO."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import psqlpy

P = ParamSpec("P")
R = TypeVar("R")


class Database:
    """The pool of the process."""

    pool: Any = None

    @classmethod
    def connect(cls, dsn: str) -> None:
        """Make the pool."""
        cls.pool = psqlpy.ConnectionPool(dsn=dsn, max_db_pool_size=10)

    @classmethod
    def close(cls) -> None:
        """Close every connection."""
        cls.pool.close()
        cls.pool = None


def connected(method: Callable[Concatenate[Any, P], Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Give a function a connection of the pool as its first argument."""

    @functools.wraps(method)
    async def with_connection(*args: P.args, **kwargs: P.kwargs) -> R:
        async with Database.pool.acquire() as connection:
            return await method(connection, *args, **kwargs)

    return with_connection
