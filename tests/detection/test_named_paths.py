"""A path on the command line means the same to check, plan and verify, whatever folder the shell is in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
MODULE = "async def total(prices):\n    return sum(prices)\n"
TEST = """\
import asyncio

from src.shop import total


def test_total():
    assert asyncio.run(total([1, 2])) == 3
"""
COMMANDS = {
    "check": ["check.py", "{tests}", "--no-cache"],
    "plan": ["plan.py", "{module}"],
    "verify": ["verify.py", "{tests}", "--module", "{module}", "--only", "complete", "--no-cache"],
}
SAID = {
    "check": "no findings in 1 file",
    "plan": "src/shop.py: no layer, 1 function",
    "verify": "ok   complete",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project beside another folder that has tests of the same name."""
    root = tmp_path / "a shop"
    for path, text in {
        "a shop/src/shop.py": MODULE,
        "a shop/tests/test_shop.py": TEST,
        "a shop/pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
        "tests/test_shop.py": "def test_of_another_project():\n    assert True\n",
        "src/shop.py": "class Other: ...\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (root / ".git").mkdir()
    return root


def run(verb: str, cwd: Path, *more: str, tests: str, module: str) -> tuple[int, str]:
    script, *words = (one.format(tests=tests, module=module) for one in COMMANDS[verb])
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, SCRIPTS / script, *words, *more],
        cwd=cwd,
        env={**clean, "XDG_CACHE_HOME": str(cwd.parent / "cache")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("verb", COMMANDS)
@pytest.mark.parametrize(
    ("folder", "tests", "module"),
    [
        pytest.param("", "tests/test_shop.py", "src/shop.py", id="from the root"),
        pytest.param("src", "../tests/test_shop.py", "shop.py", id="from below, as seen from there"),
        pytest.param("src", "tests/test_shop.py", "src/shop.py", id="from below, as seen from the root"),
        pytest.param("..", "a shop/tests/test_shop.py", "a shop/src/shop.py", id="from above"),
    ],
)
def test_it_is_found_without_being_told_the_root(
    project: Path, verb: str, folder: str, tests: str, module: str
) -> None:
    code, said = run(verb, project / folder, tests=tests, module=module)
    assert (code, SAID[verb] in said) == (0, True), said


@pytest.mark.parametrize("verb", COMMANDS)
def test_with_a_root_it_is_found_there_though_the_working_folder_has_the_name_too(
    project: Path, verb: str
) -> None:
    code, said = run(
        verb, project.parent, "--root", "a shop", tests="tests/test_shop.py", module="src/shop.py"
    )
    assert (code, SAID[verb] in said) == (0, True), said


@pytest.mark.parametrize("verb", COMMANDS)
def test_what_lies_in_neither_is_named_as_it_was_given(project: Path, verb: str) -> None:
    code, said = run(verb, project / "src", tests="none.py", module="none.py")
    assert code == 2
    assert "none.py" in said
    assert said.count("\n") == 1
