"""Fakes that an earlier version arranged otherwise: renewed as a whole, or left as a whole, and nobody's work lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from async_testing.scaffolding import headers

if TYPE_CHECKING:
    from tests.scaffold.conftest import Result, Sandbox, Scaffold

FAKES = "tests/fakes"


def states(result: Result) -> dict[str, str]:
    """Path → state of the changes that a run told as JSON."""
    return {one["path"]: one["state"] for one in json.loads(result.out)["changes"]}


def earlier(shop: Sandbox, *, changed: str = "") -> None:
    """Make the fakes those of an earlier version: a flat folder, one of its files changed by somebody."""
    for path in sorted((shop.root / FAKES).rglob("*.py"), reverse=True):
        if path.parent != shop.root / FAKES:
            path.unlink()
    for folder in sorted((shop.root / FAKES).rglob("*"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    package = "from .core import FakeConnection, FakePool, settled\n"
    core = "class FakeConnection: ...\nclass FakePool: ...\nsettled = FakePool\n"
    for name, body in {"__init__": package, "core": core, "base": "base = 1\n"}.items():
        text = headers.seal(body).replace(" 0.", " 0.0.", 1) + ("# mine\n" if name == changed else "")
        shop.write({f"{FAKES}/{name}.py": text})


def test_without_update_nothing_is_mixed(shop: Sandbox, scaffold: Scaffold) -> None:
    scaffold()
    earlier(shop)
    before = shop.snapshot()
    told = scaffold("--output-format", "json")
    assert told.code == 1
    assert {path: state for path, state in states(told).items() if path.startswith(FAKES)} == {
        f"{FAKES}/__init__.py": "outdated",
        f"{FAKES}/base.py": "outdated",
        f"{FAKES}/core.py": "outdated",
    }
    assert shop.snapshot() == before
    assert json.loads(told.out)["next"].endswith("--update")


def test_update_renews_the_whole_package(shop: Sandbox, scaffold: Scaffold) -> None:
    scaffold()
    fresh = shop.snapshot()
    earlier(shop)
    shop.write({f"{FAKES}/mine.py": "mine = 1\n"})
    assert scaffold("--update").code == 0
    assert shop.snapshot() == {**fresh, f"{FAKES}/mine.py": b"mine = 1\n"}


def test_a_changed_file_that_is_no_longer_used_stays(shop: Sandbox, scaffold: Scaffold) -> None:
    scaffold()
    fresh = shop.snapshot()
    earlier(shop, changed="base")
    changed = shop.text(f"{FAKES}/base.py")
    told = scaffold("--update", "--output-format", "json")
    assert told.code == 1
    assert states(told)[f"{FAKES}/base.py"] == "modified"
    assert shop.snapshot() == {**fresh, f"{FAKES}/base.py": changed.encode()}


@pytest.mark.parametrize("changed", ["__init__", "core"])
def test_a_changed_file_that_would_break_holds_the_package(
    changed: str, shop: Sandbox, scaffold: Scaffold
) -> None:
    scaffold()
    earlier(shop, changed=changed)
    before = shop.snapshot()
    told = scaffold("--update", "--output-format", "json")
    assert told.code == 1
    assert {path: state for path, state in states(told).items() if path.startswith(FAKES)} == {
        f"{FAKES}/{changed}.py": "conflict"
    }
    assert shop.snapshot() == before


def test_a_module_of_ones_own_is_not_hidden(shop: Sandbox, scaffold: Scaffold) -> None:
    shop.write({f"{FAKES}/core.py": "mine = 1\n"})
    told = scaffold("--output-format", "json")
    assert told.code == 1
    assert states(told)[f"{FAKES}/core.py"] == "conflict"
    assert not (shop.root / FAKES / "core").exists()


def test_another_driver_takes_the_place_of_the_first(shop: Sandbox, scaffold: Scaffold) -> None:
    scaffold("--driver", "asyncpg")
    told = scaffold("--driver", "psycopg", "--update", "--output-format", "json")
    assert states(told)[f"{FAKES}/asyncpg/wire.py"] == "remove"
    assert not (shop.root / FAKES / "asyncpg").exists()
    assert "from .psycopg import" in shop.text(f"{FAKES}/__init__.py")


def test_everything_is_removed_again(shop: Sandbox, scaffold: Scaffold) -> None:
    before = shop.snapshot()
    scaffold()
    assert scaffold("--remove").code == 0
    assert shop.snapshot() == before
