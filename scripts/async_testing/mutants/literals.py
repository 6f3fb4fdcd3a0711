"""String literals as flat text in which every character knows where in the source it is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from async_testing.mutants.edits import Edit, Edits

HOLE = "\ue000"
"""Stands for one `{expression}` of an f-string."""

_OPENING = re.compile(r"([A-Za-z]*)('''|\"\"\"|'|\")")
_BETWEEN = re.compile(r"(?:\s+|\#[^\n]*|\\\n)+")
_ESCAPE = re.compile(
    r"\\(?:\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|.)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One token of an implicit concatenation: its prefix, its quotes, and where its body ends."""

    prefix: str
    quote: str
    end: int

    def encode(self, text: str) -> str | None:
        """Return the text as it is written between these quotes, or None if it cannot be."""
        if "r" in self.prefix or not self.quote:
            plain = not self.quote or (
                self.quote[0] not in text and not (len(self.quote) == 1 and "\n" in text)
            )
            return text if plain else None
        text = text.replace("\\", "\\\\").replace(self.quote[0], "\\" + self.quote[0])
        if len(self.quote) == 1:
            text = text.replace("\n", "\\n")
        return text.replace("{", "{{").replace("}", "}}") if "f" in self.prefix else text


@dataclass(frozen=True)
class Literal:
    """A string: its value with holes, and for each character of it the range in the source and the piece."""

    text: str
    spans: tuple[tuple[int, int], ...]
    owners: tuple[int, ...]
    pieces: tuple[Piece, ...]
    source: str
    node: ast.expr | None = None

    def raw(self, start: int, end: int) -> str:
        """Return how a range of the value is written; it must lie within one piece."""
        return self.source[self.spans[start][0] : self.spans[end - 1][1]] if end > start else ""

    def edit(self, start: int, end: int, text: str) -> Edits:
        """Return the edits that put `text` for a range of the value; none if it cannot be written there."""
        owner = self.owners[min(start, len(self.owners) - 1)] if self.owners else 0
        encoded = self.pieces[owner].encode(text)
        return () if encoded is None else self._edit_raw(start, end, encoded)

    def permute(self, ranges: Sequence[tuple[int, int]], order: Sequence[int]) -> Edits:
        """Return the edits that put the range number `order[i]` in the place of the range number `i`."""
        edits: Edits = ()
        alike = len({(self.pieces[owner].prefix, self.pieces[owner].quote) for owner in self.owners}) == 1
        for target, chosen in zip(ranges, order, strict=True):
            if target == ranges[chosen]:
                continue
            moved = ranges[chosen]
            if alike and self.owners[moved[0]] == self.owners[moved[1] - 1]:
                new = self._edit_raw(*target, self.raw(*moved))
            else:
                text = self.text[slice(*moved)]
                new = () if HOLE in text else self.edit(*target, text)
            if not new:
                return ()
            edits += new
        return edits

    def _edit_raw(self, start: int, end: int, text: str) -> Edits:
        if start == end:
            at = self.spans[start][0] if start < len(self.spans) else self.pieces[-1].end
            return (Edit(at, at, text),)
        edits: list[Edit] = []
        first = start
        for index in range(start + 1, end + 1):
            if index == end or self.owners[index] != self.owners[first]:
                edits.append(Edit(self.spans[first][0], self.spans[index - 1][1], text if not edits else ""))
                first = index
        return tuple(edits)


def plain(text: str) -> Literal:
    """Return a whole file as a literal: every character stands for itself."""
    spans = tuple((index, index + 1) for index in range(len(text)))
    return Literal(text, spans, (0,) * len(text), (Piece("", "", len(text)),), text)


def read(source: str, start: int, end: int, node: ast.expr) -> Literal | None:
    """Read the string expression at a range of the source; None if it is not what the parser says it is."""
    chars: list[str] = []
    spans: list[tuple[int, int]] = []
    owners: list[int] = []
    pieces: list[Piece] = []
    at = start
    while at < end:
        if gap := _BETWEEN.match(source, at, end):
            at = gap.end()
            continue
        opening = _OPENING.match(source, at, end)
        if opening is None or "b" in opening[1].lower():
            return None
        piece_prefix, quote = opening[1].lower(), opening[2]
        at = opening.end()
        while not source.startswith(quote, at):
            if at >= end:
                return None
            after, char = _next(source, at, piece_prefix)
            if char:
                chars.append(char)
                spans.append((at, after))
                owners.append(len(pieces))
            at = after
        pieces.append(Piece(piece_prefix, quote, at))
        at += len(quote)
    text = "".join(chars)
    if text != _value(node) or not pieces:
        return None
    return Literal(text, tuple(spans), tuple(owners), tuple(pieces), source, node)


def _next(source: str, at: int, prefix: str) -> tuple[int, str]:
    """Return where the character written at `at` ends, and which it is: empty for a continued line."""
    if "f" in prefix and source[at] in "{}":
        if source[at : at + 2] in ("{{", "}}"):
            return at + 2, source[at]
        return _closing(source, at), HOLE
    if source[at] == "\\" and "r" not in prefix and (escape := _ESCAPE.match(source, at)):
        value = "" if escape[0] == "\\\n" else ast.literal_eval(f'"""{escape[0]}"""')
        return escape.end(), value
    return at + 1, source[at]


def _closing(source: str, at: int) -> int:
    """Return the offset behind the brace that closes the one at `at`."""
    depth = 0
    quote = ""
    for index in range(at, len(source)):
        char = source[index]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "{[(":
            depth += 1
        elif char in "}])":
            depth -= 1
            if depth == 0:
                return index + 1
    return len(source)


def _value(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
    return None
