"""What is reported: short text, all of it, JSON, the project's table and page; what existing tests cover."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.plan.conftest import REPOSITORY, Project

DAO = """
class Dao:
    def __init__(self, conn):
        self.conn = conn

    async def get(self, key):
        row = await self.conn.fetchrow("SELECT a FROM b WHERE id = $1", key)
        if row is None:
            raise KeyError(key)
        return row

    async def put(self, value):
        await self.conn.execute("INSERT INTO b (a) VALUES ($1)", value)
"""
TESTS = """
import pytest

from src.dao import Dao


@pytest.mark.asyncio
async def test_get_gives_the_row():
    assert await Dao(None).get(1) == 1


@pytest.mark.asyncio
async def test_get_without_row():
    with pytest.raises(KeyError):
        await Dao(None).get(1)
"""


def test_text_is_short_and_ends_with_the_next_command(users: Project) -> None:
    for path in ("src/domain/dal/dao/user.py", "src/domain/dto/user.py", "src/api/path/users.py"):
        result = users.run(path)
        assert (result.code, result.err) == (0, "")
        assert len(result.lines) <= 25
        assert len(result.out.encode()) <= 2100
        assert result.lines[0].startswith(f"{path}: ")
        assert result.lines[-1].startswith("next: ")


def test_all_tells_every_fact(users: Project) -> None:
    result = users.run("--all", "src/domain/dal/dao/user.py")
    assert "INSERT users name = dto.name, email = dto.email, cpf = dto.cpf" in result.out
    assert "transaction.execute_many (in a transaction, batch)" in result.out


def test_example_is_told_as_it_is(users: Project) -> None:
    data = users.run("--output-format", "json", "src/api/path/users.py").data
    assert (data["module"], data["layer"], data["test_file"]) == (
        "src.api.path.users",
        "router",
        "tests/test_user_router.py",
    )
    assert {one["name"]: one["found"] for one in data["needs"]}["async_client"] == "tests/conftest.py"
    covered = {one["name"]: one["covered"] for one in data["cases"]}
    assert covered["test_get_users_returns_200"].startswith("tests/test_user_router.py::")


def test_cases_are_covered_by_the_tests_that_take_them(project: Project) -> None:
    project.write("tests/test_dao.py", TESTS)
    cases = project.plan(DAO, "src/dao.py").cases
    assert cases == {
        "test_get_selects_b": "tests/test_dao.py::test_get_gives_the_row",
        "test_get_raises_key_error_when_row_is_none": "tests/test_dao.py::test_get_without_row",
        "test_put_inserts_b": "",
    }


def test_test_of_another_class_covers_nothing(project: Project) -> None:
    project.write("tests/test_dao.py", TESTS.replace("Dao", "Other").replace("src.dao", "src.other"))
    assert set(project.plan(DAO, "src/dao.py").cases.values()) == {""}


def test_nothing_is_written(project: Project) -> None:
    before = sorted(project.root.rglob("*"))
    project.plan(DAO, "src/dao.py")
    project.run("--project")
    added = {project.root / "src", project.root / "src/dao.py"}
    assert sorted(project.root.rglob("*")) == sorted({*before, *added})


def test_project_is_a_table_worst_first(project: Project) -> None:
    project.write("tests/test_dao.py", TESTS)
    project.write("src/dao.py", DAO)
    project.write("src/other.py", DAO.replace("Dao", "Other"))
    project.write("src/plain.py", "def add(a: int) -> int:\n    return a\n")
    result = project.run("--project")
    assert (result.code, result.err) == (0, "")
    assert [line.split() for line in result.lines[1:3]] == [
        ["dao", "0", "3", "src/other.py"],
        ["dao", "2", "1", "src/dao.py"],
    ]
    assert result.lines[-2:] == ["covered: dao 2/6 in 2 modules", "next: python scripts/plan.py src/other.py"]


def test_project_with_a_module_that_cannot_be_parsed_tells_of_it(project: Project) -> None:
    project.write("src/dao.py", DAO)
    project.write("src/broken.py", "async def f(:\n    pass\n")
    result = project.run("--project")
    assert result.code == 1
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    mend = "mend it, or run this with the Python that it is written for"
    assert (
        result.err == f"plan.py: src/broken.py:1: Python {version} cannot parse it (invalid syntax): {mend}\n"
    )
    assert "src/dao.py" in result.out


def test_page_escapes_what_comes_from_the_code(project: Project) -> None:
    project.write(
        "src/dao.py", DAO.replace("KeyError(key)", "KeyError('<script>')").replace("row is None", "row < 1")
    )
    result = project.run("--project", "--output-format", "html", "--output-file", "page.html")
    assert (result.code, result.out) == (0, "")
    page = Path("page.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "row &lt; 1" in page
    assert "row < 1" not in page


def test_json_of_the_project_holds_what_is_missing(project: Project) -> None:
    project.write("src/dao.py", DAO)
    data = project.run("--project", "--output-format", "json").data
    assert [(one["path"], one["covered"], one["uncovered"]) for one in data["rows"]] == [("src/dao.py", 0, 3)]
    assert data["rows"][0]["missing"][0]["name"] == "test_get_selects_b"


def test_references_are_those_of_skill_md(users: Project) -> None:
    from async_testing.planning import needs

    skill = (REPOSITORY / "SKILL.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([^|]+) \| ([\w-]+)\.md \|$", skill, re.MULTILINE))
    listed = {page: words for words, page in rows.items()}
    assert {name: listed.get(name) for name in needs._PAGES} == needs._PAGES
