"""What the formats for people share: the order, what fits, the summary, the next command as the last line."""

from __future__ import annotations

from collections.abc import Sequence

from async_testing.finding import Finding
from async_testing.formats import View, concise, full

LINES = 25
BYTES = 2000
BLOCKS = 12
"""Lines that explained findings may take when not all findings can be explained."""


def body(name: str, view: View, found: Sequence[Finding]) -> list[list[str]]:
    """The lines of each finding, in a format."""
    if name == "concise":
        return [[concise.line(view, one)] for one in found]
    blocks, seen = [], set[str]()
    for one in found:
        blocks.append(full.block(view, one, why=one.code not in seen))
        seen.add(one.code)
    return blocks


def fitted(
    name: str,
    view: View,
    found: Sequence[Finding],
    tail: Sequence[str],
    most: tuple[int, int] = (LINES, BYTES),
) -> list[str]:
    """As many findings as fit with the tail into so many lines and bytes, the first ones, the others counted.

    Where not all can be explained, the first finding of a rule is, and the others take a line.
    """
    room, space = most[0] - len(tail), most[1] - _size(tail)
    if len(found) <= LINES:
        parts = body(name, view, found)
        lines = [line for part in parts for line in part]
        if len(lines) <= room and _size(lines) <= space:
            return lines
    more = "… {} more: --all shows them"
    room, space = room - 1, space - len(more.encode()) - 6
    lines, seen, count = [], set[str](), 0
    for one in found:
        part = [concise.line(view, one)]
        if name == "full" and one.code not in seen:
            explained = full.block(view, one, why=True)
            if len(lines) + len(explained) <= BLOCKS and _size(explained) <= space // 2:
                part = explained
        if len(part) > room or _size(part) > space:
            break
        seen.add(one.code)
        lines += part
        room, space, count = room - len(part), space - _size(part), count + 1
    return [*lines, more.format(len(found) - count)]


def clipped(lines: Sequence[str], tail: Sequence[str]) -> list[str]:
    """The first lines that fit with the tail, the others counted."""
    room, space = LINES - len(tail), BYTES - _size(tail)
    if len(lines) <= room and _size(lines) <= space:
        return list(lines)
    kept: list[str] = []
    space -= len("… 1000000 more lines: --all shows them".encode()) + 1
    for line in lines[: room - 1]:
        space -= _size([line])
        if space < 0:
            break
        kept.append(line)
    return [*kept, f"… {len(lines) - len(kept)} more lines: --all shows them"]


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode(errors="replace")) + 1 for line in lines)
