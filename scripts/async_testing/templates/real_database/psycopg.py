"""How psycopg runs a script."""

from __future__ import annotations

import pytest


async def run_script(dsn: str, script: str) -> None:
    """Run ``script``, one statement or many, on a connection of its own."""
    psycopg = pytest.importorskip("psycopg")
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute(script)
