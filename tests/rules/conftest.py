"""What the tests of rules share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from async_testing.checking import whole
from async_testing.checking.engine import examine, examine_config
from async_testing.facts.workspace import Workspace
from async_testing.model import Finding
from async_testing.rules import Rule

Examine = Callable[[dict[str, str], Sequence[Rule]], list[Finding]]


@pytest.fixture
def examined(tmp_path: Path) -> Examine:
    """Write a project and ask rules about each of its files."""

    def run(files: dict[str, str], rules: Sequence[Rule]) -> list[Finding]:
        for path, text in files.items():
            full = tmp_path / path
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_text(text, encoding="utf-8")
        workspace = Workspace(tmp_path.resolve())
        found: list[Finding] = []
        for path in files:
            if path.endswith(".py"):
                done = examine(workspace, path, (tmp_path / path).read_bytes(), rules)
                assert done.problem == ""
                found += done.findings
        for one in whole.run(tmp_path.resolve(), rules, lambda _: False):
            assert one.problem == ""
            found += one.findings
        config = workspace.config(next(iter(files)))
        if config.path:
            found += examine_config(config, files[config.path], rules).findings
        return found

    return run
