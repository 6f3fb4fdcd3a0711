"""The tools of this repository are scripts beside a package: put their folder where imports are looked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

APP = '''\
"""A tiny application."""


def total(prices):
    """Return the sum."""
    return sum(prices)


def label(name):
    """Return what is printed."""
    return name.strip()
'''

TESTS = """\
from app.shop import label, total


def test_total():
    assert total([1, 2]) == 3


def test_label():
    label("a")
"""

Example = Callable[..., Path]


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Example:
    """Make a folder with a tiny application and its suite; its pytest runs load no plugin that is not named."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def make(app: str = APP, tests: str = TESTS) -> Path:
        root = tmp_path / "tiny"
        (root / "app").mkdir(parents=True)
        (root / "app" / "shop.py").write_text(app)
        (root / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
        (root / "test_shop.py").write_text(tests)
        return root

    return make
