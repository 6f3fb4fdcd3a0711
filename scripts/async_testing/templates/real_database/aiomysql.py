"""How aiomysql runs a script."""

from __future__ import annotations

import warnings
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
    aiomysql = pytest.importorskip("aiomysql")
    async with aiomysql.connect(**options(dsn), autocommit=True) as connection, connection.cursor() as cursor:
        with warnings.catch_warnings():
            # What the server notes, such as a table that was not there to be dropped.
            warnings.simplefilter("ignore")
            await cursor.execute(script)
            rows = list(await cursor.fetchall())
            while await cursor.nextset():
                pass
        return rows
