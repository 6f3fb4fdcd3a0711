"""A throw-away copy of an example in which the documents' commands and configurations are really run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree

from documentation.blocks import Problem

LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "htmlcov")
WRAPPER = '#!/bin/sh\nexec "{program}" "$@"\n'
LIMIT = 300


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and all that it printed."""

    code: int
    output: str

    def tail(self, lines: int = 12) -> str:
        """The last lines of the output, for a message."""
        return "\n".join("    " + line for line in self.output.strip().splitlines()[-lines:])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a test with all its parameters: a word, and what was said where it did not pass."""

    word: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A copy of an example: ``folder`` is the copy, ``skill`` the folder that has SKILL.md."""

    folder: Path
    skill: Path

    def pytest(self, *arguments: str) -> Ran:
        """Run pytest in the copy, without its cache and with full messages."""
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--no-header", *arguments]
        return self._run(command)

    def outcomes(self, nodes: list[str]) -> tuple[Ran, dict[str, Outcome]]:
        """Run these tests in one pytest process; a node that was not collected has no outcome."""
        report = self.folder / f".outcomes-{uuid4().hex}.xml"
        try:
            ran = self.pytest(f"--junitxml={report}", "-q", *nodes)
            cases = list(ElementTree.parse(report).iter("testcase")) if report.is_file() else []
        finally:
            report.unlink(missing_ok=True)
        found = {node: [case for case in cases if _is_of(case, node)] for node in nodes}
        return ran, {node: _outcome(several) for node, several in found.items() if several}

    def shell(self, script: str) -> Ran:
        """Run a bash script in the copy; it stops at the first line that fails and says which."""
        guarded = f"set -euo pipefail\ntrap 'echo \"failed: $BASH_COMMAND\" >&2' ERR\n{script}\n"
        return self._run(["bash", "-c", guarded])

    def replace(self, path: str, old: str, new: str) -> None:
        """Plant a change; raises Problem unless ``old`` is there exactly once."""
        target = self.folder / path
        if not target.is_file():
            raise Problem(f"the change is planted in {path}, which does not exist")
        text = target.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise Problem(f"{old!r} is {text.count(old)} times in {path}; it has to be there once")
        target.write_text(text.replace(old, new), encoding="utf-8")

    def _run(self, command: list[str]) -> Ran:
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=_environment(self.folder.parent / "bin", self.skill),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=LIMIT,
            )
        except subprocess.TimeoutExpired:
            return Ran(124, f"stopped after {LIMIT} s")
        return Ran(done.returncode, done.stdout)


def _is_of(case: ElementTree.Element, node: str) -> bool:
    """Whether a test case of the report is the node, one of its parameters, or within it."""
    file, _, inner = node.partition("::")
    wanted = [*file.removesuffix(".py").split("/"), *filter(None, inner.split("::"))]
    name = f"{case.get('classname')}.{str(case.get('name')).partition('[')[0]}"
    return name.split(".")[: len(wanted)] == wanted


def _outcome(cases: list[ElementTree.Element]) -> Outcome:
    said = [(part.tag, f"{part.get('message')}\n{part.text}") for case in cases for part in case]
    text = "\n".join(message for tag, message in said if tag in ("failure", "error", "skipped"))
    words = {"failure": "failed", "error": "error", "skipped": "skipped"}
    return Outcome(next((word for tag, word in words.items() if tag in dict(said)), "passed"), text)


@contextmanager
def scratch(root: Path, example: str) -> Iterator[Scratch]:
    """Copy an example and remove the copy afterwards; ``.`` is the bundle itself, which is not copied.

    Raises Problem when there is no such example.
    """
    if example == ".":
        yield Scratch(root, root)
        return
    origin = root / example
    if not origin.is_dir():
        raise Problem(f"{example} does not exist, and the block is run in a copy of it")
    with tempfile.TemporaryDirectory(prefix="documentation-") as place:
        folder = Path(place) / origin.name
        shutil.copytree(origin, folder, ignore=LEFT_OUT)
        installed = folder / ".claude" / "skills" / "async-testing-expert"
        installed.parent.mkdir(parents=True)
        installed.symlink_to(root, target_is_directory=True)
        _commands(Path(place) / "bin")
        yield Scratch(folder, root)


def _commands(folder: Path) -> None:
    """Make python, python3, py and pytest those of the environment that runs this tool."""
    folder.mkdir()
    interpreter = Path(sys.executable)
    for name in ("python", "python3", "py", "pytest"):
        command = folder / name
        program = interpreter.with_name("pytest") if name == "pytest" else interpreter
        command.write_text(WRAPPER.format(program=program))
        command.chmod(0o755)


def _environment(commands: Path, skill: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "COV"))
    }
    return {
        **kept,
        "PATH": f"{commands}{os.pathsep}{os.environ.get('PATH', '')}",
        "SKILL_DIR": str(skill),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
