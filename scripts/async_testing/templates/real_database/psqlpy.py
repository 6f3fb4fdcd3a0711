"""How psqlpy runs a script."""

from __future__ import annotations

import pytest


async def run_script(dsn: str, script: str) -> None:
    """Run ``script``, one statement or many, on a connection of its own."""
    psqlpy = pytest.importorskip("psqlpy")
    connection = await psqlpy.connect(dsn)
    try:
        await connection.execute_batch(script)
    finally:
        connection.close()
