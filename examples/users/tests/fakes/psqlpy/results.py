# async-testing-expert 0.1.0 sha256:d28d6082e84d8df8 (scaffold.py --update renews it)
"""What psqlpy hands out: results and records."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Self

from ..core.recording import copied
from ..core.scripting import as_rows

Parameters = Sequence[Any] | Mapping[str, Any] | None
Decoders = dict[str, Callable[[bytes], Any]] | None


class Record:
    """A row of `QueryResult.records()`: by position, by name and by slice."""

    __slots__ = ("_row",)

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = dict(row)

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError("cannot pickle 'builtins.Record' object")

    def __len__(self) -> int:
        return len(self._row)

    def __iter__(self) -> Any:
        return iter(self.values())

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return self.values()[key]
        if isinstance(key, int):
            if not -len(self._row) <= key < len(self._row):
                raise IndexError(f"Record index {key} out of range")
            return self.values()[key]
        if not isinstance(key, str):
            raise TypeError("Record key must be int, slice, or str")
        return self._row[key]

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a column, or the default."""
        return self._row.get(key, default)

    def keys(self) -> list[str]:
        """The names of the columns."""
        return list(self._row)

    def values(self) -> list[Any]:
        """The values, in the order of the columns."""
        return list(self._row.values())

    def items(self) -> list[tuple[str, Any]]:
        """Pairs of column and value."""
        return list(self._row.items())

    def __repr__(self) -> str:
        return f"<Record {', '.join(f'{key}: {value!r}' for key, value in self._row.items())}>"


def _seen_as(name: str) -> property:
    """For `isinstance`: the class of psqlpy, where it is installed."""

    def kind(self: object) -> type:
        try:
            found: type = getattr(import_module("psqlpy"), name)
        except ImportError:
            return type(self)
        return found

    return property(kind)


class FakeRecord:
    """A psqlpy result: `FakeRecord({…})` of a single row, `FakeRecord([{…}, …])` of many."""

    def __new__(cls, data: Any = None, rowcount: int | None = None) -> Self:
        """A mapping makes the result of a single row, anything else one of many."""
        kind: Any = cls
        if cls is FakeRecord:
            kind = SingleQueryResult if isinstance(data, Mapping) else QueryResult
        made: Self = super().__new__(kind)
        return made

    def __init__(self, data: Any = None, rowcount: int | None = None) -> None:
        counted = data if isinstance(data, int) else None
        self.rows = [dict(row.items()) for row in as_rows(data if counted is None else None)]
        self.rowcount = next(each for each in (rowcount, counted, len(self.rows)) if each is not None)

    def _decoded(self, decoders: Decoders) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = copied(self.rows)
        for row in rows:
            for name in row.keys() & (decoders or {}).keys():
                if row[name] is not None and decoders:
                    raw = row[name]
                    row[name] = decoders[name](raw if isinstance(raw, bytes) else str(raw).encode())
        return rows


class QueryResult(FakeRecord):
    """Any number of rows."""

    __class__ = _seen_as("QueryResult")  # pyright: ignore[reportIncompatibleMethodOverride]

    def result(self, custom_decoders: Decoders = None, as_tuple: bool | None = None) -> list[Any]:
        """The rows as dicts, or as tuples."""
        rows = self._decoded(custom_decoders)
        return [tuple(row.values()) for row in rows] if as_tuple else rows

    def as_class(self, as_class: Callable[..., Any]) -> list[Any]:
        """The rows passed to a class as keyword arguments."""
        return [as_class(**row) for row in self._decoded(None)]

    def row_factory(
        self,
        row_factory: Callable[[dict[str, Any]], Any],
        custom_decoders: Decoders = None,
    ) -> list[Any]:
        """The rows passed to a function as dicts."""
        return [row_factory(row) for row in self._decoded(custom_decoders)]

    def records(self) -> list[Record]:
        """The rows as records."""
        return [Record(row) for row in self._decoded(None)]


class SingleQueryResult(FakeRecord):
    """Exactly one row."""

    __class__ = _seen_as("SingleQueryResult")  # pyright: ignore[reportIncompatibleMethodOverride]

    def result(self, custom_decoders: Decoders = None, as_tuple: bool | None = None) -> Any:
        """The row as a dict, or as a tuple."""
        row = self._decoded(custom_decoders)[0]
        return tuple(row.values()) if as_tuple else row

    def as_class(self, as_class: Callable[..., Any]) -> Any:
        """The row passed to a class as keyword arguments."""
        return as_class(**self._decoded(None)[0])

    def row_factory(
        self,
        row_factory: Callable[[dict[str, Any]], Any],
        custom_decoders: Decoders = None,
    ) -> Any:
        """The row passed to a function as a dict."""
        return row_factory(self._decoded(custom_decoders)[0])
