"""Tests of DAOs on fakes: they run as they are, and fail when a statement, a parameter or a mapping is wrong."""

from __future__ import annotations

import pytest

from tests.plan_write.conftest import Project

DAO = """
import asyncpg
from pydantic import BaseModel


class User(BaseModel):
    id: int
    name: str
    email: str


class NotFound(Exception):
    def __init__(self, status_code: int, detail: str) -> None:
        self.status_code = status_code
        self.detail = detail


class UserDAO:
    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def get(self, user_id: int) -> User:
        row = await self._connection.fetchrow("SELECT id, name, email FROM users WHERE id = $1", user_id)
        if row is None:
            raise NotFound(404, "no such user")
        return User(**row)

    async def rename(self, user_id: int, name: str) -> None:
        async with self._connection.transaction():
            await self._connection.execute("UPDATE users SET name = $1 WHERE id = $2", name, user_id)
            await self._connection.execute("INSERT INTO log (user_id, name) VALUES ($1, $2)", user_id, name)
"""


@pytest.fixture
def users(project: Project) -> Project:
    """A project with one DAO on asyncpg."""
    project.write("src/__init__.py", "")
    project.write("src/user_dao.py", DAO)
    project.scaffold()
    return project


def test_what_is_written_passes_as_it_is(users: Project) -> None:
    result = users.plan("src/user_dao.py", "--write")

    assert (result.code, result.err) == (0, "")
    assert "tests written to tests/test_user_dao.py" in result.out
    assert result.out.splitlines()[-1].startswith("next: python -m pytest tests/test_user_dao.py")
    ran = users.pytest("tests/test_user_dao.py")
    assert ran.code == 0, ran.out
    assert "skipped" not in ran.out


def test_statements_are_asserted_by_their_meaning(users: Project) -> None:
    users.plan("src/user_dao.py", "--write")

    text = users.read("tests/test_user_dao.py")
    assert 'Select("users", ["id", "name", "email"], where={"id": 101})' in text
    assert "conn.committed == conn.calls" in text
    assert "same_text" not in text


def test_exact_sql_compares_whole_texts(users: Project) -> None:
    users.plan("src/user_dao.py", "--write", "--exact-sql")

    assert 'same_text(conn.calls[0], "SELECT id, name, email FROM users WHERE id = $1"' in users.read(
        "tests/test_user_dao.py"
    )
    assert users.pytest("tests/test_user_dao.py").code == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("WHERE id = $1", "WHERE id > $1"),
        ("SELECT id, name, email", "SELECT id, name"),
        ("name, user_id)", "user_id, name)"),
        ('NotFound(404, "no', 'NotFound(400, "no'),
        ("row is None", "row is not None"),
        ("async with self._connection.transaction():", "if True:"),
        ("INSERT INTO log (user_id, name)", "INSERT INTO log (name, user_id)"),
    ],
)
def test_what_is_written_notices_a_bug(users: Project, before: str, after: str) -> None:
    users.plan("src/user_dao.py", "--write")
    users.write("src/user_dao.py", DAO.replace(before, after, 1))

    assert users.pytest("tests/test_user_dao.py", "-x").code == 1


def test_a_rewrite_of_the_text_leaves_it_green(users: Project) -> None:
    users.plan("src/user_dao.py", "--write")
    users.write(
        "src/user_dao.py",
        DAO.replace("SELECT id, name, email FROM users WHERE", "select email, id, name from users where"),
    )

    assert users.pytest("tests/test_user_dao.py").code == 0


def test_the_same_module_gives_the_same_text(users: Project) -> None:
    users.plan("src/user_dao.py", "--write")
    first = users.read("tests/test_user_dao.py")
    (users.root / "tests" / "test_user_dao.py").unlink()
    users.plan("src/user_dao.py", "--write")

    assert users.read("tests/test_user_dao.py") == first


def test_without_fakes_it_says_what_to_do_first(project: Project) -> None:
    project.write("src/__init__.py", "")
    project.write("src/user_dao.py", DAO)

    result = project.plan("src/user_dao.py", "--write")

    assert (result.code, result.out) == (2, "")
    assert "scaffold.py" in result.err
    assert result.err.count("\n") == 1
    assert not (project.root / "tests" / "test_user_dao.py").exists()
