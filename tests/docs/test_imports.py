"""Imports point down: command line, verbs, rules and mutants, what is known of modules and files, detection, models."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts" / "async_testing"
VERBS = {"checking", "planning", "writing", "scaffolding", "verifying", "replaying"}
LEVELS = [{"cli"}, VERBS, {"rules", "mutants"}, {"subjects"}, {"facts"}, {"detection"}]
"""From the top down; other packages hold models and small helpers."""
PACKAGES = sorted(package for packages in LEVELS for package in packages if (SCRIPTS / package).is_dir())


def level(package: str) -> int:
    return next((number for number, packages in enumerate(LEVELS) if package in packages), len(LEVELS))


def imported(package: str) -> set[str]:
    """The packages of ours that a package's modules import, wherever in them."""
    found: set[str] = set()
    for path in (SCRIPTS / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("async_testing"):
                inside = (node.module or "").split(".")[1:]
                found |= {inside[0]} if inside else {alias.name for alias in node.names}
    return found & set(PACKAGES) - {package}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_lies_below_it(package: str) -> None:
    assert [one for one in sorted(imported(package)) if level(one) <= level(package)] == []
