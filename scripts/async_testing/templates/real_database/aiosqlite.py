"""How aiosqlite runs a script."""

from __future__ import annotations

import pytest


async def run_script(dsn: str, script: str) -> None:
    """Run ``script``, one statement or many, on a connection of its own."""
    aiosqlite = pytest.importorskip("aiosqlite")
    async with aiosqlite.connect(dsn.removeprefix("sqlite:///")) as connection:
        await connection.executescript(script)
        await connection.commit()
