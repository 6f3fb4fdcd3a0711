"""Cases of rules as Markdown: fenced blocks, each a small project, with ``# error`` on the lines to be reported.

A ``python`` block is ``tests/test_example.py``, or what its own ``# file: PATH`` lines say; a ``toml`` block
next to it is the project's pyproject.toml.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
CASES = REPOSITORY / "tests" / "cases"
DEFAULT = "tests/test_example.py"
_BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^# file: (\S+)\n", re.MULTILINE)
_ERROR = re.compile(r"#\s*error\b")


class Case(NamedTuple):
    """A project of a few files, and the places to be reported."""

    title: str
    files: dict[str, str]
    errors: frozenset[tuple[str, int]]


def sections(text: str) -> dict[str, str]:
    """The parts of a Markdown text by their headings of level two, in its order."""
    found = re.split(r"^## +(.+)$", text, flags=re.MULTILINE)
    return dict(zip((one.strip() for one in found[1::2]), found[2::2], strict=True))


def case(title: str, text: str) -> Case:
    """The one project that the blocks of a section make."""
    files: dict[str, str] = {}
    for language, body in _BLOCK.findall(text):
        if language in ("toml", "ini"):
            files["pyproject.toml" if language == "toml" else "pytest.ini"] = body
            continue
        parts = _FILE.split(body)
        if parts[0].strip():
            files[DEFAULT] = parts[0]
        files.update(zip(parts[1::2], parts[2::2], strict=True))
    errors = {
        (path, number)
        for path, body in files.items()
        for number, line in enumerate(body.splitlines(), start=1)
        if _ERROR.search(line)
    }
    return Case(title, files, frozenset(errors))


def cases_of(path: Path) -> list[Case]:
    """Every case of a file in tests/cases: a section of level two each."""
    return [case(title, text) for title, text in sections(path.read_text(encoding="utf-8")).items()]
