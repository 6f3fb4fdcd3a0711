"""A statement's text read for a plan: verb, tables, which column gets or is compared with which parameter.

Other than the reader that assertions use it never refuses: what it cannot read is left out, since half a statement's
text may only be known when it runs.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import ModuleType
from typing import NamedTuple, Protocol, cast

from async_testing.subjects.model import Bound

_PACKAGE = "async_testing_sql"
_COMPARING = frozenset({"=", "<", ">", "<=", ">=", "<>", "!=", "~", "~*", "@>", "<@", "&&", "||"})
_WORDS = frozenset({"like", "ilike", "in", "is", "between", "similar"})
_ENDS = frozenset(
    {"where", "returning", "from", "order", "group", "limit", "offset", "on", "having", "union", "for"}
)
_STARTS = {
    "where": "where",
    "having": "where",
    "on": "where",
    "set": "set",
    "limit": "limit",
    "offset": "offset",
}
_COPIED = re.compile(r"\s*copy\s+([\w.\"]+)", re.IGNORECASE)
_ENDPOINTS = frozenset({"stdin", "stdout"})
_HOLE = re.compile(r"\{[^{}]*\}")


class Word(Protocol):
    """A token, as the reader's module makes them."""

    @property
    def kind(self) -> str:
        """What it is."""

    @property
    def text(self) -> str:
        """Its text, in lower case for words."""

    @property
    def value(self) -> object:
        """The key of a placeholder, the value of a literal."""


class Read(NamedTuple):
    """What a text says."""

    verb: str
    tables: tuple[str, ...]
    columns: tuple[Bound, ...]
    placeholders: tuple[str, ...]


@lru_cache(1)
def _reader() -> tuple[
    Callable[[str, str], list[Word]], Callable[[Sequence[Word]], tuple[str, tuple[str, ...]]]
]:
    """The tokenizer and the reader of tables that the fakes use, without the package of the fakes itself, which needs a
    driver."""
    if _PACKAGE not in sys.modules:
        package = ModuleType(_PACKAGE)
        package.__path__ = [f"{os.path.dirname(os.path.dirname(__file__))}/templates/fakes/sql"]  # noqa: PTH120
        sys.modules[_PACKAGE] = package
    tokens = importlib.import_module(f"{_PACKAGE}.tokens")
    text = importlib.import_module(f"{_PACKAGE}.text")
    return (
        cast("Callable[[str, str], list[Word]]", tokens.tokenize),
        cast("Callable[[Sequence[Word]], tuple[str, tuple[str, ...]]]", text.verb_and_tables_of),
    )


def read(text: str, given: Sequence[str] | Mapping[str, str] = (), style: str = "$%?:") -> Read:
    """Read a statement.

    Args:
        text: with ``{…}`` for what is not known.
        given: what is sent for the placeholders, by place or by name.
        style: the marks that may begin a placeholder.
    """
    tokenize, verb_and_tables = _reader()
    plain, holes = _without_holes(text)
    tokens = tokenize(plain, _style(plain, style))
    verb, tables = verb_and_tables(tokens)
    words = _whole(tokens)
    keys = [one.value for one in words if one.kind == "placeholder"]
    sequential = all(one is None for one in keys)
    marks = [_mark(one, holes) for one in words if one.kind == "placeholder"]
    named = tuple(marks if sequential else dict.fromkeys(marks))
    reader = _Reader(words, given, holes, sequential=sequential)
    columns = tuple(dict.fromkeys(reader.columns(verb)))
    if verb == "COPY":
        copied = _COPIED.match(plain)
        tables = (
            (copied[1].lower().replace('"', ""),)
            if copied
            else tuple(one for one in tables if one not in _ENDPOINTS)
        )
    shown = tuple(_filled(one, holes) for one in tables)
    return Read(verb if verb.isidentifier() else "", shown, columns, named)


def _style(text: str, style: str) -> str:
    """The marks that a text really uses: ``?`` and ``:`` are operators of PostgreSQL as well."""
    if re.search(r"\$\d|\$\(", text):
        return "$"
    if re.search(r"%s|%\(\w+\)s", text):
        return "%"
    return "".join(one for one in style if one in ("?", ":")) or style


def _without_holes(text: str) -> tuple[str, dict[str, str]]:
    """The text with a name, or behind a dollar a number, in place of each hole."""
    holes: dict[str, str] = {}

    def name(hole: re.Match[str]) -> str:
        before, after = text[hole.start() - 1 : hole.start()], text[hole.end() : hole.end() + 1]
        key = str(9000 + len(holes)) if before == "$" else f"hole_{len(holes)}_"
        holes[key] = hole.group()
        return f"{' ' if before == ')' else ''}{key}{' ' if after == '(' else ''}"

    return _HOLE.sub(name, text), holes


def _filled(text: str, holes: Mapping[str, str]) -> str:
    for key, hole in holes.items():
        text = text.replace(key, hole)
    return text


def _whole(words: list[Word]) -> list[Word]:
    """The tokens without casts, whose types say nothing about parameters."""
    kept: list[Word] = []
    skip = False
    for one in words:
        if one.text == "::":
            skip = True
        elif skip and one.kind in ("word", "quoted"):
            skip = False
        else:
            skip = False
            kept.append(one)
    return kept


def _mark(word: Word, holes: Mapping[str, str]) -> str:
    return _filled(word.text or f"${word.value}", holes)


class _Reader:
    """Goes through the tokens once.

    Args:
        words: the tokens.
        given: what is sent.
        holes: what stands for what is not known.
        sequential: whether placeholders have no numbers or names.
    """

    def __init__(
        self,
        words: list[Word],
        given: Sequence[str] | Mapping[str, str],
        holes: Mapping[str, str],
        *,
        sequential: bool,
    ) -> None:
        self.words = words
        self.given = given
        self.holes = holes
        order = [place for place, one in enumerate(words) if one.kind == "placeholder"]
        self.order = {place: number for number, place in enumerate(order)} if sequential else {}

    def columns(self, verb: str) -> list[Bound]:
        """Every column that is given a value or compared with one."""
        found: list[Bound] = []
        if verb in ("INSERT", "REPLACE"):
            found += self._inserted()
        clause = ""
        for place, word in enumerate(self.words):
            if word.kind == "word" and word.text in _STARTS:
                clause = _STARTS[word.text]
                if word.text == "on" and self._text(place + 1) in ("conflict", "duplicate"):
                    clause = ""
            elif word.kind == "word" and word.text in _ENDS:
                clause = ""
            if clause in ("limit", "offset") and word.kind in ("placeholder", "value"):
                found.append(Bound(clause, "", "", self._value(place)))
            elif clause in ("where", "set"):
                one = self._compared(place, clause)
                found += [one] if one else []
        return found

    def _text(self, place: int) -> str:
        return self.words[place].text if 0 <= place < len(self.words) else ""

    def _value(self, place: int) -> str:
        """What stands at a place, up to the next comma, condition or end of clause."""
        word = self.words[place]
        if word.kind == "placeholder":
            return self._parameter(place)
        depth, parts = 0, []
        for at in range(place, min(place + 40, len(self.words))):
            one = self.words[at]
            if depth == 0 and (
                one.text in (",", ")", ";", "and", "or") or (one.kind == "word" and one.text in _ENDS)
            ):
                break
            depth += (one.text == "(") - (one.text == ")")
            parts.append(self._parameter(at) if one.kind == "placeholder" else _filled(one.text, self.holes))
        return re.sub(r" ?([().,\[\]]) ?", r"\1", " ".join(parts))

    def _parameter(self, place: int) -> str:
        key = self.order.get(place, self.words[place].value)
        if isinstance(self.given, Mapping):
            return self.given.get(str(key), f":{key}")
        number = key if place in self.order else key - 1 if isinstance(key, int) else -1
        if isinstance(number, int) and 0 <= number < len(self.given):
            return self.given[number]
        return _mark(self.words[place], self.holes)

    def _compared(self, place: int, clause: str) -> Bound | None:
        """The comparison or assignment whose operator stands at a place."""
        word, operator = self.words[place], self.words[place].text
        if clause == "set" and operator != "=":
            return None
        if not (operator in _COMPARING or (word.kind == "word" and operator in _WORDS)):
            return None
        column, before = self._column(place - 1), self._text(place - 1)
        behind = place + 1
        if before == "not" and operator in _WORDS:
            column, operator = self._column(place - 2), f"not {operator}"
        if operator == "is" and self._text(behind) == "not":
            operator, behind = "is not", behind + 1
        if not column or behind >= len(self.words):
            return None
        value = self._value(behind)
        if self._text(behind) == "(" and self._text(behind + 1) not in ("select", "with"):
            ends = min(behind + 12, len(self.words))
            marks = [at for at in range(behind + 1, ends) if self.words[at].kind == "placeholder"]
            value = self._parameter(marks[0]) if len(marks) == 1 else value
        return Bound(clause, column, operator, value) if value else None

    def _column(self, place: int) -> str:
        """The column whose name ends at a place, with its qualifier; that of ``lower(email)`` too."""
        if self._text(place) == ")":
            place -= 1
        if place < 0 or self.words[place].kind not in ("word", "quoted"):
            return ""
        name = self.words[place].text
        if name in _ENDS or name in ("and", "or", "not", "when", "then"):
            return ""
        while place > 1 and self._text(place - 1) == "." and self.words[place - 2].kind in ("word", "quoted"):
            name, place = f"{self.words[place - 2].text}.{name}", place - 2
        return _filled(name, self.holes)

    def _inserted(self) -> list[Bound]:
        """The columns of an INSERT with the values of its first row."""
        into = next((at for at, one in enumerate(self.words) if one.text == "into"), -1)
        opened = next((at for at in range(into + 1, len(self.words)) if self._text(at) == "("), -1)
        behind = [one.text for one in self.words[into + 1 : opened]]
        if into < 0 or opened < 0 or {"values", "select"} & set(behind):
            return []
        closed = self._closing(opened)
        names = [
            "".join(_filled(one.text, self.holes) for one in item) for item in self._items(opened, closed)
        ]
        if self._text(closed + 1) not in ("values", "value") or self._text(closed + 2) != "(":
            return [Bound("values", name, "=", "") for name in names]
        starts = self._starts(closed + 2, self._closing(closed + 2))
        values = [self._value(at) for at in starts]
        values += [""] * (len(names) - len(values))
        return [Bound("values", name, "=", value) for name, value in zip(names, values, strict=False)]

    def _closing(self, opened: int) -> int:
        depth = 0
        for at in range(opened, len(self.words)):
            depth += (self._text(at) == "(") - (self._text(at) == ")")
            if depth == 0:
                return at
        return len(self.words) - 1

    def _starts(self, opened: int, closed: int) -> list[int]:
        """Where each item of a list in brackets begins."""
        depth, starts = 0, [opened + 1] if closed > opened + 1 else []
        for at in range(opened, closed):
            depth += (self._text(at) == "(") - (self._text(at) == ")")
            if depth == 1 and self._text(at) == ",":
                starts.append(at + 1)
        return starts

    def _items(self, opened: int, closed: int) -> list[list[Word]]:
        starts = self._starts(opened, closed)
        ends = [one - 1 for one in starts[1:]] + [closed]
        return [self.words[start:end] for start, end in zip(starts, ends, strict=True)]
