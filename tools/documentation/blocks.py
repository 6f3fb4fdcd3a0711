"""Finds the fenced blocks of a Markdown file, each with the directive in the comment above it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>[\w+-]*)")
COMMENT = re.compile(r"^[ \t]*<!--\s*(?P<keyword>[a-z]+):\s*(?P<rest>.*?)\s*-->[ \t]*$")
KEYWORDS = ("code", "fails", "misses", "tree", "output", "in")


class Problem(Exception):
    """Something that is out of step: one line, said at a place in a document."""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block; ``first`` and ``last`` are the indices of its content lines, ``last`` excluded."""

    document: str
    language: str
    indent: str
    first: int
    last: int
    text: str
    keyword: str = ""
    rest: str = ""

    @property
    def place(self) -> str:
        """Where the block's fence stands, as ``file:line``."""
        return f"{self.document}:{self.first}"


def documents(root: Path) -> list[Path]:
    """The Markdown files whose blocks are held: SKILL.md, README.md and references/*.md, where they exist."""
    named = [root / "SKILL.md", root / "README.md"]
    return [path for path in named if path.is_file()] + sorted((root / "references").glob("*.md"))


def blocks_of(path: Path, root: Path) -> list[Block]:
    """Every fenced block of one document, in order.

    Raises Problem when a fence is never closed or a comment above a fence has an unknown keyword.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    name = path.relative_to(root).as_posix()
    found: list[Block] = []
    index = 0
    while index < len(lines):
        opened = FENCE.match(lines[index])
        if not opened:
            index += 1
            continue
        last = _closing(lines, index, opened["fence"])
        if last is None:
            raise Problem(f"{name}:{index + 1}: this fence is never closed")
        keyword, rest = _directive(lines, index, name)
        indent = opened["indent"]
        content = [line.removeprefix(indent) for line in lines[index + 1 : last]]
        found.append(
            Block(
                name, opened["language"].lower(), indent, index + 1, last, "\n".join(content), keyword, rest
            )
        )
        index = last + 1
    return found


def rewritten(path: Path, copies: list[tuple[Block, str]]) -> str:
    """The document's text with each block's content replaced by the text given for it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for block, text in sorted(copies, key=lambda copy: -copy[0].first):
        lines[block.first : block.last] = [(block.indent + line).rstrip() for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def _closing(lines: list[str], opened: int, fence: str) -> int | None:
    for index in range(opened + 1, len(lines)):
        stripped = lines[index].strip()
        if stripped.startswith(fence) and not stripped.strip(fence[0]):
            return index
    return None


def _directive(lines: list[str], fence: int, name: str) -> tuple[str, str]:
    above = fence - 1
    if above >= 0 and not lines[above].strip():
        above -= 1
    comment = COMMENT.match(lines[above]) if above >= 0 else None
    if comment is None:
        return "", ""
    if comment["keyword"] not in KEYWORDS:
        known = ", ".join(KEYWORDS)
        raise Problem(f"{name}:{above + 1}: unknown keyword {comment['keyword']!r} (known: {known})")
    return comment["keyword"], comment["rest"]
