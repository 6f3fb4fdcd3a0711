"""The examples are what the checklist asks for: a suite to copy from has none of what it tells others to leave out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.conftest import Folder

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SUITES = sorted(path.parent for path in EXAMPLES.glob("*/pyproject.toml"))


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_no_example_has_findings_by_the_whole_checklist(folder: Folder, suite: Path) -> None:
    done = folder.json("--root", str(suite), str(suite / "tests"), "--checklist=seed", "--no-cache", "--all")
    assert (done.code, done.found) == (0, [])
