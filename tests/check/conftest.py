"""Small projects to check, in process: what the command prints, and its exit code."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from async_testing.cli.check import main

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check.py"
SAVE = """\
import pytest


async def save(name: str) -> None:
    raise NotImplementedError


@pytest.mark.asyncio
async def test_save_returns() -> None:
{}
"""


def saving(*lines: str) -> str:
    """A test file whose one test consists of these lines, from line 10 on."""
    return SAVE.format("\n".join(f"    {line}" for line in lines))


class Result(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def found(self) -> list[tuple[str, int]]:
        """Code and line of each finding of a JSON report."""
        return [(one["code"], one["line"]) for one in self.data]


class Folder:
    """A project that is the working folder."""

    def __init__(
        self, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.root = root
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def write(self, path: str, content: str | bytes) -> Path:
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content if isinstance(content, bytes) else content.encode())
        return full

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def check(self, *arguments: str, stdin: bytes | None = None) -> Result:
        """Run the command in this process."""
        if stdin is not None:
            self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capsys.readouterr()
        try:
            code = main(list(arguments))
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = self._capsys.readouterr()
        assert "Traceback" not in said.err
        return Result(code, said.out, said.err)

    def json(self, *arguments: str, stdin: bytes | None = None) -> Result:
        """The same, with a JSON report."""
        return self.check("--output-format", "json", *arguments, stdin=stdin)

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.root,
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
        )


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty project that is the working folder; caches lie beside it."""
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "argv", ["check.py"])
    return Folder(root, capsys, monkeypatch)


Saved = Callable[..., Folder]


@pytest.fixture
def saved(folder: Folder) -> Saved:
    """Write tests/test_save.py, whose one test consists of these lines, from line 10 on."""

    def write(*lines: str, path: str = "tests/test_save.py") -> Folder:
        folder.write("pyproject.toml", "[tool.pytest.ini_options]\n")
        folder.write(path, saving(*lines))
        return folder

    return write
