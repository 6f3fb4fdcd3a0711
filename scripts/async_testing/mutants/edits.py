"""Replacing parts of a text by their offsets, so that the rest stays as it was to the byte."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LONGEST = 60


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Put `text` in the place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


Edits = tuple[Edit, ...]


class Hinted(tuple[Edit, ...]):
    """The edits of one mutant, with what a test would have to assert to notice it."""

    hint: str


def hinted(edits: Iterable[Edit], hint: str) -> Hinted:
    """Return the edits with a hint of their own, in the place of the operator's."""
    made = Hinted(edits)
    made.hint = hint
    return made


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


def without(spans: Sequence[tuple[int, int]], index: int) -> Edits:
    """Return the edit that takes one item with its comma out of a list of which these are the items."""
    if index + 1 < len(spans):
        return (Edit(spans[index][0], spans[index + 1][0], ""),)
    return (Edit(spans[index - 1][1] if index else spans[index][0], spans[index][1], ""),)


def indentation(text: str, offset: int) -> str:
    """Return the white space that begins the line of this offset."""
    line = text[text.rfind("\n", 0, offset) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def shortened(text: str) -> str:
    """Return a text as one line of at most sixty characters, for a hint."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
