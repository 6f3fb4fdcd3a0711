# async-testing-expert 0.1.0 sha256:984330cfce1d4954 (scaffold.py --update renews it)
"""What code sends through SQLAlchemy: how often the same, and from which lines."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import Engine, event

MARKS = re.compile(r"(?:\$\d+|%\(\w+\)s|%s|\?)(?:::[A-Z]+(?: [A-Z]+)*)?")
LISTS = re.compile(r"\(\?(?:, \?)+\)")
# Not counted: how transactions are kept apart is the fixtures' business too.
TRANSACTIONS = ("BEGIN", "COMMIT", "RELEASE", "ROLLBACK", "SAVEPOINT")
WIDTH = 100
greenlet: Any = import_module("greenlet")  # it has no types


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement, and the lines of the project that led to it, the innermost first."""

    sql: str
    parameters: Any
    lines: tuple[str, ...]
    batch: int
    """Alike for the parts of one execution that SQLAlchemy has divided."""

    @property
    def shape(self) -> str:
        """The statement whatever its parameters are, and however many a list has."""
        return " ".join(LISTS.sub("(?)", MARKS.sub("?", self.sql)).split())


class Statements:
    """Watches an engine for the length of a ``with`` block.

    Args:
        engine: the engine, of an AsyncEngine its ``sync_engine``.
        root: the project's folder: lines of files in it are shown.
    """

    def __init__(self, engine: Engine, root: Path) -> None:
        self.engine = engine
        self.root = root

    @contextmanager
    def recorded(self) -> Iterator[list[Sent]]:
        """Yield the list that each statement of the block is added to."""
        sent: list[Sent] = []
        contexts: list[Any] = []

        def before(*told: Any) -> None:
            _connection, _cursor, sql, values, context, _many = told
            if sql.lstrip().upper().startswith(TRANSACTIONS):
                return
            if not contexts or contexts[-1] is not context:
                contexts.append(context)
            sent.append(Sent(sql, values, tuple(_lines(self.root)), len(contexts)))

        event.listen(self.engine, "before_cursor_execute", before)
        try:
            yield sent
        finally:
            event.remove(self.engine, "before_cursor_execute", before)

    @contextmanager
    def exactly(self, number: int) -> Iterator[list[Sent]]:
        """Fail unless the block sends this many statements."""
        with self.recorded() as sent:
            yield sent
        if len(sent) != number:
            pytest.fail(f"{len(sent)} statements instead of {number}:{report(sent)}")

    @contextmanager
    def at_most(self, number: int) -> Iterator[list[Sent]]:
        """Fail where the block sends more statements."""
        with self.recorded() as sent:
            yield sent
        if len(sent) > number:
            pytest.fail(f"{len(sent)} statements, not {number} at most:{report(sent)}")

    @contextmanager
    def unrepeated(self) -> Iterator[list[Sent]]:
        """Fail where statements of the block differ in nothing but their parameters."""
        with self.recorded() as sent:
            yield sent
        if found := repeated(sent):
            advice = "ask once for all: selectinload, joinedload, IN, executemany"
            pytest.fail(f"sent again and again, {advice}:{report(found)}")


def repeated(sent: Iterable[Sent]) -> list[Sent]:
    """Those that were executed more than once, whatever their parameters."""
    batches: dict[str, set[int]] = defaultdict(set)
    sent = list(sent)
    for one in sent:
        batches[one.shape].add(one.batch)
    return [one for one in sent if len(batches[one.shape]) > 1]


def report(sent: Iterable[Sent]) -> str:
    """Each shape with how often it was sent, its parameters, and from where."""
    groups: dict[str, list[Sent]] = defaultdict(list)
    for one in sent:
        groups[one.shape].append(one)
    told = [""]
    for shape, alike in groups.items():
        told.append(f"  {len(alike)} x {_short(shape)}")
        values = ", ".join(repr(one.parameters) for one in alike)
        told.append(f"      with {_short(values)}")
        places = dict.fromkeys(" < ".join(one.lines) for one in alike)
        told += [f"      at {place}" for place in places]
    return "\n".join(told)


def _short(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def _lines(root: Path) -> list[str]:
    """Where the project's own code is, up to the first line of the tests."""
    found: list[str] = []
    project, tests = f"{root}{os.sep}", f"{Path(__file__).parent}{os.sep}"
    for frame in _frames():
        file = frame.f_code.co_filename
        installed = "site-packages" in file or not file.startswith(project)
        if installed or file == __file__:
            continue
        if file.startswith(tests) and found:
            break
        place = f"{file.removeprefix(project)}:{frame.f_lineno}"
        found.append(f"{place} {frame.f_code.co_name}")
    return found


def _frames() -> Iterator[FrameType]:
    """Every calling frame, also of the coroutines outside SQLAlchemy's greenlet."""
    frame: FrameType | None = sys._getframe(2)
    current = greenlet.getcurrent()
    while True:
        while frame is not None:
            yield frame
            frame = frame.f_back
        if current.parent is None:
            return
        current = current.parent
        frame = current.gr_frame
