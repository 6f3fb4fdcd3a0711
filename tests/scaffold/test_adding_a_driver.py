"""Adding a driver as CONTRIBUTING.md says: its fake is scaffolded, used by a project, and held against the driver."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
FAKES = "scripts/async_testing/templates/fakes"
DRIVER = '''\
"""rowdb, a driver that lets rows be fetched from a file of SQLite."""

import sqlite3


class Refusal(Exception):
    """The server says no."""


class Connection:
    """A connection."""

    def __init__(self, path: str) -> None:
        self._rows = sqlite3.connect(path, isolation_level=None)
        self._rows.row_factory = sqlite3.Row

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """Rows."""
        try:
            return [dict(row) for row in self._rows.execute(query, args)]
        except sqlite3.DatabaseError as error:
            raise Refusal(str(error)) from None
'''
EXCEPTIONS = '''\
"""The exceptions of rowdb, or a stand-in where it is not installed."""

from importlib import import_module

from ..common.errors import Refused
from ..common.postgres import PostgresErrors

_stand_ins: dict[str, type[Exception]] = {}


def error(name: str) -> type[Exception]:
    """An exception class of rowdb."""
    try:
        found: type[Exception] = getattr(import_module("rowdb"), name)
    except ImportError:
        found = _stand_ins.setdefault(name, type(name, (Exception,), {"__module__": __name__}))
    return found


class RowdbErrors(PostgresErrors):
    """Errors of rowdb, which are nothing but text."""

    def raised(self, refusal: Refused) -> Exception:
        """What the server said, as an exception."""
        return error("Refusal")(refusal.message)


errors = RowdbErrors()
'''
CONNECTION = '''\
"""The connection of rowdb."""

from typing import Any

from ..common.connection import RowsConnection
from ..common.errors import Refused
from ..core.recording import Call
from ..core.scripting import UNSET, Kind
from .exceptions import error, errors


class FakeConnection(RowsConnection):
    """A rowdb connection whose answers are scripted."""

    driver = "rowdb"
    style = "?"

    async def fetch(self, query: str, *args: Any) -> list[dict[str, Any]]:
        """Rows, as scripted; none, as on an empty table."""
        try:
            found: list[dict[str, Any]] = await self.perform(
                "fetch", "fetch", query, args, check=lambda call: None
            )
        except Refused as refusal:
            raise errors.raised(refusal) from None
        return found

    def shape(self, kind: Kind, source: Kind, value: Any) -> Any:
        """A list of dictionaries."""
        return [] if value is UNSET else [dict(row) for row in value]

    def aborts(self, problem: BaseException, call: Call) -> bool:
        """Whatever rowdb raises came from the server."""
        return isinstance(problem, error("Refusal"))

    def lost(self) -> None:
        """Nothing to be closed."""
'''
PACKAGE = '''\
"""Fakes in the shape of rowdb, which has no pool."""

from .connection import FakeConnection
from .exceptions import error, errors

__all__ = ["FakeConnection", "error", "errors"]
'''
BEHAVIOURS = '''\
"""Calls of rowdb."""

from tests.contract.harness import ROWS, World, scripted


@scripted(fetch=ROWS)
async def rows_are_dictionaries(world: World) -> None:
    await world.see(world.connection.fetch("SELECT id, name, price FROM item ORDER BY id"))


async def no_row_is_an_empty_list(world: World) -> None:
    await world.see(world.connection.fetch("SELECT id FROM item WHERE id = ?", 9))
'''
ADAPTER = '''\
"""Both worlds of rowdb."""

from contextlib import asynccontextmanager
from pathlib import Path

import rowdb
from async_testing.templates.fakes import rowdb as fakes

from tests.contract.harness import ROWS, Driver, World
from tests.contract.on_rowdb import calls


async def none():
    return None


@asynccontextmanager
async def live(folder):
    connection = rowdb.Connection(str(Path(folder, "rowdb.sqlite")))
    await connection.fetch("CREATE TABLE item (id int, name text, price int)")
    for row in ROWS:
        await connection.fetch("INSERT INTO item VALUES (?, ?, ?)", *row.values())
    try:
        yield World(connection, none, lambda value: value)
    finally:
        await connection.fetch("DROP TABLE item")


def fake(script):
    connection = fakes.FakeConnection()
    for kind, value in script.items():
        setattr(connection, f"{kind}_return", value)
    return World(connection, none, lambda value: value)


async def prepare(folder):
    """Nothing."""


DRIVER = Driver("rowdb", (calls,), live, fake, prepare, {}, server="sqlite")
'''
APPLICATION = """\
import rowdb


async def names(connection: rowdb.Connection) -> list[object]:
    return [row["name"] for row in await connection.fetch("SELECT name FROM item WHERE price > ?", 3)]
"""
TESTS = """\
import pytest
from shop import names

from tests.fakes import FakeConnection, errors


async def test_names(fake_connection: FakeConnection) -> None:
    fake_connection.fetch_return = [{"name": "one"}]
    assert await names(fake_connection) == ["one"]
    (call,) = fake_connection.fetch_calls
    assert (call.statement.split()[0], call.parameters) == ("SELECT", (3,))


async def test_a_refusal_passes(fake_connection: FakeConnection) -> None:
    fake_connection.fetch_return = errors.deadlock()
    with pytest.raises(Exception, match="deadlock detected") as raised:
        await names(fake_connection)
    assert type(raised.value).__name__ == "Refusal"
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the scripts and the contract with a driver more, step by step as the recipe has them."""
    root = tmp_path_factory.mktemp("bundle")
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("scripts", "tests/contract"):
        shutil.copytree(REPOSITORY / folder, root / folder, ignore=ignored)
    shutil.copy(REPOSITORY / "pyproject.toml", root)
    for path, text in {
        "rowdb.py": DRIVER,
        f"{FAKES}/rowdb/__init__.py": PACKAGE,
        f"{FAKES}/rowdb/exceptions.py": EXCEPTIONS,
        f"{FAKES}/rowdb/connection.py": CONNECTION,
        "tests/contract/on_rowdb/adapter.py": ADAPTER,
        "tests/contract/on_rowdb/calls.py": BEHAVIOURS,
        "project/shop.py": APPLICATION,
        "project/pyproject.toml": '[tool.pytest]\npythonpath = ["."]\nasyncio_mode = "auto"\n',
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    added(
        root / "scripts/async_testing/detection/drivers.py", 'FAKED = ("psqlpy"', 'FAKED = ("rowdb", "psqlpy"'
    )
    drivers = root / "tests/contract/drivers.py"
    added(drivers, "(PSQLPY, ", "(ROWDB, PSQLPY, ")
    line = "from tests.contract.on_rowdb.adapter import DRIVER as ROWDB\n"
    added(drivers, "\nDRIVERS", f"{line}\nDRIVERS")
    return root


def added(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


def run(cwd: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )


def test_a_project_gets_its_fake_and_its_tests_use_it(bundle: Path) -> None:
    project = bundle / "project"
    done = run(project, bundle / "scripts" / "scaffold.py", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    folders = {path.name for path in (project / "tests" / "fakes").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == {"core", "common", "sql", "rowdb"}
    (project / "tests" / "test_shop.py").write_text(TESTS, encoding="utf-8")
    (project / "rowdb.py").write_text(DRIVER, encoding="utf-8")
    done = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly")
    assert "2 passed" in done.stdout, done.stdout


def test_the_contract_holds_it_against_the_driver(bundle: Path) -> None:
    asked = ["-k", "rowdb and not enough", "-p", "no:cacheprovider", "-p", "no:randomly", "-n0"]
    done = run(bundle, "-m", "pytest", "-q", "tests/contract/test_contract.py", *asked)
    assert "2 passed" in done.stdout, done.stdout


def test_a_difference_from_the_driver_fails_the_contract(bundle: Path) -> None:
    connection = bundle / FAKES / "rowdb" / "connection.py"
    text = connection.read_text(encoding="utf-8")
    added(connection, "[] if value is UNSET", "None if value is UNSET")
    try:
        asked = ["-k", "rowdb-no_row", "-p", "no:cacheprovider", "-p", "no:randomly", "-n0"]
        done = run(bundle, "-m", "pytest", "-q", "tests/contract/test_contract.py", *asked)
    finally:
        connection.write_text(text, encoding="utf-8")
    assert "1 failed" in done.stdout, done.stdout
