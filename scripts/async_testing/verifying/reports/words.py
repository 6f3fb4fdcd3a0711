"""What the formats have in common: names for verdicts, where a mutant differs, and characters that are safe to show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape
from itertools import takewhile
from typing import NamedTuple

from async_testing.verifying.model import Judged, Report

QUESTIONS = {
    "green": "Do the tests pass?",
    "steady": "Do they pass in any order, alone and repeatedly, and leave nothing behind?",
    "complete": "Do they run every path?",
    "noticed": "Would they notice a bug?",
    "replayed": "Does a real server take the SQL?",
}
VERDICTS = {
    "survived": "survived",
    "untested": "no test runs the line",
    "unassessed": "not judged",
    "timeout": "noticed by a hang",
    "killed": "noticed",
    "equivalent": "changes nothing",
}
_QUOTED = re.compile("`([^`\n]+)`")
_ODD = re.compile(r"[^\x20-\x7e\n\t]")


class Place(NamedTuple):
    """Where two texts differ: from ``start`` to ``end`` in the old one, to ``end_after`` in the new one."""

    start: int
    end: int
    end_after: int


def shown(text: str) -> str:
    """A text for HTML: markup escaped, and control, direction and other invisible characters as their numbers."""
    return escape(_ODD.sub(_visible, text))


def prose(text: str) -> str:
    """The same for a sentence of ours, in which code stands between backticks."""
    return _QUOTED.sub(r"<code>\1</code>", shown(text))


def _visible(match: re.Match[str]) -> str:
    character = match[0]
    if unicodedata.category(character)[0] in "CZ" and character != "\u00a0":
        return character.encode("unicode_escape").decode("ascii")
    return character


def difference(before: str, after: str) -> Place:
    """The smallest part that differs, widened to whole words."""
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    rest = min(len(before), len(after)) - start
    ends = zip(reversed(before), reversed(after), strict=False)
    same = min(rest, sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends)))
    while start and _word(before[start - 1]):
        start -= 1
    while same and _word(before[len(before) - same]):
        same -= 1
    return Place(start, len(before) - same, len(after) - same)


def _word(character: str) -> bool:
    return character.isalnum() or character == "_"


def by_line(mutants: Iterable[Judged]) -> list[Judged]:
    """Mutants in the order in which a reader meets them."""
    return sorted(mutants, key=lambda one: (one.mutant.path, one.mutant.line, one.mutant.fingerprint))


def missed(report: Report) -> list[Judged]:
    """What nothing noticed: survivors first, then what no test runs; each by path and line."""
    found = by_line(one for one in report.mutants if one.verdict in ("survived", "untested"))
    return sorted(found, key=lambda one: one.verdict)


def plural(number: int, what: str) -> str:
    """A number with its noun."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def ranges(numbers: Sequence[int]) -> str:
    """Numbers in a few words: ``3, 5-7``."""
    found: list[list[int]] = []
    for one in sorted(set(numbers)):
        if found and one == found[-1][1] + 1:
            found[-1][1] = one
        else:
            found.append([one, one])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)
