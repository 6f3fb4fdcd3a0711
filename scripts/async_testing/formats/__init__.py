"""How findings are written: one module a format, each with ``render(view)``, which gives the whole text."""

import importlib
from collections.abc import Callable
from typing import NamedTuple, cast

from async_testing.finding import Finding

TEXTS = ("full", "concise")
"""For people and agents: short unless everything is asked for, with a summary and the next command."""
MACHINES = ("json", "github", "gitlab", "sarif", "junit")
"""For programs: never cut, and nothing else is on stdout."""


class About(NamedTuple):
    """A rule, as far as a report tells of it."""

    code: str
    name: str
    severity: str
    summary: str
    documentation: str


class View(NamedTuple):
    """What a format may ask for."""

    findings: tuple[Finding, ...]
    """Paths are relative to the project's root."""
    problems: tuple[Finding, ...]
    """Files that could not be judged, as findings."""
    files: int
    shown: Callable[[str], str]
    """A path as it is shown: relative to the working folder."""
    line: Callable[[str, int], str]
    """A source line by path and number."""
    about: Callable[[str], About]
    """A rule by its code."""
    fingerprints: Callable[[], list[str]]
    """One for each of the findings."""
    version: str = ""

    @property
    def everything(self) -> list[Finding]:
        """Problems and findings, by place."""
        return sorted(
            (*self.problems, *self.findings), key=lambda one: (one.path, one.line, one.column, one.code)
        )


def render(name: str, view: View) -> str:
    """A report in a format for programs, with its last line end."""
    module = importlib.import_module(f"{__name__}.{name}")
    return cast("str", module.render(view))
