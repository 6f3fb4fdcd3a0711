"""Replaying through psycopg 3."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from async_testing.replaying.live import Described, Live, Rejected
from async_testing.replaying.live.on_asyncpg import ENUMS
from async_testing.replaying.placeholders import numbered


class OnPsycopg:
    """A connection of psycopg that commits each statement."""

    transactional = True

    def __init__(self, connection: Any, module: Any) -> None:
        self._connection = connection
        self._module = module
        number = connection.info.server_version
        self.version = f"PostgreSQL {number // 10000}.{number % 10000} through psycopg {module.__version__}"

    async def script(self, text: str) -> None:
        """See ``Live``."""
        await self._asked(text, None)

    async def describe(self, statement: str) -> Described:
        """See ``Live``."""
        pq = self._module.pq
        plain = numbered(statement, "psycopg") if "%" in statement else numbered(statement, "")
        low = self._connection.pgconn
        done = low.prepare(b"", plain.text.encode())
        if done.status == pq.ExecStatus.FATAL_ERROR:
            field = pq.DiagnosticField
            at = done.error_field(field.STATEMENT_POSITION)
            message = (done.error_field(field.MESSAGE_PRIMARY) or b"").decode(errors="replace")
            raise Rejected(message, plain.original(int(at)) if at else None)
        told = low.describe_prepared(b"")
        return Described(
            tuple([await self._name(told.param_type(number)) for number in range(told.nparams)]),
            tuple(
                [
                    ((told.fname(number) or b"").decode(), await self._name(told.ftype(number)))
                    for number in range(told.nfields)
                ]
            ),
        )

    async def _name(self, oid: int) -> str:
        found = self._connection.adapters.types.get(oid)
        if found is not None:
            return f"_{found.name}" if found.array_oid == oid else str(found.name)
        cursor = await self._connection.execute("SELECT typname::text FROM pg_type WHERE oid = %s", [oid])
        row = await cursor.fetchone()
        return str(row[0]) if row else ""

    async def bind(self, statement: str, values: Sequence[Any] | dict[str, Any]) -> None:
        """See ``Live``."""
        await self._asked(f"EXPLAIN (COSTS OFF) {statement}", values or None)

    async def kinds(self) -> dict[str, tuple[str, ...]]:
        """See ``Live``."""
        cursor = await self._connection.execute(ENUMS)
        return {name: tuple(labels) for name, labels in await cursor.fetchall()}

    async def given(self, kind: str, literal: str) -> Any:
        """See ``Live``."""
        cursor = await self._asked(f"SELECT {literal}::{kind}", None)
        return (await cursor.fetchone())[0]

    async def close(self) -> None:
        """See ``Live``."""
        await self._connection.close()

    async def _asked(self, statement: str, values: Any) -> Any:
        try:
            return await self._connection.execute(statement, values)
        except self._module.Error as error:
            state = error.sqlstate or "22"  # those without one are of the driver itself
            values = state.startswith("22") or state in ("42883", "42804")
            raise Rejected(error.diag.message_primary or error, values=values) from None
        except (ValueError, TypeError, OverflowError) as error:
            raise Rejected(error, values=True) from None


async def open_(driver: str, dsn: str) -> Live:
    """Connect."""
    module = import_module(driver)
    return OnPsycopg(await module.AsyncConnection.connect(dsn, autocommit=True), module)
