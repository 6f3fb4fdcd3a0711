"""What became of one file."""

from typing import NamedTuple

from async_testing.finding import Finding


class Examined(NamedTuple):
    """What became of one file."""

    path: str
    findings: tuple[Finding, ...]
    problem: str = ""
    """Why the file could not be judged, in one line; empty where it could."""
    problem_line: int = 0
