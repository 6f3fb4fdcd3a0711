"""The tables of a database of SQLite that was just made."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from .aiosqlite import run_script
from .threads import run

# The file whose statements make the tables, or None for an empty database.
SCHEMA: Path | None = None

# A command that makes the tables in the database that DATABASE_URL names. One that
# finds its database by itself would change the one that you work with.
MIGRATION: tuple[str, ...] = ()


def make_tables(dsn: str) -> None:
    """Fill a database that was just made with what every test finds in it."""
    run(run_script(dsn, SCHEMA.read_text(encoding="utf-8") if SCHEMA else ""))
    if MIGRATION:
        subprocess.run(MIGRATION, check=True, env={**os.environ, "DATABASE_URL": dsn})
        with closing(sqlite3.connect(dsn.removeprefix("sqlite:///"))) as connection:
            if not connection.execute("SELECT name FROM sqlite_master").fetchone():
                raise RuntimeError("MIGRATION made no table here: does it look at DATABASE_URL?")
