"""What the fakes write down of the statements that tests sent, read back: one JSON object a line, version 1.

The keys are documented in references/fakes.md; ``templates/fakes`` holds the side that writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from async_testing.finding import UsageError

VERSION = 1
DRIVERS = ("asyncpg", "psqlpy", "psycopg", "aiomysql", "asyncmy", "aiosqlite")
Labels = list[str] | dict[str, str]


class Shape(NamedTuple):
    """What a test scripted as the answer, as labels of types."""

    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Of rows that are mappings: each column with the labels its values had."""
    values: tuple[tuple[str, ...], ...] = ()
    """Of rows that are tuples, or of a single value: the labels by position."""
    single: bool = False
    """Whether it was one value of a row, of which the others are not known."""


class Sent(NamedTuple):
    """A statement that a test sent, with all that is known of the call."""

    driver: str
    method: str
    statement: str
    parameters: tuple[str, ...] | tuple[tuple[str, str], ...]
    """Labels of the parameters' types by position, or pairs of name and label."""
    named: bool
    batch: bool
    shape: Shape | None
    test: str
    path: str
    line: int
    before: tuple[str, ...] = ()
    """The statements that make tables, types or indexes, sent before by the same test."""

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two calls the same for a server."""
        return self.driver, self.statement, self.parameters, self.named, self.shape, self.before

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The named parameters, each with its label."""
        return [one for one in self.parameters if isinstance(one, tuple)]


def read(name: str, text: str) -> list[Sent]:
    """The statements of a record, in the order they were sent.

    Args:
        name: of the file, for messages.
        text: its content.

    Raises:
        UsageError: a line is not one that the fakes of this version write, or there is none at all.
    """
    found: list[Sent] = []
    made: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            one = _sent(name, number, line)
            one = one._replace(before=made.get(one.test, ()))
            found.append(one)
            if is_definition(one.statement):
                made[one.test] = (*one.before, one.statement)
    if not found:
        raise UsageError(
            f"{name} holds no statement: run the fast tests with ASYNC_TESTING_RECORD={name} first"
        )
    return found


def distinct(sent: Iterable[Sent]) -> list[Sent]:
    """The first of each that a server would judge alike."""
    return list({one.key: one for one in reversed(list(sent))}.values())[::-1]


def is_definition(statement: str) -> bool:
    """Whether a statement makes or changes tables, types and the like, on which later ones may depend."""
    words = statement.lstrip(" \t\r\n(").split(None, 1)
    return bool(words) and words[0].lower() in ("create", "alter", "drop")


def _sent(name: str, number: int, line: str) -> Sent:
    try:
        given = json.loads(line)
    except ValueError:
        given = None
    if not isinstance(given, dict) or "version" not in given:
        raise UsageError(f"{name}:{number} is no line of a record: delete the file, and record again")
    if given["version"] != VERSION:
        raise UsageError(
            f"{name}:{number} is of version {given['version']!r} where {VERSION} is read: "
            "bring the fakes up to date (scaffold.py --update), delete the file, and record again"
        )
    try:
        return _of(given)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise UsageError(
            f"{name}:{number} lacks a key or has a wrong type: delete the file, and record again"
        ) from None


def _of(given: Mapping[str, Any]) -> Sent:
    if given["driver"] not in DRIVERS:
        raise ValueError(given["driver"])
    parameters = given["parameters"]
    named = isinstance(parameters, dict)
    labels = tuple(sorted(parameters.items())) if named else tuple(parameters)
    if not isinstance(given["statement"], str) or not all(
        isinstance(one, tuple if named else str) for one in labels
    ):
        raise TypeError
    return Sent(
        given["driver"],
        str(given["method"]),
        given["statement"],
        labels,
        named,
        bool(given.get("batch")),
        _shape(given.get("rows")),
        str(given.get("test", "")),
        str(given.get("path", "")),
        int(given.get("line", 0)),
    )


def _shape(given: Mapping[str, Any] | None) -> Shape | None:
    if given is None:
        return None
    columns = tuple((str(name), tuple(map(str, labels))) for name, labels in given.get("columns", {}).items())
    values = tuple(tuple(map(str, labels)) for labels in given.get("values", ()))
    return Shape(columns, values, bool(given.get("single")))
