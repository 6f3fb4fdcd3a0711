"""Imports point down: cli, then verbs, then what judges and plants, then facts, then the model. Verbs never meet."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "scripts" / "async_testing"
FLOORS = (
    {"cli"},
    {"checking", "planning", "replaying", "scaffolding", "verifying", "writing"},
    {"formats", "inside", "mutants", "reports", "rules", "templates"},
    {"subjects"},
    {"facts", "project"},
    {"detection", "files", "git", "userfolder"},
    {"model"},
    {"finding"},
)
HEIGHT = {name: len(FLOORS) - number for number, floor in enumerate(FLOORS) for name in floor}


def room(path: Path) -> str:
    """The package or module right below ``async_testing`` that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The rooms that a file imports, also within functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.ImportFrom)
            and not node.level
            and (node.module or "").startswith("async_testing")
        ):
            below = (node.module or "").split(".")[1:]
            yield from below[:1] or [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (one.name.split(".")[1] for one in node.names if one.name.startswith("async_testing."))


def test_every_room_has_its_floor() -> None:
    rooms = {room(path) for path in PACKAGE.rglob("*.py")} - {"__init__"}
    assert rooms == set(HEIGHT)


@pytest.mark.parametrize("name", sorted(HEIGHT))
def test_imports_point_down(name: str) -> None:
    files = [path for path in PACKAGE.rglob("*.py") if room(path) == name]
    up = {
        f"{path.relative_to(PACKAGE)} imports {other}"
        for path in files
        if "templates" not in path.parts[len(PACKAGE.parts) :]
        for other in imported(path)
        if other in HEIGHT and other != name and HEIGHT[other] >= HEIGHT[name]
    }
    assert up == set()


def test_what_runs_in_the_users_interpreter_imports_nothing_of_ours_but_itself() -> None:
    """It is a package of another name there, without the rest."""
    assert [name for path in (PACKAGE / "inside").rglob("*.py") for name in imported(path)] == []
