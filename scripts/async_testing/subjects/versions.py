"""Which major version of pydantic a project has, as its files of requirements say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile
    from async_testing.facts.workspace import Workspace

_FILES = (
    "pyproject.toml",
    "requirements.txt",
    "requirements/base.txt",
    "requirements.in",
    "setup.cfg",
    "setup.py",
    "Pipfile",
)
_PYDANTIC = re.compile(
    r"""^\s*["']?pydantic(?:\[[\w, ]*\])?["']?\s*(?:=\s*)?(?:\{[^}\n]*version\s*=\s*)?["']?\s*"""
    r"""([=~^<>!]*)\s*["'^~=]*(\d+)""",
    re.MULTILINE,
)
_FASTAPI = re.compile(
    r"""^\s*["']?fastapi(?:\[[\w, ]*\])?["']?\s*(?:=\s*)?["']?\s*(?:==|~=|\^|=)\s*["'^~=]*0\.(\d+)""",
    re.MULTILINE,
)
_GONE = re.compile(
    r"pydantic\.Base(?:Settings|Config)\b|from pydantic import [^\n]*\bBase(?:Settings|Config)\b"
    r"|\borm_mode\b|\ballow_population_by_field_name\b"
)
_HINTS = ("BaseSettings", "BaseConfig", "orm_mode", "allow_population_by_field_name")
"""One of them is in whatever `_GONE` finds: to look for texts is much quicker."""
_SECOND = 100
"""The minor version of FastAPI from which on it takes pydantic 2."""

_known: WeakKeyDictionary[Workspace, dict[str, bool | None]] = WeakKeyDictionary()


def is_first_pydantic(source: SourceFile) -> bool:
    """Whether a file is written for pydantic 1, which takes numbers for texts.

    Told by the nearest requirements above it that say so, else by names that pydantic 2 does not have any more.
    """
    if "pydantic.v1" in source.text:
        return True
    folder = source.path.rpartition("/")[0]
    known = _known.setdefault(source.workspace, {})
    if folder not in known:
        known[folder] = _told(source.workspace, folder)
    told = known[folder]
    if told is not None:
        return told
    key = (is_first_pydantic,)
    if key not in source.memo:
        text = source.text
        source.memo[key] = any(one in text for one in _HINTS) and bool(_GONE.search(text))
    found: bool = source.memo[key]
    return found


def _told(workspace: Workspace, folder: str) -> bool | None:
    while True:
        for name in _FILES:
            data = workspace.look(f"{folder}/{name}" if folder else name)
            said = _said((data or b"").decode(errors="replace"))
            if said is not None:
                return said
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def _said(text: str) -> bool | None:
    pinned = _PYDANTIC.search(text)
    if pinned is not None and pinned.group(1) not in (">", ">=", "!="):
        return pinned.group(2) == "1" or (pinned.group(2) == "2" and pinned.group(1) == "<")
    older = _FASTAPI.search(text)
    if older is not None:
        return int(older.group(1)) < _SECOND
    return False if pinned is not None and pinned.group(2) == "2" else None
