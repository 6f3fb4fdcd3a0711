"""Does in the current folder what an agent of a kind would: ``standin.py KIND PROMPT``."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

CASES = Path(__file__).resolve().parents[2] / "evals"
SCAFFOLD = Path(".claude/skills/async-testing-expert/scripts/scaffold.py")

LAZY = '''\
"""Tests that call and never look."""

import importlib
import pathlib

import pytest

PACKAGE = next(pathlib.Path().glob("*/__init__.py")).parent.name


@pytest.mark.parametrize("name", [path.stem for path in pathlib.Path(PACKAGE).glob("*.py")])
def test_module(name):
    importlib.import_module(f"{PACKAGE}.{name}")
'''

BROKEN = LAZY + "\n\ndef test_wrong():\n    assert 1 == 2\n"


def perfect() -> None:
    """Scaffold, then the tests of the case's solution."""
    scaffold = [sys.executable, str(SCAFFOLD), ".", "--with-database"]
    subprocess.run(scaffold, check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(CASES / Path.cwd().name / "solution", Path(), dirs_exist_ok=True)


def lazy() -> None:
    """One test that only imports, code that it cannot fail on, and no schema."""
    write(LAZY)
    for path in Path().glob("*/dao.py"):
        path.write_text("")
    Path("schema.sql").unlink()


def broken() -> None:
    """The same, and one that fails."""
    write(BROKEN)


def empty() -> None:
    """Nothing."""


def slow() -> None:
    """Never comes back."""
    time.sleep(600)


def choosing() -> None:
    """Loads the skill where the prompt speaks of a test."""
    if "test" in sys.argv[2]:
        print(json.dumps({"type": "tool_use", "name": "Skill", "input": {"skill": "async-testing-expert"}}))


def write(text: str) -> None:
    """Put one test file where the case wants tests."""
    Path("tests").mkdir(exist_ok=True)
    Path("tests", "test_it.py").write_text(text)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
    print(json.dumps({"type": "result", "usage": {"input_tokens": 1000, "output_tokens": 234}}))
