"""A database on a MySQL or MariaDB server that only these tests use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

from .aiomysql import rows_of, run_script
from .mysql_schema import TABLES, make_tables
from .threads import run


@contextmanager
def fresh_database(administration: str, template: str = "") -> Iterator[str]:
    """Make a database with the tables on a server, yield its DSN, drop it at the end.

    ``template`` makes no difference: this server cannot copy a database.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"async_testing_{worker}_{uuid4().hex[:12]}"
    run(run_script(administration, f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4"))
    try:
        dsn = urlsplit(administration)._replace(path=f"/{name}").geturl()
        make_tables(dsn)
        yield dsn
    finally:
        run(run_script(administration, f"DROP DATABASE `{name}`"))


def empty(dsn: str) -> None:
    """Remove every row of every table: those that came with the tables as well."""
    run(truncate(dsn))


async def truncate(dsn: str) -> None:
    """Empty the tables that have rows."""
    names = [name for (name,) in await rows_of(dsn, TABLES)]
    asked = [f"SELECT '{name}' FROM DUAL WHERE EXISTS (SELECT 1 FROM `{name}`)" for name in names]
    filled = await rows_of(dsn, " UNION ALL ".join(asked)) if asked else []
    if filled:
        statements = [f"TRUNCATE TABLE `{name}`" for (name,) in filled]
        await run_script(dsn, "; ".join(["SET SESSION foreign_key_checks = 0", *statements]))
