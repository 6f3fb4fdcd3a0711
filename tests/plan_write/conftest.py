"""Small projects whose tests plan.py --write writes, and pytest runs as they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from async_testing.cli.plan import main
from async_testing.cli.scaffold import main as scaffold

CONFIG = """
[tool.pytest.ini_options]
pythonpath = ["."]
addopts = ["--import-mode=importlib"]
asyncio_mode = "strict"
asyncio_default_fixture_loop_scope = "function"
filterwarnings = ["error"]

[tool.ruff]
line-length = 100
"""


class Result(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


class Project:
    """A project that is the working folder."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys

    def write(self, path: str, content: str) -> Path:
        """Write a file."""
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(content, encoding="utf-8")
        return full

    def read(self, path: str) -> str:
        """The text of a file."""
        return (self.root / path).read_text(encoding="utf-8")

    def scaffold(self) -> None:
        """Give it fakes and fixtures."""
        assert scaffold([str(self.root)]) == 0

    def plan(self, *arguments: str) -> Result:
        """Run plan.py in this process."""
        self._capsys.readouterr()
        try:
            code = main(list(arguments))
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = self._capsys.readouterr()
        assert "Traceback" not in said.err
        return Result(code, said.out, said.err)

    def pytest(self, *arguments: str) -> Result:
        """Run the project's tests in a process of their own."""
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))
        }
        clean["PYTHONDONTWRITEBYTECODE"] = "1"  # or a change within a second that keeps the size goes unseen
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:randomly",
            *arguments,
        ]
        done = subprocess.run(command, cwd=self.root, env=clean, capture_output=True, text=True)
        return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project that is the working folder."""
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    (tmp_path / "tests").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["scripts/plan.py"])
    return Project(tmp_path, capsys)
