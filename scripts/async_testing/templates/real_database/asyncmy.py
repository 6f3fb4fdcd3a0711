"""How asyncmy runs a script."""

from __future__ import annotations

from typing import Any

import pytest

from .mysql_dsn import options


async def run_script(dsn: str, script: str) -> None:
    """Run ``script``, one statement or many, on a connection of its own.

    DELIMITER, which only the mysql client knows, is an error.
    """
    await rows_of(dsn, script)


async def rows_of(dsn: str, script: str) -> list[Any]:
    """Run ``script`` on a connection of its own. Returns the rows of its first statement."""
    asyncmy = pytest.importorskip("asyncmy")
    async with asyncmy.connect(**options(dsn), autocommit=True) as connection, connection.cursor() as cursor:
        await cursor.execute(script)
        rows = list(await cursor.fetchall())
        while await cursor.nextset():
            pass
        return rows
