"""What cannot be planned is said in one line, and the exit code is 2."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.plan.conftest import Project

REFUSED = {
    "missing.py": "no such module",
    "src": "is a folder",
    "notes.txt": "is no Python module",
    "tests/test_app.py": "is a test file",
    "tests/conftest.py": "is a test file",
    "src/empty.py": "is empty",
    "src/broken.py": "src/broken.py:2: Python",
    "src/latin.py": "is not UTF-8",
    "src/nul.py": "null bytes",
    "src/constants.py": "no public function",
}


@pytest.fixture
def odd(project: Project) -> Project:
    project.write("notes.txt", "no code")
    project.write("tests/test_app.py", "def test_it() -> None:\n    assert 1 == 1\n")
    project.write("tests/conftest.py", "")
    project.write("src/empty.py", "\n\n")
    project.write("src/broken.py", "x = 1\ndef broken(:\n")
    project.write("src/latin.py", b"name = '\xe9'\n")
    project.write("src/nul.py", b"x = 1\0\n")
    project.write("src/constants.py", "LIMIT = 3\n")
    return project


@pytest.mark.parametrize(("path", "said"), REFUSED.items())
def test_module_that_cannot_be_planned_is_refused_in_one_line(odd: Project, path: str, said: str) -> None:
    result = odd.run(path)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert result.err.startswith("plan.py: ")
    assert said in result.err


def test_module_outside_of_root_is_refused(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside: Path = tmp_path_factory.mktemp("outside") / "app.py"
    outside.write_text("def add(a: int) -> int:\n    return a\n")
    result = project.run("--root", ".", str(outside))
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert "lies outside of" in result.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--project", "src/app.py"],
        ["--output-format", "html", "src/app.py"],
        ["--project", "--output-format", "html"],
    ],
)
def test_command_line_that_makes_no_sense_is_refused(project: Project, arguments: list[str]) -> None:
    result = project.run(*arguments)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)


def test_missing_root_is_refused(project: Project) -> None:
    result = project.run("--project", "--root", "nowhere")
    assert (result.code, result.err) == (2, "plan.py: --root nowhere: no such folder\n")


def test_link_that_leads_outside_is_refused(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "app.py"
    outside.write_text("def add(a: int) -> int:\n    return a\n")
    (project.root / "app.py").symlink_to(outside)
    result = project.run("--root", ".", "app.py")
    assert (result.code, result.err.count("\n")) == (2, 1)


def test_circular_imports_end(project: Project) -> None:
    project.write("src/b.py", "from src.a import A, QUERY\n\n\nclass B(A):\n    pass\n\n\nTEXT = QUERY\n")
    project.write(
        "src/a.py",
        "from src.b import B, TEXT\n\nQUERY = TEXT\n\n\nclass A(B):\n"
        "    async def find(self) -> None:\n        await self.conn.execute(QUERY)\n",
    )
    result = project.run("src/a.py")
    assert (result.code, result.err) == (0, "")
    assert "A.find()" in result.out


def test_module_of_twenty_thousand_lines_is_planned_within_the_limits(project: Project) -> None:
    body = "".join(
        f"def f{n}(a: int) -> int:\n    if a > {n}:\n        return 1\n    return a\n\n\n"
        for n in range(3400)
    )
    project.write("src/long.py", body)
    result = project.run("src/long.py")
    assert (result.code, result.err) == (0, "")
    assert len(result.lines) <= 25
    assert len(result.out.encode()) <= 2100


def test_code_that_is_nested_deeply_is_refused_or_planned(project: Project) -> None:
    project.write("src/deep.py", f"def f(a: int) -> int:\n    return {'+'.join(['a'] * 5000)}\n")
    result = project.run("src/deep.py")
    assert result.code in (0, 2)
    assert result.err.count("\n") <= 1


def test_project_with_all_of_that_is_told_of_line_by_line(
    odd: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.py").write_text("async def secret() -> int:\n    return 1\n")
    (odd.root / "src/linked.py").symlink_to(outside / "secret.py")
    (odd.root / "src/around").symlink_to(odd.root)
    (odd.root / "src/folder.py").mkdir()
    odd.write("src/fine.py", "async def add(a: int) -> int:\n    return a\n")
    odd.write("src/broken.py", "async def broken(:\n")
    odd.write("src/latin.py", b"async def f(): return '\xe9'\n")
    result = odd.run("--project")
    assert result.code == 1
    assert sorted(line.partition(": ")[2].partition(" ")[0] for line in result.err.splitlines()) == [
        "src/broken.py:1:",
        "src/latin.py",
    ]
    assert "src/fine.py" in result.out
    assert "secret" not in result.out
    assert "around" not in result.out


@pytest.mark.parametrize("kind", ["fifo", "loop", "cookie", "bom", "crlf"])
def test_odd_files_are_refused_or_planned(project: Project, kind: str) -> None:
    path = project.root / "app.py"
    text = "async def add(a: int) -> int:\n    return a\n"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    else:
        made = {
            "cookie": f"# -*- coding: utf-8 -*-\n{text}",
            "bom": f"\ufeff{text}",
            "crlf": text.replace("\n", "\r\n"),
        }
        path.write_bytes(made[kind].encode())
    result = project.run("app.py")
    assert result.code == (2 if kind in ("fifo", "loop") else 0)
    assert result.err.count("\n") <= 1


def test_modules_that_lead_to_each_other_in_every_way_end(project: Project) -> None:
    project.write("src/__init__.py", "")
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        project.write(
            f"src/{name}.py",
            "from typing import Annotated\n\nfrom fastapi import APIRouter, Depends\nfrom pydantic import BaseModel\n"
            f"from src.{other} import Alias as Other\nfrom src.{other} import Model as Above\n"
            f"from src.{other} import Problem as Worse\nfrom src.{other} import given as elsewhere\n"
            f"from src.{other} import PREFIX as FURTHER\nfrom src.{other} import router as outer\n\n"
            "PREFIX = FURTHER\nAlias = Other\nrouter = APIRouter(prefix=PREFIX)\n"
            "outer.include_router(router, prefix=PREFIX)\n\n\n"
            "class Problem(Worse): ...\n\n\nclass Model(Above):\n    inner: Annotated[Alias, PREFIX]\n\n\n"
            "async def given(other=Depends(elsewhere)):\n    raise Problem(other)\n\n\n"
            "@router.get(PREFIX)\nasync def asked(a: Alias, b: Model, c=Depends(given)):\n"
            "    raise Problem(await elsewhere(c))\n",
        )
    result = project.run("src/a.py")
    assert (result.code, result.err) == (0, "")
    assert project.run("--project").code == 0


def test_project_view_of_a_long_module_stays_within_the_limits(project: Project) -> None:
    body = "".join(
        f"async def f{n}(conn) -> int:\n    return await conn.fetchval('SELECT {n}')\n\n\n"
        for n in range(5000)
    )
    project.write("src/long.py", body)
    result = project.run("--project")
    assert (result.code, result.err) == (0, "")
    assert len(result.lines) <= 25
