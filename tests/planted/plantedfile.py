"""Planted defects as Markdown: a section of level two each, ``kind: title``, with a defect and its clean twin.

What comes before ``### planted`` belongs to both projects; blocks are read as in tests/rules/casefile.py. The defect's
line ends in ``# planted``; where two lines are marked, either is the place to report it. The marks are taken off before
a rule sees the text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from async_testing.checking.engine import examine, examine_config
from async_testing.facts.workspace import Workspace
from async_testing.model import Finding
from async_testing.rules import Rule

from tests.rules.casefile import case, sections

FOLDER = Path(__file__).resolve().parent
KNOWN_MISSES = FOLDER / "missed.toml"
UNLISTED = "unlisted"
"""The family of kinds that no table of rules lists."""
_MARK = re.compile(r"[ \t]*# planted$", re.MULTILINE)
_PART = re.compile(r"^### (planted|twin)$", re.MULTILINE)


class Project(NamedTuple):
    """The files of a small project, and the places where it is defective."""

    files: dict[str, str]
    places: frozenset[tuple[str, int]]


class Planted(NamedTuple):
    """A defect and its clean twin."""

    family: str
    kind: str
    title: str
    defect: Project
    twin: Project

    @property
    def name(self) -> str:
        """What it is called in the list of known misses."""
        return f"{self.family}/{self.kind}: {self.title}"


def load() -> list[Planted]:
    """Every planted defect, by family, in the order of its file."""
    return [one for path in sorted(FOLDER.glob("*.md")) for one in defects_of(path)]


def defects_of(path: Path) -> list[Planted]:
    """Every planted defect of one file."""
    found = []
    for heading, text in sections(path.read_text(encoding="utf-8")).items():
        kind, _, title = heading.partition(": ")
        shared, *parts = _PART.split(text)
        projects = {name: _project(shared + body) for name, body in zip(parts[::2], parts[1::2], strict=True)}
        found.append(Planted(path.stem, kind, title, projects["planted"], projects["twin"]))
    return found


def known_misses() -> dict[str, str]:
    """The defects that no rule finds, with the reason of each."""
    return dict(tomllib.loads(KNOWN_MISSES.read_text(encoding="utf-8"))["missed"])


def write(project: Project, folder: Path) -> None:
    """Put a project's files into a folder."""
    for path, text in project.files.items():
        full = folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text, encoding="utf-8")


def findings(project: Project, folder: Path, rules: Sequence[Rule]) -> list[Finding]:
    """What rules say to a project that was written into a folder."""
    workspace = Workspace(folder.resolve())
    found: list[Finding] = []
    for path, text in project.files.items():
        if path.endswith(".py"):
            done = examine(workspace, path, text.encode(), rules)
            if done.problem:
                raise ValueError(f"{path}: {done.problem}")
            found += done.findings
    config = workspace.config(next(iter(project.files)))
    if config.path:
        found += examine_config(config, project.files[config.path], rules).findings
    return found


def hits(project: Project, found: Sequence[Finding]) -> list[Finding]:
    """The findings that are at a place where the project is defective."""
    return [one for one in found if (one.path, one.line) in project.places]


def _project(text: str) -> Project:
    files = case("", text).files
    places = {
        (path, number)
        for path, body in files.items()
        for number, line in enumerate(body.splitlines(), start=1)
        if _MARK.search(line)
    }
    return Project({path: _MARK.sub("", body) for path, body in files.items()}, frozenset(places))
