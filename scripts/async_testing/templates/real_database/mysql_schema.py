"""The tables of a database that was just made."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .aiomysql import rows_of, run_script
from .threads import run

# The file whose statements make the tables, or None for an empty database.
SCHEMA: Path | None = None

# A command that makes the tables in the database that DATABASE_URL names. One that
# finds its database by itself would change the one that you work with.
MIGRATION: tuple[str, ...] = ()

TABLES = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
"""


def make_tables(dsn: str) -> None:
    """Fill a database that was just made with what every test finds in it."""
    if SCHEMA is not None:
        run(run_script(dsn, SCHEMA.read_text(encoding="utf-8")))
    if MIGRATION:
        subprocess.run(MIGRATION, check=True, env={**os.environ, "DATABASE_URL": dsn})
        run(require_tables(dsn))


async def require_tables(dsn: str) -> None:
    """End the run where MIGRATION has been somewhere else."""
    if not await rows_of(dsn, TABLES):
        raise RuntimeError("MIGRATION made no table here: does it look at DATABASE_URL?")
