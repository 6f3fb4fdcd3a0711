"""The edits of fixes: which ones go together, and what becomes of a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from async_testing.finding import Finding


class Place(NamedTuple):
    """One replacement in a text, with the line ends of the file."""

    start: int
    end: int
    text: str

    @property
    def is_line(self) -> bool:
        """Whether it puts in whole lines and takes nothing away, as for an import that several fixes need."""
        return self.start == self.end and self.text.endswith(("\n", "\r"))


def edits_of(one: Finding, newline: str) -> list[Place]:
    """What a finding's fix does."""
    told = one.fix["edits"] if one.fix else ()
    return [_place(edit, newline) for edit in told] if isinstance(told, (list, tuple)) else []


def _place(edit: dict[str, Any], newline: str) -> Place:
    return Place(edit["start"], edit["end"], edit["text"].replace("\r\n", "\n").replace("\n", newline))


def together(text: str, wanted: Iterable[Finding], newline: str) -> list[Finding]:
    """Those whose fixes do not touch the same place, the first ones first; a line that several put in is no clash."""
    lines: set[Place] = set()
    chosen: list[Finding] = []
    spans = _Spans()
    for one in wanted:
        edits = [edit for edit in edits_of(one, newline) if edit not in lines]
        if edits and all(0 <= start <= end <= len(text) for start, end, _ in edits) and spans.free(edits):
            spans.take(edits)
            lines.update(edit for edit in edits if edit.is_line)
            chosen.append(one)
    return chosen


class _Spans:
    """Which places are taken, filed by stretches of the text: a file may have thousands of fixes."""

    STRETCH = 512

    def __init__(self) -> None:
        self._taken: dict[int, list[Place]] = {}

    def free(self, edits: Sequence[Place]) -> bool:
        return not any(_clash(edit, other) for edit in edits for other in self._near(edit))

    def take(self, edits: Sequence[Place]) -> None:
        for edit in edits:
            for number in self._stretches(edit):
                self._taken.setdefault(number, []).append(edit)

    def _near(self, edit: Place) -> Iterable[Place]:
        return (other for number in self._stretches(edit) for other in self._taken.get(number, ()))

    def _stretches(self, edit: Place) -> range:
        return range(edit.start // self.STRETCH, edit.end // self.STRETCH + 1)


def _clash(one: Place, other: Place) -> bool:
    return one[:2] == other[:2] or (one.start < other.end and other.start < one.end)


def edited(text: str, chosen: Iterable[Finding], newline: str) -> str:
    """The text with the fixes of findings that go together."""
    every = dict.fromkeys(edit for one in chosen for edit in edits_of(one, newline))
    parts, place = [], 0
    for start, end, new in sorted(every):
        parts += [text[place:start], new]
        place = end
    return "".join([*parts, text[place:]])
