"""How asyncpg runs a script."""

from __future__ import annotations

import pytest


async def run_script(dsn: str, script: str) -> None:
    """Run ``script``, one statement or many, on a connection of its own."""
    asyncpg = pytest.importorskip("asyncpg")
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(script)
    finally:
        await connection.close()
