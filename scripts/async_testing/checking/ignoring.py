"""What git leaves alone: the patterns of ``.gitignore`` files, and of ``--exclude``, which are written alike."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

WILD = frozenset("*?[\\")


class Pattern(NamedTuple):
    """One line, read."""

    text: str
    negated: bool
    folders_only: bool
    anchored: bool
    """Whether it is about the path from the file's folder on, and not about a name anywhere below."""


class Ignore:
    """The patterns of one file; the last one that matches decides.

    Args:
        lines: as in the file.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._names: dict[str, list[tuple[int, Pattern]]] = {}
        self._others: list[tuple[int, Pattern, str]] = []
        self._compiled: dict[str, re.Pattern[str] | None] = {}
        for number, pattern in enumerate(_patterns(lines)):
            if pattern.anchored or WILD & set(pattern.text):
                self._others.append((number, pattern, _literal(pattern.text)))
            else:
                self._names.setdefault(pattern.text, []).append((number, pattern))

    def decides(self, relative: str, name: str, folder: bool) -> bool | None:
        """Whether something is ignored, None where no pattern is about it.

        Args:
            relative: its path from the folder that the file lies in.
            name: the last part of it.
            folder: whether it is a folder.
        """
        best, found = -1, None
        for number, pattern in self._names.get(name, ()):
            if number > best and (folder or not pattern.folders_only):
                best, found = number, not pattern.negated
        for number, pattern, literal in reversed(self._others):
            if number < best:
                break
            if folder or not pattern.folders_only:
                subject = relative if pattern.anchored else name
                if subject.startswith(literal) and self._matches(pattern.text, subject):
                    return not pattern.negated
        return found

    def _matches(self, text: str, subject: str) -> bool:
        if text[0] == "*" and not WILD & set(text[1:]) and "/" not in text:
            return subject.endswith(text[1:]) and "/" not in subject
        if text not in self._compiled:
            try:
                self._compiled[text] = re.compile(_regex(text), re.DOTALL)
            except (re.error, OverflowError):
                self._compiled[text] = None
        compiled = self._compiled[text]
        return compiled is not None and compiled.fullmatch(subject) is not None


def _patterns(lines: Iterable[str]) -> Iterator[Pattern]:
    for line in lines:
        text = line.rstrip("\r\n")
        while text.endswith(" ") and not text.endswith("\\ "):
            text = text[:-1]
        if not text or text.startswith("#"):
            continue
        negated = text.startswith("!")
        text = text[negated:]
        folders_only = text.endswith("/")
        text = text.rstrip("/") if folders_only else text
        anchored = "/" in text
        if text.startswith("**/") and "/" not in text[3:] and text[3:]:
            text, anchored = text[3:], False
        text = text.removeprefix("/")
        if text:
            yield Pattern(text, negated, folders_only, anchored)


def _literal(text: str) -> str:
    """What a match has to begin with."""
    for place, letter in enumerate(text):
        if letter in WILD:
            return text[:place]
    return text


def _regex(text: str) -> str:
    """A pattern as a regular expression: ``*`` and ``?`` stop at slashes, ``**`` between slashes does not."""
    found, place = "", 0
    while place < len(text):
        if text.startswith("**/", place) and (place == 0 or text[place - 1] == "/"):
            found, place = f"{found}(?:.*/)?", place + 3
        elif text[place:] == "**" and place and text[place - 1] == "/":
            found, place = f"{found}.+", place + 2
        else:
            piece, place = _piece(text, place)
            found += piece
    return found


def _piece(text: str, place: int) -> tuple[str, int]:
    """One wildcard, bracket or letter as a regular expression, and where the next one begins."""
    letter = text[place]
    if letter == "*":
        while place < len(text) and text[place] == "*":
            place += 1
        return "[^/]*", place
    if letter == "?":
        return "[^/]", place + 1
    if letter == "\\" and place + 1 < len(text):
        return re.escape(text[place + 1]), place + 2
    if letter == "[":
        end = text.find("]", place + 3 if text[place + 1 : place + 2] in ("!", "^") else place + 2)
        if end > 0:
            inside = text[place + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            inside = f"^/{inside[1:]}" if inside[0] in "!^" else inside
            return f"[{inside}]", end + 1
    return re.escape(letter), place + 1
