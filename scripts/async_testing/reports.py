"""What the scripts print: short by default, data on stdout, notes on stderr, the next command last."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from async_testing.model import Change, Note

LINES = 25
BYTES = 2000
NOTES = 6
NOTE_BYTES = 600


def changes(found: Sequence[Change]) -> list[str]:
    """One line for each change, with its reason."""
    width = max((len(one.state) for one in found), default=0)
    return [
        f"{one.state:<{width}}  {one.path}" + (f"  ({one.reason})" if one.reason else "") for one in found
    ]


def diffs(found: Sequence[Change]) -> list[str]:
    """The lines of every diff."""
    return [line for one in found for line in one.diff.split("\n") if one.diff and line]


def grouped(found: Sequence[Change]) -> list[Change]:
    """Changes of one folder that are of one kind, told in one line: ``tests/fakes/ (14 files)``."""
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for one in found:
        folder = one.path.rpartition("/")[0]
        plain = one.state in ("create", "identical", "remove", "outdated")
        groups.setdefault((folder if plain else one.path, one.state, one.reason), []).append(one)
    told: list[Change] = []
    for (folder, _, reason), members in groups.items():
        if len(members) < 3:
            told += members
        else:
            count = f"{len(members)} files" + (f", {reason}" if reason else "")
            told.append(dataclasses.replace(members[0], path=f"{folder}/", reason=count, diff=""))
    return told


def notes(found: Sequence[Note]) -> list[str]:
    """One line for each note, with its place."""
    return [_place(one) + one.message for one in found]


def say(lines: Sequence[str], noted: Sequence[str], last: str, *, everything: bool) -> None:
    """Print a report: ``lines`` and then ``last`` on stdout, ``noted`` on stderr before.

    Unless ``everything`` is asked for, the whole takes at most 25 lines and 2,000 bytes; what is left out is counted.
    """
    used = 0
    if noted:
        shown = list(noted) if everything else _clip(noted, NOTES, NOTE_BYTES)
        used = len("\n".join(shown).encode(errors="replace"))
        _print(shown, sys.stderr)
        room = LINES - len(shown) - 1, BYTES - used - len(last.encode(errors="replace")) - 2
    else:
        room = LINES - 1, BYTES - len(last.encode(errors="replace")) - 2
    _print([*(lines if everything else _clip(lines, *room)), last], sys.stdout)


def to_json(parts: Mapping[str, Any], *, short: bool) -> str:
    """Dataclasses, lists and text as JSON: on one line, or laid out to be read."""
    return json.dumps(parts, default=_plain, indent=None if short else 2, ensure_ascii=True)


def _place(note: Note) -> str:
    return f"{note.path}:{note.line}: " if note.path and note.line else f"{note.path}: " if note.path else ""


def _clip(lines: Sequence[str], most: int, size: int) -> list[str]:
    if len(lines) <= most and len("\n".join(lines).encode(errors="replace")) <= size:
        return list(lines)
    kept: list[str] = []
    left = size - len("… 1000 more lines: --all shows them\n".encode())
    for line in lines[: most - 1]:
        left -= len(line.encode(errors="replace")) + 1
        if left < 0:
            break
        kept.append(line)
    return [*kept, f"... {len(lines) - len(kept)} more lines: --all shows them"]


def _print(lines: Sequence[str], stream: TextIO) -> None:
    for line in lines:
        print(line, file=stream)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"{type(value).__name__} has no JSON")
