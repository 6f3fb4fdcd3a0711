# async-testing-expert 0.1.0 sha256:86f0630bf679b8e6 (scaffold.py --update renews it)
"""The records of asyncpg."""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from ..core.recording import copied
from ..core.scripting import as_rows
from .exceptions import interface_error


class FakeRecord:
    """An asyncpg record: by position, by name and by slice; equal to the tuple of its values.

    Arguments: a mapping of column to value, or pairs of those where a name occurs twice.
    """

    __slots__ = ("_names", "_values")
    __class__ = property(lambda self: type(self).seen_as())  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, data: Mapping[str, Any] | Iterable[tuple[str, Any]] = ()) -> None:
        source: Any = data
        pairs = list(source.items() if hasattr(source, "items") else source)
        self._names = [name for name, _ in pairs]
        self._values = tuple(value for _, value in pairs)

    @classmethod
    def seen_as(cls) -> type:
        """What `isinstance` takes a record for: `asyncpg.Record`, where asyncpg is installed."""
        try:
            found: type = import_module("asyncpg").Record
        except ImportError:
            return cls
        return found

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return self._values[key]
        if isinstance(key, int):
            if not -len(self._values) <= key < len(self._values):
                raise IndexError("record index out of range")
            return self._values[key]
        if key not in self._names:
            raise KeyError(key)
        return dict(zip(self._names, self._values, strict=True))[key]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(self._values)

    def __eq__(self, other: object) -> bool:
        return self._values == tuple(other) if isinstance(other, FakeRecord | tuple) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self._values < tuple(other) if isinstance(other, FakeRecord | tuple) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self._values <= tuple(other) if isinstance(other, FakeRecord | tuple) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self._values > tuple(other) if isinstance(other, FakeRecord | tuple) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self._values >= tuple(other) if isinstance(other, FakeRecord | tuple) else NotImplemented

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError("cannot pickle asyncpg.protocol.record.Record objects")

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a column, or the default."""
        return self[key] if key in self._names else default

    def keys(self) -> Iterator[str]:
        """An iterator over the names of the columns."""
        return iter(self._names)

    def values(self) -> Iterator[Any]:
        """An iterator over the values."""
        return iter(self._values)

    def items(self) -> Iterator[tuple[str, Any]]:
        """An iterator over pairs of column and value."""
        return iter(list(zip(self._names, self._values, strict=True)))

    def __repr__(self) -> str:
        fields = "".join(f" {name}={value!r}" for name, value in self.items())
        return f"<{type(self).__name__.replace('FakeRecord', 'Record')}{fields}>"


def records(rows: Any, record_class: type | None = None) -> list[FakeRecord]:
    """Scripted rows as records, of the look of a subclass of `asyncpg.Record` where one is asked for."""
    kind = FakeRecord if record_class is None else _look_alike(record_class)
    return [kind([(name, copied(value)) for name, value in row.items()]) for row in as_rows(rows)]


def _look_alike(record_class: type) -> type[FakeRecord]:
    base_class = import_module("asyncpg").Record
    if not (isinstance(record_class, type) and issubclass(record_class, base_class)):
        raise interface_error(
            f"record_class is expected to be a subclass of asyncpg.Record, got {record_class!r}"
        )
    own: dict[str, Any] = {"__slots__": (), "seen_as": classmethod(lambda cls: record_class)}
    for base in reversed(record_class.__mro__[: record_class.__mro__.index(base_class)]):
        own |= {name: value for name, value in vars(base).items() if name not in ("__dict__", "__weakref__")}
    return type(record_class.__name__, (FakeRecord,), own)
