"""The fixtures and fakes of the examples are what scaffold writes, and the suites pass on them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from async_testing.scaffolding import headers

from tests.scaffold.conftest import SCRIPT, Sandbox, Scaffold

EXAMPLES = sorted(path.parent for path in (SCRIPT.parents[1] / "examples").glob("*/pyproject.toml"))
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*_cache", ".venv")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_scaffolding_an_example_anew_gives_what_it_has(
    example: Path, sandbox: Sandbox, scaffold: Scaffold
) -> None:
    shutil.copytree(example, sandbox.root, dirs_exist_ok=True, ignore=LEFT_OUT)
    before = sandbox.snapshot()
    written = [
        path
        for path in (sandbox.root / "tests").rglob("*.py")
        if headers.unseal(path.read_text(encoding="utf-8"))
    ]
    assert sandbox.root / "tests" / "conftest.py" in written
    for path in written:
        path.unlink()
    assert scaffold("--with-database", "--locale", "pt_BR").code == 0
    assert sandbox.snapshot() == before


def test_a_suite_passes_on_what_was_written(tmp_path: Path) -> None:
    copy = Sandbox(tmp_path / "users")
    shutil.copytree(SCRIPT.parents[1] / "examples" / "users", copy.root, ignore=LEFT_OUT)
    ran = copy.pytest("-m", "not integration")
    assert ran.code == 0, ran.out
    assert ran.counts["passed"] > 100
