"""What a statement of SQLAlchemy gave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from async_testing.writing.evaluating.callables import Native
from async_testing.writing.evaluating.errors import error_class
from async_testing.writing.evaluating.terms import Column, Expression
from async_testing.writing.evaluating.things import Cls, Raised, Special, Unknown


class Row(tuple[Any, ...]):
    """A row of a result: a tuple, whose values have names.

    Args:
        values: what it holds.
        names: how each is called.
    """

    names: tuple[str, ...]

    def __new__(cls, values: Sequence[Any], names: Sequence[str]) -> Row:
        """A row of values and their names."""
        made = super().__new__(cls, values)
        made.names = tuple(names)
        return made

    def __getattr__(self, name: str) -> Any:
        if name == "_mapping":
            return dict(zip(self.names, self, strict=True))
        if name == "_asdict":
            return lambda: dict(zip(self.names, self, strict=True))
        if name in self.names:
            return self[self.names.index(name)]
        raise AttributeError(name)

    def __getnewargs__(self) -> tuple[tuple[Any, ...], tuple[str, ...]]:
        return tuple(self), self.names


def name_of(part: Any) -> str:
    """How a part of what a statement selects is called in its rows."""
    if isinstance(part, Cls | Column):
        return part.name
    if isinstance(part, Expression):
        return str(part.parts[1]) if part.sign == "label" else part.sign.removeprefix("func.")
    return ""


class Result(Special):
    """What a statement gave.

    Args:
        values: its rows.
        scalars: whether they are the first values of rows.
    """

    def __init__(self, values: list[Any], *, scalars: bool = False) -> None:
        self.values = values
        self.scalars = scalars
        self.count = len(values)
        self.label = "a result"

    def iterate(self) -> list[Any]:
        """Its rows."""
        return self.values

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        if name == "rowcount":
            return self.count
        if name == "scalars":
            return Native(name, lambda *_: Result([one[0] for one in self.values], scalars=True))
        if name == "mappings":
            return Native(name, lambda: Result([one._mapping for one in self.values], scalars=True))
        if name in ("unique", "tuples"):
            return Native(name, lambda *_: self)
        if name in ("all", "fetchall", "partitions"):
            return Native(name, lambda: [*self.values])
        if name in ("first", "fetchone"):
            return Native(name, lambda: self.values[0] if self.values else None)
        if name in ("one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalar"):
            return Native(name, lambda: self._one(name))
        raise Unknown(f"{name} of a result is not followed")

    def _one(self, name: str) -> Any:
        if len(self.values) > 1 and name != "scalar":
            raise Raised(
                _error("MultipleResultsFound")("Multiple rows were found when exactly one was required")
            )
        if not self.values:
            if name in ("one", "scalar_one"):
                raise Raised(_error("NoResultFound")("No row was found when one was required"))
            return None
        value = self.values[0]
        return value[0] if name.startswith("scalar") and not self.scalars else value


def _error(name: str) -> Any:
    return error_class(f"sqlalchemy.exc.{name}")
