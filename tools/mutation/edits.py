"""Replacing parts of a text by their offsets, so that the rest stays as it was to the byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Put `text` in the place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


Edits = tuple[Edit, ...]


def apply(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with every edit made; raise ValueError if two of them overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits):
        if edit.start < at:
            raise ValueError(f"edits overlap at offset {edit.start}")
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def indentation(text: str, offset: int) -> str:
    """Return the white space that begins the line of this offset."""
    line = text[text.rfind("\n", 0, offset) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]
