"""The tables of a database that was just made, for SQLAlchemy."""

from __future__ import annotations

import os
import subprocess
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name

from sqlalchemy import MetaData, inspect, make_url
from sqlalchemy.schema import CreateSchema

from .asyncpg import run_script
from .sqlalchemy_postgresql import DIALECT, engine_of
from .threads import run

# The tables as the application describes them, MODULE:NAME, and the modules that do.
METADATA = ""
MODELS: tuple[str, ...] = ()

# A file whose statements make the tables or what they need, run before METADATA.
SCHEMA: Path | None = None

# A command that makes the tables in the database that DATABASE_URL names. One that
# finds its database by itself would change the one that you work with.
# With it METADATA has to be empty.
MIGRATION: tuple[str, ...] = ()


def make_tables(dsn: str) -> None:
    """Fill a database that was just made with what every test finds in it."""
    if SCHEMA is not None:
        run(run_script(dsn, SCHEMA.read_text(encoding="utf-8")))
    if MIGRATION:
        url = make_url(dsn).set(drivername=DIALECT)
        shown = url.render_as_string(hide_password=False)
        subprocess.run(MIGRATION, check=True, env={**os.environ, "DATABASE_URL": shown})
        run(hold_tables(dsn))
    if METADATA:
        run(create_tables(dsn))


async def create_tables(dsn: str) -> None:
    """Create the tables that the application's models describe."""
    for module in MODELS:
        import_module(module)
    metadata: MetaData = resolve_name(METADATA)
    async with engine_of(dsn).begin() as connection:
        for name in {table.schema for table in metadata.tables.values()} - {None}:
            await connection.execute(CreateSchema(str(name), if_not_exists=True))
        await connection.run_sync(metadata.create_all)


async def hold_tables(dsn: str) -> None:
    """End the run where MIGRATION has been somewhere else."""
    async with engine_of(dsn).connect() as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).get_table_names()):
            raise LookupError("MIGRATION made no table: does it look at DATABASE_URL?")
