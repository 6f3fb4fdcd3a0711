"""What a tiny DAO test costs: on fakes, and on a real database by the way it is cleaned up. Always as ratios.

    python tools/bench_database.py [--tests 500] [--runs 5] [--driver asyncpg]

Every row is a whole pytest process of so many tests. All use one PostgreSQL, started before and not counted. The rows
of a pair are run in turn, and a ratio is the median of the ratios of the pairs:

- the fake, with the check for what is left over, against a class with one no-op method, and against an AsyncMock;
- the scaffolded fixture that rolls back, against the least that one would write by hand for the same driver, with an
  event loop for each test and with one for all;
- the other ways, against the fake: tables emptied after each test, a database for each test.

Prints a table; exit 0 always, since a benchmark is not a test. Exit 2: something could not be run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import seconds

REPOSITORY = Path(__file__).resolve().parent.parent
PYPROJECT = """
[project]
name = "small"
dependencies = ["{driver}"]
[tool.pytest.ini_options]
pythonpath = ["."]
asyncio_default_fixture_loop_scope = "{scope}"
asyncio_default_test_loop_scope = "{scope}"
markers = ["committed: a database of its own", "integration: needs a real database"]
"""
SCHEMA = "CREATE TABLE users (id serial PRIMARY KEY, name text);\n"
STATEMENTS = {
    "asyncpg": ('"INSERT INTO users (id, name) VALUES ($1, $2)", number, "Ann"', "fetchval"),
    "psqlpy": ('"INSERT INTO users (id, name) VALUES ($1, $2)", [number, "Ann"]', "fetch_val"),
    "psycopg": ('"INSERT INTO users (id, name) VALUES (%s, %s)", [number, "Ann"]', ""),
}
TESTS = """
import pytest
{head}

async def dao(conn, number):
    await conn.execute({statement})

{marks}
@pytest.mark.asyncio
@pytest.mark.parametrize("number", range({count}))
async def test_dao(number{fixture}):
    {make}
    await dao(conn, number)
    {check}
"""
NO_OP = """\
class Conn:
    def __init__(self):
        self.calls = []
    async def execute(self, *call):
        self.calls.append(call)
"""
CONNECT = {
    "asyncpg": ("asyncpg.connect(dsn)", "await conn.close()"),
    "psycopg": ("psycopg.AsyncConnection.connect(dsn)", "await conn.close()"),
}
ROLLBACK = {
    "asyncpg": "    transaction = conn.transaction()\n    await transaction.start()\n    yield conn\n"
    "    await transaction.rollback()\n",
    "psycopg": "    async with conn.transaction(force_rollback=True):\n        yield conn\n",
}
BY_HAND = """\
import pytest_asyncio
import {driver}

@pytest_asyncio.fixture(scope="{scope}", loop_scope="{scope}")
async def opened(database_dsn):
    dsn = database_dsn
    conn = await {connect}
    yield conn
    {close}

@pytest_asyncio.fixture(loop_scope="{scope}")
async def conn(opened):
    conn = opened
{rollback}"""
OPTIONS = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist", "-p", "no:cov")


def suite(driver: str, count: int, **parts: str) -> str:
    """The text of a test file; `parts` fill its template, empty where they are not given."""
    given = {"head": "", "marks": "", "fixture": "", "make": "pass", "check": "pass", **parts}
    return TESTS.format(statement=STATEMENTS[driver][0], count=count, **given)


def suites(driver: str, count: int, scope: str) -> dict[str, str]:
    """Every way for one driver and one scope of the event loop: name → the text of its test file."""
    fetch = STATEMENTS[driver][1]
    query = '"SELECT count(*) FROM users"'
    rows = f"await conn.{fetch}({query})" if fetch else f"(await (await conn.execute({query})).fetchone())[0]"
    seen = f"assert {rows} == 1"
    real = {"fixture": ", database_connection", "make": "conn = database_connection", "check": seen}
    pool = {
        "fixture": ", database_pool, database_connection",
        "make": "conn = database_connection",
        "check": seen,
    }
    ways = {
        "no-op class": suite(
            driver, count, head=NO_OP, make="conn = Conn()", check="assert len(conn.calls) == 1"
        ),
        "AsyncMock": suite(
            driver,
            count,
            head="from unittest.mock import AsyncMock",
            make="conn = AsyncMock()",
            check="conn.execute.assert_awaited_once()",
        ),
        "fake": suite(
            driver,
            count,
            head="from tests.fakes import FakeConnection",
            make="conn = FakeConnection()",
            check="assert len(conn.execute_calls) == 1",
        ),
        "emptied": suite(driver, count, **(real if driver == "psqlpy" else pool)),
        "database": suite(driver, max(1, count // 20), marks="@pytest.mark.committed", **real),
    }
    if driver in ROLLBACK:
        connect, close = CONNECT[driver]
        hand = BY_HAND.format(
            driver=driver, scope=scope, connect=connect, close=close, rollback=ROLLBACK[driver]
        )
        ways["rollback"] = suite(driver, count, **real)
        ways["rollback by hand"] = suite(driver, count, head=hand, fixture=", conn", check=seen)
    return ways


def project(folder: Path, driver: str, count: int, scope: str) -> dict[str, list[str]]:
    """Scaffold a small project; returns the command that runs each way."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT.format(driver=driver, scope=scope))
    (folder / "main.py").write_text(f"import {driver}\n# AsyncConnection\n")
    (folder / "schema.sql").write_text(SCHEMA)
    scaffold = [sys.executable, str(REPOSITORY / "scripts" / "scaffold.py"), str(folder), "--with-database"]
    seconds(scaffold, folder)
    commands = {}
    for number, (name, text) in enumerate(suites(driver, count, scope).items()):
        path = folder / "tests" / f"test_{number}.py"
        path.write_text(text)
        commands[name] = [sys.executable, "-m", "pytest", *OPTIONS, str(path)]
    return commands


@contextmanager
def server() -> Iterator[None]:
    """One PostgreSQL for all that is run inside the block, with the settings of the scaffolded one."""
    sys.path.insert(0, str(REPOSITORY / "scripts"))
    from async_testing.templates.real_database import embedded as real

    with real.server() as dsn:
        before = os.environ.get("ASYNC_TESTING_DSN")
        os.environ["ASYNC_TESTING_DSN"] = dsn
        try:
            yield
        finally:
            if before is None:
                del os.environ["ASYNC_TESTING_DSN"]


def ratio(
    label: str,
    ours: Sequence[str],
    peer_label: str,
    peer: Sequence[str],
    folder: Path,
    runs: int,
    share: int = 1,
) -> None:
    """Run the two in turn; print medians and the median of the ratios. `share`: ours has so many times fewer tests."""
    pairs = [(seconds(ours, folder) * share, seconds(peer, folder)) for _ in range(runs)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    middle = statistics.median(a / b for a, b in pairs)
    print(f"{label:52} {mine:7.2f} s   {peer_label:26} {theirs:7.2f} s   ratio {middle:.2f}", flush=True)


def compared(
    driver: str, loops: str, commands: Mapping[str, list[str]], folder: Path, runs: int, count: int
) -> None:
    """Print the rows of one driver, one scope of the event loop."""
    label = f"{driver}, {loops}"
    for command in commands.values():
        seconds(command, folder)
    if loops == "a loop each":
        for peer in ("no-op class", "AsyncMock"):
            ratio(f"{label}: fake", commands["fake"], peer, commands[peer], folder, runs)
    if "rollback" in commands:
        by_hand = commands["rollback by hand"]
        ratio(f"{label}: rolled back", commands["rollback"], "rolled back by hand", by_hand, folder, runs)
        ratio(f"{label}: rolled back", commands["rollback"], "fake", commands["fake"], folder, runs)
    ratio(f"{label}: tables emptied", commands["emptied"], "fake", commands["fake"], folder, runs)
    if loops == "a loop each":
        share = count // max(1, count // 20)
        name = f"{label}: a database each (a 20th of them, x {share})"
        ratio(name, commands["database"], "fake", commands["fake"], folder, 1, share)


def main() -> int:
    """Read the options, start the server, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tests", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--driver", action="append", choices=list(STATEMENTS))
    options = parser.parse_args()
    print(f"{options.tests} DAO tests, whole pytest processes, the server's own start not counted:")
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, server():
        for driver in options.driver or STATEMENTS:
            for loops, scope in (("a loop each", "function"), ("one loop", "session")):
                folder = Path(scratch) / f"{driver}-{scope}"
                commands = project(folder, driver, options.tests, scope)
                compared(driver, loops, commands, folder, options.runs, options.tests)
    return 0


if __name__ == "__main__":
    sys.exit(main())
