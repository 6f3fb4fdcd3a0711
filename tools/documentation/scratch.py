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
class Scratch:
    """A copy of an example: ``folder`` is the copy, ``skill`` the folder that has SKILL.md."""

    folder: Path
    skill: Path

    def pytest(self, *arguments: str) -> Ran:
        """Run pytest in the copy, without its cache and with full messages."""
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--no-header", *arguments]
        return self._run(command)

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


@contextmanager
def scratch(root: Path, example: str) -> Iterator[Scratch]:
    """Copy an example and remove the copy afterwards. Raises Problem when there is no such example."""
    origin = root / example
    if not origin.is_dir():
        raise Problem(f"{example} does not exist, and the block is run in a copy of it")
    with tempfile.TemporaryDirectory(prefix="documentation-") as place:
        folder = Path(place) / origin.name
        shutil.copytree(origin, folder, ignore=LEFT_OUT)
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
