"""Replaying through asyncpg."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from async_testing.replaying.live import Described, Live, Rejected

ENUMS = """
SELECT t.typname::text AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS labels
FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.typname
"""


class OnAsyncpg:
    """A connection of asyncpg."""

    transactional = True

    def __init__(self, connection: Any, module: Any, server: str) -> None:
        self._connection = connection
        self._module = module
        self.version = f"PostgreSQL {server} through asyncpg {module.__version__}"

    async def script(self, text: str) -> None:
        """See ``Live``."""
        await self._asked(self._connection.execute(text))

    async def describe(self, statement: str) -> Described:
        """See ``Live``."""
        prepared = await self._asked(self._connection.prepare(statement))
        return Described(
            tuple(one.name for one in prepared.get_parameters()),
            tuple((one.name, one.type.name) for one in prepared.get_attributes()),
        )

    async def bind(self, statement: str, values: Sequence[Any] | dict[str, Any]) -> None:
        """See ``Live``."""
        await self._asked(self._connection.fetch(f"EXPLAIN (COSTS OFF) {statement}", *values))

    async def kinds(self) -> dict[str, tuple[str, ...]]:
        """See ``Live``."""
        return {row["name"]: tuple(row["labels"]) for row in await self._connection.fetch(ENUMS)}

    async def given(self, kind: str, literal: str) -> Any:
        """See ``Live``."""
        return await self._asked(self._connection.fetchval(f"SELECT {literal}::{kind}"))

    async def close(self) -> None:
        """See ``Live``."""
        await self._connection.close()

    async def _asked(self, waiting: Any) -> Any:
        try:
            return await waiting
        except self._module.PostgresError as error:
            at = error.position
            values = (error.sqlstate or "").startswith("22")
            raise Rejected(error.message or error, int(at) if at else None, values=values) from None
        except (self._module.InterfaceError, ValueError, TypeError, OverflowError) as error:
            raise Rejected(error, values=True) from None


async def open_(driver: str, dsn: str) -> Live:
    """Connect."""
    module = import_module(driver)
    connection = await module.connect(dsn)
    server = await connection.fetchval("SHOW server_version")
    return OnAsyncpg(connection, module, str(server).split()[0])
