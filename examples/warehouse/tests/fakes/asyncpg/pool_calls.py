# async-testing-expert 0.1.0 sha256:be5ab7ea9dc110b0 (scaffold.py --update renews it)
"""The calls of a pool of asyncpg: each on a connection of its own."""

# ruff: noqa: ASYNC109 - the driver has these parameters
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from .records import FakeRecord

if TYPE_CHECKING:
    from .connection import FakeConnection


class PoolCalls:
    """What a pool does on a connection that it takes for one call."""

    def acquire(self) -> "AbstractAsyncContextManager[FakeConnection]":
        """A connection, for a block."""
        raise NotImplementedError

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:
        """`execute` on a connection of its own."""
        async with self.acquire() as connection:
            return await connection.execute(query, *args, timeout=timeout)

    async def executemany(self, command: str, args: Iterable[Any], *, timeout: float | None = None) -> None:
        """`executemany` on a connection of its own."""
        async with self.acquire() as connection:
            await connection.executemany(command, args, timeout=timeout)

    async def fetch(
        self, query: str, *args: Any, timeout: float | None = None, record_class: type | None = None
    ) -> list[FakeRecord]:
        """`fetch` on a connection of its own."""
        async with self.acquire() as connection:
            return await connection.fetch(query, *args, timeout=timeout, record_class=record_class)

    async def fetchrow(
        self, query: str, *args: Any, timeout: float | None = None, record_class: type | None = None
    ) -> FakeRecord | None:
        """`fetchrow` on a connection of its own."""
        async with self.acquire() as connection:
            return await connection.fetchrow(query, *args, timeout=timeout, record_class=record_class)

    async def fetchval(
        self, query: str, *args: Any, column: int | str = 0, timeout: float | None = None
    ) -> Any:
        """`fetchval` on a connection of its own."""
        async with self.acquire() as connection:
            return await connection.fetchval(query, *args, column=column, timeout=timeout)

    async def fetchmany(
        self,
        query: str,
        args: Iterable[Any],
        *,
        timeout: float | None = None,
        record_class: type | None = None,
    ) -> list[FakeRecord]:
        """`fetchmany` on a connection of its own."""
        async with self.acquire() as connection:
            return await connection.fetchmany(query, args, timeout=timeout, record_class=record_class)

    async def copy_records_to_table(self, table_name: str, **options: Any) -> str:
        """`copy_records_to_table` on a connection of its own."""
        async with self.acquire() as connection:
            return await connection.copy_records_to_table(table_name, **options)

    async def copy_to_table(self, table_name: str, **options: Any) -> str:
        """`copy_to_table` on a connection of its own."""
        async with self.acquire() as connection:
            return await connection.copy_to_table(table_name, **options)

    async def copy_from_table(self, table_name: str, **options: Any) -> str:
        """`copy_from_table` on a connection of its own."""
        async with self.acquire() as connection:
            return await connection.copy_from_table(table_name, **options)

    async def copy_from_query(self, query: str, *args: Any, **options: Any) -> str:
        """`copy_from_query` on a connection of its own."""
        async with self.acquire() as connection:
            return await connection.copy_from_query(query, *args, **options)
