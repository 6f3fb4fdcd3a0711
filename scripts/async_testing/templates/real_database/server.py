"""A database on a PostgreSQL server that only these tests use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

from .asyncpg import run_script
from .schema import make_tables
from .threads import run

# Runs after a test that committed: rows that came with the tables are removed as well.
# Where it may, it asks no trigger and no foreign key, which is far quicker than TRUNCATE.
EMPTY_EVERY_TABLE = """
DO $$
DECLARE tables text[];
BEGIN
    SELECT array_agg(format('%I.%I', schemaname, tablename)) INTO tables
    FROM pg_tables WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema';
    IF tables IS NULL THEN
        RETURN;
    ELSIF current_setting('is_superuser') = 'off' THEN
        EXECUTE 'TRUNCATE ' || array_to_string(tables, ', ') || ' RESTART IDENTITY CASCADE';
    ELSE
        SET LOCAL session_replication_role = replica;
        FOR place IN 1 .. cardinality(tables) LOOP
            EXECUTE 'DELETE FROM ' || tables[place];
        END LOOP;
        PERFORM setval(format('%I.%I', schemaname, sequencename), start_value, false)
        FROM pg_sequences WHERE schemaname !~ '^pg_' AND last_value IS NOT NULL;
    END IF;
END $$
"""


@contextmanager
def fresh_database(administration: str, template: str = "") -> Iterator[str]:
    """Make a database on a server, yield its DSN, drop it at the end.

    It has the tables, or is a copy of ``template``, which nothing may be connected to.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"async_testing_{worker}_{uuid4().hex[:12]}"
    copied = f' TEMPLATE "{urlsplit(template).path[1:]}"' if template else ""
    run(run_script(administration, f'CREATE DATABASE "{name}"{copied}'))
    try:
        dsn = urlsplit(administration)._replace(path=f"/{name}").geturl()
        if not template:
            make_tables(dsn)
        yield dsn
    finally:
        run(run_script(administration, f'DROP DATABASE "{name}" WITH (FORCE)'))


def empty(dsn: str) -> None:
    """Remove every row of every table, and let sequences start anew."""
    run(run_script(dsn, EMPTY_EVERY_TABLE))
