"""What `psycopg.sql` offers: statements that are put together of parts, and the text that comes of them."""

from __future__ import annotations

import decimal
import string
from collections.abc import Iterable, Iterator
from typing import Any

from async_testing.writing.evaluating.things import Unknown

_FORMATTER = string.Formatter()


class Composable:
    """A part of a statement."""

    def as_string(self, context: Any = None) -> str:
        """Its text."""
        raise NotImplementedError

    def as_bytes(self, context: Any = None) -> bytes:
        """Its text, encoded."""
        return self.as_string(context).encode()

    def __add__(self, other: Any) -> Composed:
        if not isinstance(other, Composable):
            return NotImplemented
        return Composed([*self._parts(), *other._parts()])

    def __mul__(self, count: int) -> Composed:
        return Composed([self] * count)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Composable) and type(self) is type(other) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self.as_string())

    def _key(self) -> Any:
        return self.as_string()

    def _parts(self) -> list[Any]:
        return [self]

    def __deepcopy__(self, memo: object) -> Composable:
        return self


class Composed(Composable):
    """Several parts, one after the other; what is no part becomes a literal."""

    def __init__(self, seq: Iterable[Any]) -> None:
        self._obj = [one if isinstance(one, Composable) else Literal(one) for one in seq]

    def as_string(self, context: Any = None) -> str:
        """The texts of all parts."""
        return "".join(one.as_string(context) for one in self._obj)

    def join(self, joiner: SQL | str) -> Composed:
        """The parts with something between them."""
        return (SQL(joiner) if isinstance(joiner, str) else joiner).join(self._obj)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._obj)

    def _parts(self) -> list[Any]:
        return self._obj


class SQL(Composable):
    """A piece of SQL, which may have places for other parts."""

    def __init__(self, obj: str) -> None:
        if not isinstance(obj, str):
            raise TypeError(f"SQL values must be strings, got {obj!r} instead")
        self._obj = obj

    def as_string(self, context: Any = None) -> str:
        """The text itself."""
        return self._obj

    def format(self, *args: Any, **kwargs: Any) -> Composed:
        """The text with parts in its places."""
        found: list[Any] = []
        turn = 0
        for before, name, form, conversion in _FORMATTER.parse(self._obj):
            if form:
                raise ValueError("no format specification supported by SQL")
            if conversion:
                raise ValueError("no format conversion supported by SQL")
            if before:
                found.append(SQL(before))
            if name is None:
                continue
            if name.isdigit():
                if turn:
                    raise ValueError("cannot switch from automatic field numbering to manual")
                found.append(args[int(name)])
                turn = -1
            elif not name:
                if turn < 0:
                    raise ValueError("cannot switch from manual field numbering to automatic")
                found.append(args[turn])
                turn += 1
            else:
                found.append(kwargs[name])
        return Composed(found)

    def join(self, seq: Iterable[Any]) -> Composed:
        """Parts with the text between them."""
        found: list[Any] = []
        for one in seq:
            found += [self, one] if found else [one]
        return Composed(found)


class Identifier(Composable):
    """A name, with that of what holds it before it."""

    def __init__(self, *strings: str) -> None:
        if not strings:
            raise TypeError("Identifier cannot be empty")
        for one in strings:
            if not isinstance(one, str):
                raise TypeError(f"SQL identifier parts must be strings, got {one!r} instead")
        self._obj = strings

    def as_string(self, context: Any = None) -> str:
        """The names in double quotes."""
        return ".".join('"' + one.replace('"', '""') + '"' for one in self._obj)


class Literal(Composable):
    """A value that stands in the statement itself."""

    def __init__(self, obj: Any) -> None:
        self._obj = obj

    def as_string(self, context: Any = None) -> str:
        """The value as SQL. Raises: Unknown for kinds of values of which that is not known."""
        value = self._obj
        if value is None or isinstance(value, bool):
            return {None: "NULL", True: "true", False: "false"}[value]
        if isinstance(value, int | float | decimal.Decimal):
            return f" {value}" if value < 0 else str(value)
        if isinstance(value, str) and "\\" not in value:
            return "'" + value.replace("'", "''") + "'"
        raise Unknown(f"how a literal {type(value).__name__} is written in SQL is not known")

    def _key(self) -> Any:
        return self._obj


class Placeholder(Composable):
    """The mark of a parameter."""

    def __init__(self, name: str = "", format: Any = "s") -> None:
        if not isinstance(name, str):
            raise TypeError(f"expected string as name, got {name!r}")
        if ")" in name:
            raise ValueError(f"invalid name: {name!r}")
        self._obj = name
        self._format = format if isinstance(format, str) else "s"

    def as_string(self, context: Any = None) -> str:
        """``%s`` or ``%(name)s``."""
        return f"%({self._obj}){self._format}" if self._obj else f"%{self._format}"


OFFERED: dict[str, Any] = {
    one.__name__: one for one in (Composable, Composed, SQL, Identifier, Literal, Placeholder)
}
OFFERED |= {"NULL": SQL("NULL"), "DEFAULT": SQL("DEFAULT")}
for _name, _one in OFFERED.items():
    if isinstance(_one, type):
        _one.__module__ = "async_testing_fakes.psycopg.sql"  # it is looked into as the fakes are
        _one.evaluated_dotted = f"psycopg.sql.{_name}"  # type: ignore[attr-defined]
