"""The cases: a small repository without tests, a prompt, bugs to plant, and an oracle that knows what is right."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import yaml  # type: ignore[import-untyped]
from async_testing.finding import UsageError

FOLDER = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Bug:
    """A change that somebody could make by mistake."""

    name: str
    path: str
    before: str
    after: str


@dataclass(frozen=True)
class Case:
    """A folder below ``evals``."""

    name: str
    folder: Path
    prompt: str
    source: str
    """The folder of the code in the repository."""
    timeout: float
    bugs: tuple[Bug, ...]

    @property
    def repository(self) -> Path:
        """What the agent finds."""
        return self.folder / "repository"

    @property
    def oracle(self) -> Path:
        """Tests on a real database that the agent never sees."""
        return self.folder / "oracle"

    @property
    def solution(self) -> Path:
        """Tests that were written by the references, to be added after the scaffold."""
        return self.folder / "solution"

    def planted(self, bug: Bug) -> str:
        """The text of a file with a bug in it."""
        text = (self.repository / bug.path).read_text(encoding="utf-8")
        if text.count(bug.before) != 1:
            raise UsageError(
                f"{self.name}: bug {bug.name}: its 'before' has to be in {bug.path} exactly once"
            )
        return text.replace(bug.before, bug.after)


def load(names: list[str] | None = None) -> list[Case]:
    """Read the cases, all by default.

    Raises:
        UsageError: there is none of that name, or it is not as it should be.
    """
    known = {path.parent.name: path for path in sorted(FOLDER.glob("*/case.yaml"))}
    for name in names or ():
        if name not in known:
            raise UsageError(f"no case is called {name}; there are {', '.join(known)}")
    return [_read(known[name]) for name in names or known]


def _read(path: Path) -> Case:
    described = yaml.safe_load(path.read_text(encoding="utf-8"))
    bugs = tomllib.loads((path.parent / "bugs.toml").read_text(encoding="utf-8"))
    packages = [one.parent.name for one in (path.parent / "repository").glob("*/__init__.py")]
    if len(packages) != 1:
        raise UsageError(f"{path.parent.name}: repository/ has {len(packages)} packages, one is expected")
    execution = described["execution"]
    return Case(
        described["name"],
        path.parent,
        execution["prompt"].strip(),
        packages[0],
        float(execution["timeout_seconds"]),
        tuple(Bug(**bug) for bug in bugs["bug"]),
    )
