"""The example's fixtures and fakes are what scaffold writes, and its suite passes on them."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.scaffold.conftest import SCRIPT, Sandbox, Scaffold

EXAMPLE = SCRIPT.parents[1] / "examples" / "users"


def test_scaffolding_the_example_anew_gives_what_it_has(sandbox: Sandbox, scaffold: Scaffold) -> None:
    written = ("conftest.py", "app_clients.py", "real_database.py")
    shutil.copytree(
        EXAMPLE,
        sandbox.root,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("__pycache__", ".*_cache", ".venv"),
    )
    before = sandbox.snapshot()
    shutil.rmtree(sandbox.root / "tests/fakes")
    for name in written:
        (sandbox.root / "tests" / name).unlink()
    assert scaffold("--with-database", "--locale", "pt_BR").code == 0
    assert sandbox.snapshot() == before


def test_its_suite_passes_on_what_was_written(tmp_path: Path) -> None:
    copy = Sandbox(tmp_path / "users")
    shutil.copytree(EXAMPLE, copy.root, ignore=shutil.ignore_patterns("__pycache__", ".*_cache", ".venv"))
    ran = copy.pytest("-m", "not integration")
    assert ran.code == 0, ran.out
    assert ran.counts["passed"] > 100
