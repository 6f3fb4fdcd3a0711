"""What asyncpg hands out: records, status strings, and its exceptions where it is not installed."""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from .core import as_rows, copied
from .sqltext import verb_and_tables
from .sqltokens import Token, is_mark, is_word, tokenize

_BY_STATE = {
    "25P01": "NoActiveSQLTransactionError",
    "25P02": "InFailedSQLTransactionError",
    "25006": "ReadOnlySQLTransactionError",
    "3B001": "InvalidSavepointSpecificationError",
    "42601": "PostgresSyntaxError",
    "42P02": "UndefinedParameterError",
}
_PARENTS = {
    **dict.fromkeys(_BY_STATE.values(), "PostgresError"),
    "DataError": "PostgresError",
    "InterfaceError": "Exception",
    "PostgresError": "Exception",
}
_stand_ins: dict[str, type[Exception]] = {"Exception": Exception}


def error(name: str) -> type[Exception]:
    """An exception class of asyncpg, or a stand-in of that name where asyncpg is not installed."""
    try:
        exceptions = import_module("asyncpg").exceptions
    except ImportError:
        if name not in _stand_ins:
            states = {name: state for state, name in _BY_STATE.items()}
            parts = {"__module__": __name__, "sqlstate": states.get(name)}
            _stand_ins[name] = type(name, (error(_PARENTS[name]),), parts)
        return _stand_ins[name]
    found: type[Exception] = getattr(exceptions, name)
    return found


def server_error(sqlstate: str, message: str) -> Exception:
    """An error as the server sends it."""
    kind: Any = error(_BY_STATE[sqlstate])
    made: Exception = kind.new({"C": sqlstate, "M": message}) if hasattr(kind, "new") else kind(message)
    return made


def interface_error(message: str, hint: str | None = None) -> Exception:
    """An error that asyncpg finds without asking the server."""
    kind: Any = error("InterfaceError")
    made: Exception = kind(message, hint=hint) if hint and hasattr(kind, "with_msg") else kind(message)
    return made


class FakeRecord:
    """An asyncpg record: by position, by name and by slice; equal to the tuple of its values.

    Arguments: a mapping of column to value, or pairs of those where a name occurs twice.
    """

    __slots__ = ("_names", "_values")

    def __init__(self, data: Mapping[str, Any] | Iterable[tuple[str, Any]] = ()) -> None:
        source: Any = data
        pairs = list(source.items() if hasattr(source, "items") else source)
        self._names = [name for name, _ in pairs]
        self._values = tuple(value for _, value in pairs)

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
    own: dict[str, Any] = {"__slots__": ()}
    for base in reversed(record_class.__mro__[: record_class.__mro__.index(base_class)]):
        own |= {name: value for name, value in vars(base).items() if name not in ("__dict__", "__weakref__")}
    return type(record_class.__name__, (FakeRecord,), own)


_COUNTED = ("SELECT", "UPDATE", "DELETE", "MERGE", "COPY", "FETCH", "MOVE")
_SKIPPED = frozenset(
    [
        "or",
        "replace",
        "temp",
        "temporary",
        "unlogged",
        "unique",
        "global",
        "local",
        "recursive",
        "concurrently",
    ]
)
_TAGS = {
    "END": "COMMIT",
    "ABORT": "ROLLBACK",
    "LOCK": "LOCK TABLE",
    "START": "START TRANSACTION",
    "TRUNCATE": "TRUNCATE TABLE",
}


def status(statement: str, answer: Any) -> str:
    """The status string of a statement.

    Arguments: the last statement of the text counts; `answer` is the string itself, the number of rows, or
    the rows; anything else means as on an empty table.
    """
    if isinstance(answer, str):
        return answer
    tokens = _last(tokenize(statement))
    verb = verb_and_tables(" ".join(token.text for token in tokens))[0]
    verb = "SELECT" if verb in ("VALUES", "TABLE") else verb
    words = [token.text for token in tokens if token.kind == "word" and token.text not in _SKIPPED]
    if verb == "CREATE" and "as" in words and words[1:2] in (["table"], ["materialized"]):
        verb = "SELECT"
    if isinstance(answer, int):
        count = answer
    else:
        count = len(as_rows(answer)) or (
            _values(tokens) if verb == "INSERT" or words[:1] == ["values"] else 0
        )
    if verb == "INSERT":
        return f"INSERT 0 {count}"
    if verb in _COUNTED:
        return f"{verb} {count}"
    if verb in ("CREATE", "ALTER", "DROP", "REFRESH", "DISCARD"):
        long = {"materialized": 3, "foreign": 3, "event": 3}.get(words[1] if len(words) > 1 else "", 2)
        return " ".join(words[:long]).upper()
    return _TAGS.get(verb, verb)


def _last(tokens: list[Token]) -> list[Token]:
    while is_mark(tokens[-1:], ";"):
        tokens.pop()
    starts = [0, *(place + 1 for place, token in enumerate(tokens) if is_mark([token], ";"))]
    return tokens[starts[-1] :]


def _values(tokens: list[Token]) -> int:
    """How many rows stand behind VALUES."""
    depth = count = 0
    begun = False
    for place, token in enumerate(tokens):
        begun = begun or (depth == 0 and is_word([token], "values"))
        count += begun and depth == 0 and is_mark([token], "(")
        depth += is_mark([token], "(") - is_mark([token], ")")
        if begun and depth == 0 and is_mark([token], ")") and not is_mark(tokens[place + 1 :], ","):
            break
    return count or int(is_word(tokens[-2:], "default", "values"))
