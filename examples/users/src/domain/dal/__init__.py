"""Data access: which pool is used, and how a DAO's method gets a connection from it."""

import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, ClassVar, Concatenate, ParamSpec, Protocol, TypeVar, cast

import psqlpy

from src.domain.dal.connection import Connection, Pool
from src.domain.dal.dao.exception import DAOException

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Connected(Protocol[P, R_co]):
    """A method that takes its connection from the pool; `__wrapped__` is the same one that is given it."""

    @property
    def __wrapped__(self) -> Callable[Concatenate[Connection, P], Coroutine[Any, Any, R_co]]:
        """The undecorated method: its first argument is the connection."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R_co]:
        """Run the method on a connection of the pool."""


class DAL:
    """The pool in use, for every DAO of the process."""

    _pool: ClassVar[Pool | None] = None

    @classmethod
    @contextmanager
    def bound(cls, pool: Pool) -> Iterator[None]:
        """Use `pool` inside the block, and after it again what was used before."""
        previous, DAL._pool = DAL._pool, pool
        try:
            yield
        finally:
            DAL._pool = previous

    @classmethod
    @asynccontextmanager
    async def connection(cls) -> AsyncIterator[Connection]:
        """Lend a connection.

        Raises DAOException (503) if the pool has none to give, RuntimeError if no pool is bound.
        """
        if DAL._pool is None:
            raise RuntimeError("No pool is bound: enter DAL.bound(pool) first, as the lifespan does")
        async with AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(DAL._pool.acquire())
            except psqlpy.Error as error:
                raise DAOException(503, "The database is not available") from error
            yield connection

    @staticmethod
    def connected(method: Callable[Concatenate[Connection, P], Coroutine[Any, Any, R]]) -> Connected[P, R]:
        """Decorate a DAO's method so that callers need not pass its first argument, the connection."""

        @functools.wraps(method)
        async def with_connection(*args: P.args, **kwargs: P.kwargs) -> R:
            async with DAL.connection() as connection:
                return await method(connection, *args, **kwargs)

        return cast("Connected[P, R]", with_connection)
