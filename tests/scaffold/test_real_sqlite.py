"""The fixtures of ``--with-database`` on SQLite: a database of its own for each test."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.scaffold.conftest import PYPROJECT, STRICT, Sandbox, Scaffold

SCHEMA = "CREATE TABLE users (id integer PRIMARY KEY, name text);\nCREATE TABLE others (id int);\n"
TEST = """\
import aiosqlite
import pytest
pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("turn", [1, 2])]

async def test_isolated(turn, database_connection, cloned_database):
    assert await database_connection.execute_fetchall("SELECT * FROM users") == []
    assert await database_connection.execute_insert("INSERT INTO users (name) VALUES ('x')") == (1,)
    await database_connection.commit()
    async with aiosqlite.connect(cloned_database.removeprefix("sqlite:///")) as other:
        assert await other.execute_fetchall("SELECT name FROM users") == [("x",)]

async def test_fake(turn, fake_connection):
    fake_connection.fetch_return = [{"count": 7}]
    async with fake_connection.execute("SELECT count(*) FROM users") as cursor:
        assert await cursor.fetchone() == (7,)
"""


@pytest.fixture
def shop(sandbox: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A project on aiosqlite, scaffolded."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:////never/looked/at")
    sandbox.write({
        "pyproject.toml": PYPROJECT.replace("asyncpg", "aiosqlite") + STRICT,
        "dao.py": "import aiosqlite\n",
        "schema.sql": SCHEMA,
    })  # fmt: skip
    assert scaffold("--with-database").code == 0
    return sandbox


def test_each_test_has_a_database_of_its_own(
    shop: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    shop.write({"tests/test_real.py": TEST})
    ran = shop.pytest("-W", "error", "--basetemp", str(tmp_path / "base"))
    assert ran.counts == {"passed": 4}, ran.out
    assert list(temporary.iterdir()) == []
    assert tempfile.gettempdir() != str(temporary)


def test_there_is_no_pool(shop: Sandbox) -> None:
    conftest = shop.text("tests/conftest.py")
    assert "def fake_connection" in conftest
    assert "pool" not in conftest.lower()


def test_a_migration_that_went_elsewhere_ends_the_run(shop: Sandbox) -> None:
    text = shop.text("tests/real_database.py")
    text = text.replace("MIGRATION: tuple[str, ...] = ()", 'MIGRATION: tuple[str, ...] = ("true",)')
    lines = ["SCHEMA = None" if line.startswith("SCHEMA: ") else line for line in text.splitlines()]
    shop.write({"tests/real_database.py": "\n".join(lines) + "\n"})
    shop.write({"tests/test_real.py": "def test_real(database_dsn): pass\n"})
    ran = shop.pytest()
    assert ran.counts == {"error": 1}
    assert "MIGRATION made no table here" in ran.out
