"""Small projects to plan, in process: what the command prints, and its exit code."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from async_testing.cli.plan import main

REPOSITORY = Path(__file__).resolve().parents[2]


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


class Planned(NamedTuple):
    """The plan of a module as JSON."""

    data: dict[str, Any]

    def function(self, name: str) -> dict[str, Any]:
        """The facts of a function."""
        found: dict[str, Any] = next(one for one in self.data["functions"] if one["name"] == name)
        return found

    def statements(self, name: str) -> list[tuple[str, list[str], list[tuple[str, str, str]]]]:
        """Verb, tables, and clause, column and value of each statement of a function."""
        return [
            (
                one["verb"],
                one["tables"],
                [(each["clause"], each["column"], each["value"]) for each in one["columns"]],
            )
            for one in self.function(name)["statements"]
        ]

    def model(self, name: str) -> dict[str, dict[str, Any]]:
        """The fields of a model by name."""
        found = next(one for one in self.data["models"] if one["name"] == name)
        return {one["name"]: one for one in found["fields"]}

    @property
    def cases(self) -> dict[str, str]:
        """The names of the cases, each with the test that covers it."""
        return {one["name"]: one["covered"] for one in self.data["cases"]}


class Project:
    """A project that is the working folder."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys

    def write(self, path: str, content: str | bytes) -> Path:
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content if isinstance(content, bytes) else content.encode())
        return full

    def run(self, *arguments: str) -> Result:
        """Run the command in this process."""
        self._capsys.readouterr()
        try:
            code = main(list(arguments))
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = self._capsys.readouterr()
        assert "Traceback" not in said.err
        return Result(code, said.out, said.err)

    def plan(self, content: str, path: str = "src/app.py") -> Planned:
        """Write a module and plan it."""
        self.write(path, content)
        result = self.run("--output-format", "json", path)
        assert (result.code, result.err) == (0, "")
        return Planned(result.data)


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project that is the working folder."""
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["scripts/plan.py"])
    return Project(tmp_path, capsys)


@pytest.fixture
def users(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Project:
    """The example of users."""
    root = REPOSITORY / "examples" / "users"
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "argv", ["scripts/plan.py"])
    return Project(root, capsys)
