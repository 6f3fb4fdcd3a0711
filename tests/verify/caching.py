"""A project whose answers are kept."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from async_testing.verifying import model
from async_testing.verifying.cache import Cache
from async_testing.verifying.model import Judged, Outcome, Report
from async_testing.verifying.state import State, state_of

from tests.verify.made import report

FILES = {
    "pyproject.toml": "[project]\nname = 'shop'\n",
    "src/dao.py": "LIMIT = 3\n\n\ndef find(limit):\n    return limit\n",
    "tests/conftest.py": "import pytest\n",
    "tests/test_dao.py": (
        "from src.dao import find\n\nLIMIT = 2\n\n\ndef test_0():\n    assert find(1) == 1\n\n\n"
        "def test_1():\n    assert find(2) == LIMIT\n\n\nclass TestFind:\n    of = 3\n\n"
        "    def test_2(self):\n        assert find(self.of) == 3\n\n"
        "    def test_3(self):\n        assert find(4) == 4\n"
    ),
    "tests/test_other.py": "def test_other():\n    assert True\n",
    ".venv/pyvenv.cfg": "",
    ".env": "DSN=postgresql://here\n",
}


NAMES = ("test_0", "test_1", "TestFind::test_2", "TestFind::test_3")


TESTS = tuple([model.Test(f"tests/test_dao.py::{name}", "passed", 0.1) for name in NAMES])


PASSED = (Outcome("noticed", "passed", "2 of 2 mutants noticed (100 %)"),)


QUESTION = ("src/dao.py",)


class Project:
    """A project, and its answers in a cache of its own."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = folder
        self.arguments: tuple[str, ...] = ("tests/test_dao.py",)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def replace(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text
        self.write(path, text.replace(old, new))

    @property
    def state(self) -> State:
        found = state_of(self.root, sys.executable, self.arguments)
        assert found is not None
        return found

    @property
    def cache(self) -> Cache:
        return Cache(self.root, sys.executable, self.arguments, self.folder)

    def store(self, *mutants: Judged, question: Sequence[str] = QUESTION, **fields: object) -> Report:
        whole = report(*mutants, **{"tests": TESTS, "outcomes": PASSED, **fields})
        self.cache.store(self.state, question, whole)
        return whole

    def known(self, tests: Sequence[model.Test] = TESTS) -> list[int]:
        """The lines of the mutants whose verdict still holds."""
        return sorted(one.mutant.line for one in self.cache.known(self.state, tests).values())
