# async-testing-expert 0.1.0 sha256:4c50c08e9f921064 (scaffold.py --update renews it)
"""A real MySQL or MariaDB for the tests marked ``integration``: a database of their own."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import pytest

# The file whose statements make the tables, or None for an empty database.
SCHEMA: Path | None = Path(__file__).parents[1] / "schema.sql"

# A command that makes the tables in the database that DATABASE_URL names. One that
# finds its database by itself would change the one that you work with.
MIGRATION: tuple[str, ...] = ()

TABLES = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
"""

# How many seconds a server may take to start.
PATIENCE = 60

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

UNKNOWN_SAVEPOINT = 1305


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


async def run_script(dsn: str, script: str) -> None:
    """Run ``script``, one statement or many, on a connection of its own.

    DELIMITER, which only the mysql client knows, is an error.
    """
    await rows_of(dsn, script)


async def rows_of(dsn: str, script: str) -> list[Any]:
    """Run ``script`` on a connection of its own. Returns the rows of its first statement."""
    aiomysql = pytest.importorskip("aiomysql")
    async with aiomysql.connect(**options(dsn), autocommit=True) as connection, connection.cursor() as cursor:
        with warnings.catch_warnings():
            # What the server notes, such as a table that was not there to be dropped.
            warnings.simplefilter("ignore")
            await cursor.execute(script)
            rows = list(await cursor.fetchall())
            while await cursor.nextset():
                pass
        return rows


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run ``coroutine`` in a thread: the event loop of the tests is not touched."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, coroutine).result()


@contextmanager
def server() -> Iterator[str]:
    """The server of ``ASYNC_TESTING_DSN`` (a mysql:// URL), else a MariaDB started here.

    Skips where there is neither; the application's own DATABASE_URL is never looked at.
    """
    with ended_in_order():
        if given := os.environ.get("ASYNC_TESTING_DSN"):
            yield f"mysql://{given.partition('://')[2]}"  # not mysql+aiomysql
            return
        program, installer = installed("mariadbd"), installed("mariadb-install-db")
        if not program or not installer:
            pytest.skip("apt-get install mariadb-server, or set ASYNC_TESTING_DSN")
        with private_mariadb(program, installer) as started:
            yield started


@contextmanager
def private_mariadb(program: str, installer: str) -> Iterator[str]:
    """Start a MariaDB with a data folder of its own; both are gone at the end."""
    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with watched_folder("mariadb-", "pid", in_memory) as folder:
        socket = Path(folder, "socket")
        # A server that starts deletes what others have left in a folder of temporary files, and what they use.
        scratch = Path(folder, "temporary")
        scratch.mkdir()
        common = ["--no-defaults", f"--datadir={folder}/data", f"--tmpdir={scratch}"]
        common += [f"--user={getpass.getuser()}"]
        made = [installer, *common, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(made, check=True, capture_output=True)
        own = [f"--socket={socket}", f"--pid-file={folder}/pid", "--skip-networking"]
        with Path(folder, "log").open("wb") as log:
            started = subprocess.Popen([program, *common, *own], stdout=log, stderr=log)
        try:
            wait_for(socket, started)
            yield f"mysql://root@localhost/?unix_socket={socket}"
        finally:
            started.kill()  # there is nothing in its folder to be kept
            started.wait()


def installed(program: str) -> str | None:
    """Where a program of the server is; Debian's are beside the path of most users."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def wait_for(socket: Path, started: subprocess.Popen[bytes]) -> None:
    """Return when the server takes connections."""
    until = time.monotonic() + PATIENCE
    while not socket.exists():
        if started.poll() is not None or time.monotonic() > until:
            raise RuntimeError((socket.parent / "log").read_text(errors="replace")[-2000:])
        time.sleep(0.02)


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


def options(dsn: str) -> dict[str, Any]:
    """The arguments of ``connect`` for mysql://user:password@host:port/name?unix_socket=path."""
    parts = urlsplit(dsn)
    found: dict[str, Any] = {
        "user": unquote(parts.username or "root"),
        "password": unquote(parts.password or ""),
        "db": parts.path.strip("/") or None,
        "charset": "utf8mb4",
        # A connection that a test left open ends the run instead of holding it up.
        "init_command": "SET SESSION lock_wait_timeout = 10",
    }
    if socket := parse_qs(parts.query).get("unix_socket"):
        return {**found, "unix_socket": socket[0]}
    return {**found, "host": parts.hostname or "localhost", "port": parts.port or 3306}


class Savepoints:
    """Keeps all that a connection does in one transaction, though the code under test begins and commits.

    Its ``begin``, ``commit`` and ``rollback`` work on a savepoint. What ends a transaction on the server
    nonetheless, a CREATE TABLE or a COMMIT that is executed, is noticed at the end.
    """

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.rollback_all = connection.rollback
        self.begun = self.autocommitting = False

    async def start(self) -> None:
        """Begin the test's transaction, and take the place of the connection's own methods."""
        await self.connection.begin()
        await self.run("SAVEPOINT async_testing_start")
        await self.commit()
        for name in ("begin", "commit", "rollback", "autocommit", "get_autocommit"):
            setattr(self.connection, name, getattr(self, name))

    async def finish(self) -> bool:
        """Roll everything back. Returns whether nothing of the test lasts."""
        try:
            await self.run("ROLLBACK TO SAVEPOINT async_testing_start")
            await self.rollback_all()
        except Exception:
            return False
        return True

    async def begin(self) -> None:
        """Begin a transaction; what came before is kept."""
        await self.commit()
        self.begun = True

    async def commit(self) -> None:
        """Keep what was done so far, until the test ends."""
        await self.run("SAVEPOINT async_testing")
        self.begun = False

    async def rollback(self) -> None:
        """Undo what was done since the last begin or commit."""
        if self.autocommitting and not self.begun:
            return
        self.begun = False
        try:
            await self.run("ROLLBACK TO SAVEPOINT async_testing")
        except Exception as error:
            if error.args[:1] != (UNKNOWN_SAVEPOINT,):
                raise
            await self.rollback_all()

    async def autocommit(self, value: bool) -> None:
        """Whether a statement outside of ``begin`` is kept at once."""
        await self.commit()
        self.autocommitting = bool(value)

    def get_autocommit(self) -> bool:
        """Whether a statement outside of ``begin`` is kept at once."""
        return self.autocommitting

    async def run(self, statement: str) -> None:
        """Run one statement."""
        async with self.connection.cursor() as cursor:
            await cursor.execute(statement)
