"""The hook that has Claude Code check each test file it edits, in ``.claude/settings.json``; only where it is asked."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from async_testing import files
from async_testing.model import Change

PATH = ".claude/settings.json"
MATCHER = "Edit|MultiEdit|Write"
BESIDE = Path(os.path.realpath(__file__)).parents[2] / "check.py"
INDENTS: tuple[int | str, ...] = (2, 4, "\t")


def change(root: Path, *, merge: bool) -> Change:
    """What is to be done to the settings: create, merge, identical, or a conflict that says what to add.

    Raises:
        UsageError: the file cannot be read.
    """
    entry = _entry(root)
    source = files.read(root, PATH)
    if source is None:
        return Change(PATH, "create", _dumped({"hooks": {"PostToolUse": [entry]}}, 2))
    settings, indent = _read(source.text)
    if settings is not None and _has(settings, entry):
        return Change(PATH, "identical")
    if settings is None or not _can_take(settings):
        shown = json.dumps(entry)
        return Change(PATH, "conflict", reason=f"add to hooks.PostToolUse by hand: {shown}")
    if not merge:
        return Change(PATH, "conflict", reason="--merge adds the hook, and changes nothing else")
    settings.setdefault("hooks", {}).setdefault("PostToolUse", []).append(entry)
    return Change(PATH, "merge", _dumped(settings, indent))


def removal(root: Path) -> Change | None:
    """The settings, where they hold nothing but this hook.

    Raises:
        UsageError: the file cannot be read.
    """
    source = files.read(root, PATH)
    wanted = _dumped({"hooks": {"PostToolUse": [_entry(root)]}}, 2)
    return Change(PATH, "remove") if source is not None and source.text == wanted else None


def _entry(root: Path) -> dict[str, Any]:
    real = Path(os.path.realpath(root))
    # A packed library that could not be unpacked beside the scripts lies in a temporary folder.
    script = BESIDE if BESIDE.exists() else Path(os.path.realpath(sys.argv[0])).with_name("check.py")
    inside = script.is_relative_to(real)
    place = f"$CLAUDE_PROJECT_DIR/{script.relative_to(real).as_posix()}" if inside else script.as_posix()
    python = "python" if os.name == "nt" else "python3"
    return {"matcher": MATCHER, "hooks": [{"type": "command", "command": f'{python} "{place}" --agent-hook'}]}


def _read(text: str) -> tuple[dict[str, Any] | None, int | str]:
    """The settings and how they are indented; None where writing them again would change more than is added."""
    try:
        settings = json.loads(text)
    except ValueError:
        return None, 2
    if isinstance(settings, dict):
        for indent in INDENTS:
            if _dumped(settings, indent).strip() == text.strip():
                return settings, indent
    return None, 2


def _can_take(settings: dict[str, Any]) -> bool:
    hooks = settings.get("hooks", {})
    return isinstance(hooks, dict) and isinstance(hooks.get("PostToolUse", []), list)


def _has(settings: dict[str, Any], entry: dict[str, Any]) -> bool:
    return _can_take(settings) and entry in settings.get("hooks", {}).get("PostToolUse", [])


def _dumped(settings: dict[str, Any], indent: int | str) -> str:
    return json.dumps(settings, indent=indent, ensure_ascii=False) + "\n"
