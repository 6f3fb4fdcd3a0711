"""A small bundle of documents and one example, for the tool that keeps documents in step."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools"))

from documentation.cli import main  # noqa: E402

UNUSED = ("anyio", "asyncio", "cov", "faker", "hypothesispytest", "randomly", "xdist")
CONFIG = f"""\
[tool.pytest.ini_options]
pythonpath = ["."]
markers = ["integration: slow"]
addopts = "{" ".join(f"-p no:{plugin}" for plugin in UNUSED)}"
"""
APPLICATION = '''"""An application."""

import decimal
import json, os


LIMIT: int = 3
TABLE = "users"


def total(prices: list[str]) -> decimal.Decimal:
    """Add up."""
    return sum(map(decimal.Decimal, prices), decimal.Decimal(0))


class Basket:
    """Holds prices."""

    @staticmethod
    def dumped() -> str:
        """Dump."""

        return json.dumps([])
'''
TESTS = '''"""Tests of the application."""

import decimal

import pytest

from app import Basket, total


def test_total_adds() -> None:
    assert total(["1", "2"]) == decimal.Decimal(3)


def test_total_is_wrong() -> None:
    assert total(["1", "2"]) == 4


@pytest.mark.parametrize("prices", [[], ["0"]])
def test_total_of_nothing(prices: list[str]) -> None:
    assert total(prices) == 0


@pytest.mark.skip(reason="never")
def test_skipped() -> None:
    assert False


class TestBasket:
    def test_dumped(self) -> None:
        assert Basket.dumped() == "[]"


def helper() -> int:
    return 1
'''
COUNTER = '''"""Counter-examples."""

from app import total


def test_compares_with_text() -> None:
    assert total(["1"]) == "1"


def test_notices_nothing() -> None:
    assert total(["1", "2"])
'''


@dataclass(frozen=True)
class Bundle:
    """A scratch bundle, and the tool's command on it."""

    root: Path
    said: Callable[[], str]

    def page(self, text: str, name: str = "references/page.md") -> Path:
        """Write a document."""
        path = self.root / name
        path.write_text(text, encoding="utf-8")
        return path

    def block(self, language: str, text: str, comment: str = "") -> Path:
        """Write a document with one block, and one Python block that is in step."""
        above = f"<!-- {comment} -->\n" if comment else ""
        fresh = '<!-- code: examples/users/app.py::TABLE -->\n```python\nTABLE = "users"\n```\n'
        return self.page(f"{fresh}\n{above}```{language}\n{text}\n```\n")

    def copy(self, address: str) -> str:
        """Let the tool fill a block with that address; returns the block's text."""
        path = self.page(f"<!-- code: {address} -->\n```python\n```\n")
        assert main(["--root", str(self.root)]) == 0, self.said()
        return path.read_text().split("```python\n")[1].removesuffix("```\n")

    def write(self) -> tuple[int, str]:
        """Run the tool; returns its exit code and what it said."""
        return main(["--root", str(self.root)]), self.said()

    def check(self) -> tuple[int, str]:
        """Run the tool with --check; returns its exit code and what it said."""
        return main(["--check", "--root", str(self.root)]), self.said()


@pytest.fixture
def bundle(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Bundle:
    example = tmp_path / "examples" / "users"
    counters = tmp_path / "tests" / "docs" / "counterexamples"
    for folder in (example / "tests", counters, tmp_path / "references", tmp_path / "scripts"):
        folder.mkdir(parents=True)
    (example / "pyproject.toml").write_text(CONFIG)
    (example / "app.py").write_text(APPLICATION)
    (example / "tests" / "test_app.py").write_text(TESTS)
    (counters / "wrong.py").write_text(COUNTER)
    (tmp_path / "scripts" / "tool.py").write_text(
        "import argparse\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--merge', action='store_true')\n"
        "parser.parse_args()\n"
        "print('merged nothing')\n"
    )
    (tmp_path / "Makefile").write_text("demo: setup\n\techo demo\n")
    (tmp_path / "requirements.lock").write_text(
        "pytest==9.2.0 \\\n    --hash=sha256:00\npytest-asyncio==1.5.0\n"
    )

    def said() -> str:
        out, err = capfd.readouterr()
        return out + err

    return Bundle(tmp_path, said)
