"""Paths relative to a project's root, and which folders are no part of the project."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator

SKILL = "async-testing-expert"
SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "__pypackages__", "bower_components"})
OUTPUT = frozenset({"build", "dist"})
TEST_FOLDERS = frozenset({"tests", "test", "testing", "testdata"})
_UP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))  # noqa: PTH120
OWN = os.path.dirname(_UP) if os.path.basename(_UP) == "scripts" else _UP  # noqa: PTH119, PTH120
"""The folder of this skill itself."""


def skipped(name: str) -> bool:
    """Whether files and folders of this name are never looked at."""
    return name.startswith(".") or name in SKIPPED or not name.isprintable()


def foreign(full: str, names: Collection[str]) -> bool:
    """Whether a folder with these names in it is a virtual environment, build output or this skill."""
    name = os.path.basename(full)  # noqa: PTH119
    if "pyvenv.cfg" in names or full == OWN:
        return True
    if name in OUTPUT and "__init__.py" not in names:
        return True
    if "SKILL.md" not in names:
        return False
    return name == SKILL or _named_skill(f"{full}{os.sep}SKILL.md")


def _named_skill(path: str) -> bool:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123
            head = stream.read(2000)
    except OSError:
        return False
    names = [line.partition(b":") for line in head.splitlines() if line.startswith(b"name:")]
    return any(value.strip().strip(b"\"'") == SKILL.encode() for _, _, value in names)


def ancestors(folder: str) -> Iterator[str]:
    """A folder and those above it up to the root, which is ``"."``: ``a/b``, ``a``, ``.``."""
    parts = [] if folder in ("", ".") else folder.split("/")
    while parts:
        yield "/".join(parts)
        parts.pop()
    yield "."


def parent(path: str) -> str:
    """The folder of a path: ``"."`` for what lies in the root."""
    return path.rpartition("/")[0] or "."


def join(folder: str, name: str) -> str:
    """A path below a folder, without a leading ``./``."""
    return name if folder in ("", ".") else f"{folder}/{name}"


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies below it."""
    return folder in ("", ".") or path == folder or path.startswith(f"{folder}/")
