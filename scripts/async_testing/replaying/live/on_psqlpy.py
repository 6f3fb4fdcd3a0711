"""Replaying through psqlpy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any

from async_testing.replaying.live import PLANNED, Described, Live, Rejected
from async_testing.replaying.live.on_asyncpg import ENUMS
from async_testing.replaying.placeholders import numbered

TYPES = """
SELECT parameter_types::text[] AS parameters, to_jsonb(pg_prepared_statements)->'result_types' AS results
FROM pg_prepared_statements WHERE name = 'replayed'
"""


class OnPsqlpy:
    """A connection of psqlpy."""

    transactional = True

    def __init__(self, connection: Any, module: Any, server: str) -> None:
        self._connection = connection
        self._errors: type[Exception] = module.exceptions.Error
        self.version = f"PostgreSQL {server} through psqlpy {version('psqlpy')}"

    async def script(self, text: str) -> None:
        """See ``Live``."""
        await self._asked(self._connection.execute_batch(text))

    async def describe(self, statement: str) -> Described:
        """See ``Live``."""
        plain = numbered(statement, "psqlpy")
        if not PLANNED.match(plain.text):
            await self._asked(self._connection.prepare(plain.text))
            return Described((), ())
        await self._asked(self._connection.execute(f"PREPARE replayed AS {plain.text}"))
        try:
            rows = (await self._asked(self._connection.fetch(TYPES))).result()
        finally:
            await self._asked(self._connection.execute("DEALLOCATE replayed"))
        parameters = tuple(_short(one) for one in rows[0]["parameters"])
        names = await self._names(plain.text, len(parameters))
        results = rows[0]["results"] or [""] * len(names)
        return Described(parameters, tuple(zip(names, map(_short, results), strict=False)))

    async def _names(self, statement: str, parameters: int) -> list[str]:
        """The names of a statement's columns, of which psqlpy only tells where there is a parameter."""
        if not parameters and (found := PLANNED.match(statement)):
            start, more = (found.end(1), ",") if found[1].lower() == "with" else (found.start(1), " ")
            recursive = re.match(r"\s*recursive\b", statement[start:], re.IGNORECASE) if more == "," else None
            start += recursive.end() if recursive else 0
            word = "" if more == "," else "WITH"
            statement = f"{statement[:start]}{word} replayed AS (SELECT $1::int){more}{statement[start:]}"
        prepared = await self._asked(self._connection.prepare(statement, [None] * (parameters or 1)))
        return [one.name for one in prepared.columns()]

    async def bind(self, statement: str, values: Sequence[Any] | dict[str, Any]) -> None:
        """See ``Live``."""
        await self._asked(self._connection.fetch(f"EXPLAIN (COSTS OFF) {statement}", values or None))

    async def kinds(self) -> dict[str, tuple[str, ...]]:
        """See ``Live``."""
        rows = (await self._connection.fetch(ENUMS)).result()
        return {row["name"]: tuple(row["labels"]) for row in rows}

    async def given(self, kind: str, literal: str) -> Any:
        """See ``Live``."""
        return await self._asked(self._connection.fetch_val(f"SELECT {literal}::{kind}"))

    async def close(self) -> None:
        """See ``Live``."""
        self._connection.close()

    async def _asked(self, waiting: Any) -> Any:
        try:
            return await waiting
        except self._errors as error:
            told = re.sub(r"^.*?db error: ERROR: ", "", str(error), flags=re.DOTALL)
            raise Rejected(told, values="bind parameter" in told) from None
        except (ValueError, TypeError, OverflowError) as error:
            raise Rejected(error, values=True) from None


def _short(kind: str) -> str:
    """The internal name of a type of which PostgreSQL shows the long one."""
    plain = {
        "integer": "int4",
        "bigint": "int8",
        "smallint": "int2",
        "boolean": "bool",
        "real": "float4",
        "double precision": "float8",
        "character varying": "varchar",
        "character": "bpchar",
        "timestamp with time zone": "timestamptz",
        "timestamp without time zone": "timestamp",
        "time with time zone": "timetz",
        "time without time zone": "time",
        "bit varying": "varbit",
    }
    inner = kind.removesuffix("[]")
    found = plain.get(inner, inner.strip('"'))
    return f"_{found}" if kind.endswith("[]") else found


async def open_(driver: str, dsn: str) -> Live:
    """Connect."""
    module = import_module(driver)
    connection = await module.connect(dsn)
    server = await connection.fetch_val("SHOW server_version")
    return OnPsqlpy(connection, module, str(server).split()[0])
