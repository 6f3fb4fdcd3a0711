"""Small projects for verify.py, run as its users do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, NamedTuple

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "verify.py"
SHOP = '''
import asyncio


class NotFound(Exception):
    pass


async def fetch(rows, key):
    """Find a row."""
    row = rows.get(key)
    if row is None:
        raise NotFound(404)
    return row


def total(prices, discount):
    result = 0
    for price in prices:
        result += price
    if discount:
        result -= 1
    return result
'''
TESTS = """
import asyncio

import pytest

from src.shop import NotFound, fetch, total


def test_fetch_gives_the_row():
    assert asyncio.run(fetch({1: "a"}, 1)) == "a"


def test_fetch_of_nothing_is_not_found():
    with pytest.raises(NotFound) as caught:
        asyncio.run(fetch({}, 1))
    assert caught.value.args == (404,)


@pytest.mark.parametrize(("discount", "expected"), [(False, 30), (True, 29)])
def test_total(discount, expected):
    assert total([10, 20], discount) == expected
"""


class Result(NamedTuple):
    """What the command did."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def states(self) -> dict[str, str]:
        """Each question with its answer."""
        return {one["check"]: one["state"] for one in self.data["outcomes"]}


class Shop:
    """A project with a module, tests of it, and a cache of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root / "shop"
        self.cache = root / "cache"
        self.write("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["."]\n')
        self.write("src/shop.py", SHOP)
        self.write("tests/test_shop.py", TESTS)

    def write(self, path: str, text: str) -> Path:
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(textwrap.dedent(text))
        return full

    def change(self, path: str, before: str, after: str) -> None:
        full = self.root / path
        text = full.read_text()
        assert before in text
        full.write_text(text.replace(before, after))

    def files(self) -> dict[str, bytes]:
        """Everything in the project."""
        return {str(one): one.read_bytes() for one in self.root.rglob("*") if one.is_file()}

    def verify(self, *arguments: str, cwd: Path | None = None, **variables: str) -> Result:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ASYNC_TESTING")}
        environment = {**kept, "XDG_CACHE_HOME": str(self.cache), **variables}
        done = subprocess.run(
            [sys.executable, str(SCRIPT), *arguments],
            capture_output=True,
            text=True,
            cwd=cwd or self.root,
            env=environment,
            timeout=300,
        )
        assert "Traceback" not in done.stderr
        return Result(done.returncode, done.stdout, done.stderr)

    def told(self, *arguments: str, **variables: str) -> Result:
        """The same with a report as JSON."""
        return self.verify("--output-format", "json", *arguments, **variables)
