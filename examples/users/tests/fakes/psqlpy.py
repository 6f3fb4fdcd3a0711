"""Fakes in the shape of psqlpy 0.11 and newer, measured against 0.13.1 on a live server."""

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any

from .core import UNSET, Call, Event, Kind, as_rows, copied, shown
from .session import BaseConnection, Places, Refused, pause, several

Parameters = Sequence[Any] | Mapping[str, Any] | None
_CLOSED = "Underlying connection is returned to the pool"
_ROWS = "query returned an unexpected number of rows"
_PARENTS = {
    "InterfaceError": "Error",
    "DatabaseError": "Error",
    "DataError": "DatabaseError",
    "PyToRustValueMappingError": "DataError",
    "BaseConnectionPoolError": "InterfaceError",
    "ConnectionPoolConfigurationError": "BaseConnectionPoolError",
    "BaseConnectionError": "InterfaceError",
    "ConnectionExecuteError": "BaseConnectionError",
    "ConnectionClosedError": "BaseConnectionError",
    "BaseTransactionError": "InterfaceError",
    "TransactionClosedError": "BaseTransactionError",
    "BaseCursorError": "InterfaceError",
    "CursorStartError": "BaseCursorError",
    "CursorClosedError": "BaseCursorError",
}
_stand_ins: dict[str, type[Exception]] = {"Exception": Exception}


def error(name: str) -> type[Exception]:
    """An exception class of `psqlpy.exceptions`, or a stand-in of that name where psqlpy is not installed."""
    try:
        from psqlpy import exceptions
    except ImportError:
        if name not in _stand_ins:
            _stand_ins[name] = type(name, (error(_PARENTS.get(name, "Exception")),), {"__module__": __name__})
        return _stand_ins[name]
    found: type[Exception] = getattr(exceptions, name)
    return found


class Record:
    """A row of `QueryResult.records()`: by position, by name and by slice."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = dict(row)

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


class FakeRecord:
    """A psqlpy result: `FakeRecord({…})` of a single row, `FakeRecord([{…}, …])` of many."""

    def __new__(cls, data: Any = None, rowcount: int | None = None) -> "FakeRecord":
        single = isinstance(data, Mapping)
        return super().__new__((SingleQueryResult if single else QueryResult) if cls is FakeRecord else cls)

    def __init__(self, data: Any = None, rowcount: int | None = None) -> None:
        self._rows = [dict(row.items()) for row in as_rows(data)]
        self.rowcount = len(self._rows) if rowcount is None else rowcount

    def _decoded(self, decoders: dict[str, Callable[[bytes], Any]] | None) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = copied(self._rows)
        for row in rows:
            for name in row.keys() & (decoders or {}).keys():
                if row[name] is not None and decoders:
                    raw = row[name]
                    row[name] = decoders[name](raw if isinstance(raw, bytes) else str(raw).encode())
        return rows


class QueryResult(FakeRecord):
    """Any number of rows."""

    def result(
        self, custom_decoders: dict[str, Callable[[bytes], Any]] | None = None, as_tuple: bool | None = None
    ) -> list[Any]:
        """The rows as dicts, or as tuples."""
        rows = self._decoded(custom_decoders)
        return [tuple(row.values()) for row in rows] if as_tuple else rows

    def as_class(self, as_class: Callable[..., Any]) -> list[Any]:
        """The rows passed to a class as keyword arguments."""
        return [as_class(**row) for row in self._decoded(None)]

    def row_factory(
        self,
        row_factory: Callable[[dict[str, Any]], Any],
        custom_decoders: dict[str, Callable[[bytes], Any]] | None = None,
    ) -> list[Any]:
        """The rows passed to a function as dicts."""
        return [row_factory(row) for row in self._decoded(custom_decoders)]

    def records(self) -> list[Record]:
        """The rows as records."""
        return [Record(row) for row in self._decoded(None)]


class SingleQueryResult(FakeRecord):
    """Exactly one row."""

    def result(
        self, custom_decoders: dict[str, Callable[[bytes], Any]] | None = None, as_tuple: bool | None = None
    ) -> Any:
        """The row as a dict, or as a tuple."""
        row = self._decoded(custom_decoders)[0]
        return tuple(row.values()) if as_tuple else row

    def as_class(self, as_class: Callable[..., Any]) -> Any:
        """The row passed to a class as keyword arguments."""
        return as_class(**self._decoded(None)[0])

    def row_factory(
        self,
        row_factory: Callable[[dict[str, Any]], Any],
        custom_decoders: dict[str, Callable[[bytes], Any]] | None = None,
    ) -> Any:
        """The row passed to a function as a dict."""
        return row_factory(self._decoded(custom_decoders)[0])


def _given(statement: str, parameters: Any) -> tuple[int, int, bool]:
    """How many parameters the server expects, how many it gets, and whether some are dropped on the way."""
    from .statements import named, placeholders

    names = named(statement)
    expected = len(names) or placeholders(statement)
    if parameters is None:
        return expected, 0, False
    if isinstance(parameters, Mapping):
        if missing := [name for name in names if name not in parameters]:
            raise error("PyToRustValueMappingError")(f"Cannot find parameter with name <{missing[0]}>")
        if names:
            return expected, expected, False
    if isinstance(parameters, str) or not isinstance(parameters, Sequence):
        raise error("PyToRustValueMappingError")("Parameters must be sequence or mapping")
    return expected, min(expected, len(parameters)), len(parameters) > expected


def _string(value: object) -> None:
    if not isinstance(value, str):
        kind = "None" if value is None else type(value).__name__
        shown = f"'{kind}'" if value is None else f"'{kind}' object"
        raise TypeError(f"{shown} is not an instance of 'str'")


class _Operations:
    """The calls that a connection and a transaction have in common."""

    async def execute(
        self, querystring: str, parameters: Parameters = None, prepared: bool | None = None
    ) -> QueryResult:
        """Run a statement. Returns its rows; none for one that returns none, whatever it changed."""
        return await self._many_rows("execute", querystring, parameters)

    async def fetch(
        self, querystring: str, parameters: Parameters = None, prepared: bool | None = None
    ) -> QueryResult:
        """Run a statement. Returns its rows."""
        return await self._many_rows("fetch", querystring, parameters)

    async def _many_rows(self, kind: Kind, querystring: str, parameters: Any) -> QueryResult:
        return QueryResult(await self._call(kind, kind, querystring, parameters))

    async def fetch_row(
        self, querystring: str, parameters: Parameters = None, prepared: bool | None = None
    ) -> SingleQueryResult:
        """Run a statement for its only row. Raises: ConnectionExecuteError for any other number of rows."""
        return SingleQueryResult(await self._call("fetch_row", "fetch_row", querystring, parameters))

    async def fetch_val(
        self, querystring: str, parameters: Parameters = None, prepared: bool | None = None
    ) -> Any:
        """The first value of the only row. Raises: ConnectionExecuteError for any other number of rows."""
        return await self._call("fetch_val", "fetch_val", querystring, parameters)

    async def execute_many(
        self, querystring: str, parameters: Sequence[Any] | None = None, prepared: bool | None = None
    ) -> None:
        """Run a statement once for each set of parameters: all or nothing."""
        _string(querystring)
        if parameters is not None and (isinstance(parameters, str) or not isinstance(parameters, Sequence)):
            raise TypeError(f"'{type(parameters).__name__}' object is not an instance of 'Sequence'")
        await self._call("execute", "execute_many", querystring, parameters)

    async def execute_batch(self, querystring: str) -> None:
        """Run statements separated by semicolons, without parameters."""
        await self._call("execute", "execute_batch", querystring, None)

    async def prepare(self, querystring: str, parameters: Parameters = None) -> "FakePreparedStatement":
        """Bind a statement to its parameters; what it answers is scripted as for `execute`."""
        connection = self._open()
        _string(querystring)
        await pause()
        try:
            connection.session.admit(querystring)
        except Refused as refusal:
            raise error("DatabaseError")(f"db error: ERROR: {refusal}") from None
        expected, given, _ = _given(querystring, parameters)
        connection.ledger.events.append(Event("prepare"))
        return FakePreparedStatement(connection, querystring, parameters, expected, given)

    def cursor(
        self, querystring: str | None = None, parameters: Parameters = None, array_size: int | None = None
    ) -> "FakeCursor":
        """A cursor over the rows scripted for `fetch`."""
        return FakeCursor(self, querystring, parameters, array_size)

    async def binary_copy_to_table(
        self,
        source: Any,
        table_name: str,
        columns: Sequence[str] | None = None,
        schema_name: str | None = None,
    ) -> int:
        """Recorded in `copy_calls`. Returns what `copy_return` says, else 0."""
        content = source if isinstance(source, bytes | bytearray | memoryview) else None
        if content is None and hasattr(source, "getvalue"):
            content = source.getvalue()
        if content is None:
            raise error("PyToRustValueMappingError")("source must be bytes or support Buffer protocol")
        return await self._copy("binary_copy_to_table", table_name, bytes(content), columns, schema_name)

    async def copy_records_to_table(
        self,
        table_name: str,
        records: Iterable[Sequence[Any]],
        columns: Sequence[str] | None = None,
        schema_name: str | None = None,
    ) -> int:
        """Recorded in `copy_calls`. Returns what `copy_return` says, else how many records there are."""
        return await self._copy("copy_records_to_table", table_name, list(records), columns, schema_name)

    async def _copy(
        self, method: str, table: str, content: Any, columns: Sequence[str] | None, schema: str | None
    ) -> int:
        try:
            self._open()
        except error("InterfaceError"):
            return 0
        name = ".".join(f'"{part}"' for part in (schema, table) if part)
        listed = f"({', '.join(columns)})" if columns else ""
        count = await self._call("copy", method, f"COPY {name}{listed} FROM STDIN (FORMAT binary)", content)
        if isinstance(count, int):
            return count
        return len(content) if isinstance(content, list) else 0

    def _open(self) -> "FakeConnection":
        """The connection behind this object. Raises: the driver's error where it is closed."""
        raise NotImplementedError

    async def _call(self, kind: Kind, method: str, querystring: str, parameters: Any) -> Any:
        connection = self._open()
        _string(querystring)
        return await connection.call(
            kind, method, querystring, parameters, plain=isinstance(self, FakeConnection)
        )


def _prefix(method: str) -> str:
    return "Cannot execute query, error - " if method in ("execute", "fetch") else ""


class FakeConnection(_Operations, BaseConnection):
    """A psqlpy connection whose answers are scripted. Also what `FakePool.acquire()` gives, unentered."""

    def __init__(self, *, strict: bool = False) -> None:
        super().__init__(strict=strict)
        self._is_open = True
        self._enters = False
        self._in_transaction = False
        self._pool: FakePool | None = None
        self._cached: set[str] = set()
        self._returned: list[bool] = []

    async def __aenter__(self) -> "FakeConnection":
        if self._enters and self._pool is not None:
            self._enters = False
            await self._pool.take()
            self._is_open = True
        self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def close(self) -> None:
        """Give the connection back; it can't be used after that."""
        self._leave()

    def _leave(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        if self._pool is None:
            self.events.append(Event("close"))
            return
        if self.session.open:
            self.problems.append(
                "a connection went back to the pool with its transaction still open: psqlpy hands it like that "
                "to whoever is next\n  Use `async with conn.transaction()`, or commit or roll back in a finally."
            )
        self._pool.release(self)

    def is_closed(self) -> bool:
        """True while the connection is open: psqlpy has it the wrong way round."""
        return self._is_open

    async def in_transaction(self) -> bool:
        """Whether `begin` was called since the last commit or rollback; BEGIN as a statement does not count."""
        return self._is_open and self._in_transaction

    def transaction(
        self, isolation_level: Any = None, read_variant: Any = None, deferrable: bool | None = None
    ) -> "FakeTransaction":
        """A transaction, to be entered or begun. There is no nesting: the inner one's end is the outer one's."""
        self._open()
        for value, name in ((isolation_level, "IsolationLevel"), (read_variant, "ReadVariant")):
            if value is not None and type(value).__name__ != name:
                raise TypeError(f"'{type(value).__name__}' object is not an instance of '{name}'")
        return FakeTransaction(self, isolation_level, read_variant, deferrable)

    def _open(self) -> "FakeConnection":
        if not self._is_open:
            raise error("ConnectionClosedError")(_CLOSED)
        return self

    async def call(self, kind: Kind, method: str, querystring: str, parameters: Any, *, plain: bool) -> Any:
        """One call on the wire. `plain`: made on the connection itself, where no parameters means no preparing."""
        many = method == "execute_many"
        prepares = kind != "copy" and method != "execute_batch" and not many
        unprepared = plain and method in ("execute", "fetch") and parameters is None

        def check(call: Call) -> None:
            if prepares and several(querystring):
                raise Refused("42601", "cannot insert multiple commands into a prepared statement")
            if many:
                self._check_many(querystring, parameters or ())
            elif prepares:
                expected, given, dropped = _given(querystring, parameters)
                self._check_count(expected, given, prefix=_prefix(method))
                if dropped:
                    self._dropped(call)

        cached = querystring in self._cached
        try:
            value = await self.perform(kind, method, querystring, parameters, check=check, batch=many)
        except Refused as refusal:
            text = f"db error: ERROR: {refusal}"
            if many:
                raise error("ConnectionExecuteError")(
                    f"Cannot build statement in execute_many: {text}"
                ) from None
            if prepares and (unprepared or cached):
                raise error("ConnectionExecuteError")(_prefix(method) + text) from None
            raise error("DatabaseError")(text) from None
        if prepares and not unprepared:
            self._cached.add(querystring)
        return value

    def _check_count(self, expected: int, given: int, *, prefix: str) -> None:
        if given < expected:
            raise error("ConnectionExecuteError")(f"{prefix}expected {expected} parameters but got {given}")

    def _check_many(self, querystring: str, sets: Sequence[Any]) -> None:
        for number, parameters in enumerate(sets):
            try:
                expected, given, dropped = _given(querystring, () if parameters is None else parameters)
                if parameters is None:
                    raise error("PyToRustValueMappingError")("Parameters must be sequence or mapping")
            except error("PyToRustValueMappingError") as problem:
                if number:
                    raise
                name = "ConnectionExecuteError"
                raise error(name)(f"Cannot build statement in execute_many: {problem}") from None
            self._check_count(expected, given, prefix="Error occurred in `execute_many` statement: ")
            if dropped:
                self._dropped(self.calls[-1])

    def _dropped(self, call: Call) -> None:
        self.problems.append(
            f"{call.method}() was given more parameters than the statement has placeholders; psqlpy drops the "
            f"rest without a word\n{shown(call)}\n  Add the placeholder, or remove the parameter."
        )

    def shape(self, kind: Kind, source: Kind, value: Any) -> Any:
        """Rows as a list; for fetch_row the only one; for fetch_val a value."""
        if kind == "copy" or (kind == "fetch_val" and source == "fetch_val" and value is not UNSET):
            return value
        rows = as_rows(value)
        if kind in ("execute", "fetch"):
            return rows
        if len(rows) != 1:
            raise error("ConnectionExecuteError")(_ROWS)
        return rows[0] if kind == "fetch_row" else next(iter(dict(rows[0].items()).values()), None)

    def aborts(self, failure: BaseException) -> bool:
        """Errors of the server: ConnectionExecuteError and DatabaseError, but for those the client finds out."""
        if isinstance(failure, Refused):
            return True
        server = (error("ConnectionExecuteError"), error("DatabaseError"))
        if not isinstance(failure, server) or isinstance(failure, error("PyToRustValueMappingError")):
            return False
        text = str(failure)
        return _ROWS not in text and " parameters but got " not in text


class FakeTransaction(_Operations):
    """A psqlpy transaction: a context manager that gives itself, or begin, then commit or rollback."""

    def __init__(
        self,
        connection: FakeConnection,
        isolation_level: Any = None,
        read_variant: Any = None,
        deferrable: Any = None,
    ) -> None:
        self.connection = connection
        self._read_only = getattr(read_variant, "name", str(read_variant)).endswith("ReadOnly")
        self._is_open = True
        for name, method in vars(connection).items():
            if callable(method) and hasattr(type(self), name):
                setattr(self, name, method)

    async def __aenter__(self) -> "FakeTransaction":
        await self.begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await (self.commit() if kind is None else self.rollback())

    def _open(self) -> FakeConnection:
        if not self._is_open:
            raise error("TransactionClosedError")(_CLOSED)
        return self.connection

    async def begin(self) -> None:
        """Start the transaction."""
        connection = self._open()
        await pause()
        connection.session.begin(read_only=self._read_only)
        connection._in_transaction = True

    async def commit(self) -> None:
        """Commit, and close this object; the server rolls back where a statement failed."""
        connection = self._open()
        await pause()
        connection.session.commit()
        self._is_open = connection._in_transaction = False

    async def rollback(self) -> None:
        """Roll back, and close this object."""
        connection = self._open()
        await pause()
        connection.session.rollback()
        self._is_open = connection._in_transaction = False

    async def create_savepoint(self, savepoint_name: str) -> None:
        """SAVEPOINT."""
        await self._savepoint(self._open().session.savepoint, savepoint_name)

    async def release_savepoint(self, savepoint_name: str) -> None:
        """RELEASE SAVEPOINT."""
        await self._savepoint(self._open().session.release_savepoint, savepoint_name)

    async def rollback_savepoint(self, savepoint_name: str) -> None:
        """ROLLBACK TO SAVEPOINT."""
        await self._savepoint(self._open().session.rollback_savepoint, savepoint_name)

    async def _savepoint(self, action: Callable[[str], None], name: str) -> None:
        await pause()
        try:
            action(name)
        except Refused as refusal:
            raise error("DatabaseError")(f"db error: ERROR: {refusal}") from None

    async def pipeline(
        self, queries: list[tuple[Any, ...]] | None = None, prepared: bool | None = None
    ) -> list[QueryResult]:
        """Run several statements; recorded and answered as one `execute` each."""
        self._open()
        for query in queries or []:
            if not isinstance(query, tuple):
                kind = type(query).__name__
                raise error("PyToRustValueMappingError")(
                    f"Cannot cast to tuple: '{kind}' object is not an instance of 'tuple'"
                )
            if len(query) > 1 and query[1] is None:
                raise error("PyToRustValueMappingError")("Parameters must be sequence or mapping")
        return [await self._many_rows("execute", query[0], [*query[1:2], None][0]) for query in queries or []]


FakeTransactionContext = FakeTransaction


class FakePreparedStatement:
    """A statement with its parameters."""

    def __init__(
        self, connection: FakeConnection, query: str, parameters: Any, expected: int, given: int
    ) -> None:
        self._connection, self._query, self._parameters = connection, query, parameters
        self._missing = f"expected {expected} parameters but got {given}" if given < expected else None

    async def execute(self) -> QueryResult:
        """Run the statement; answered as `execute` is."""
        if self._missing:
            raise error("DatabaseError")(self._missing)
        rows = await self._connection.call("execute", "execute", self._query, self._parameters, plain=False)
        return QueryResult(rows)

    def cursor(self) -> "FakeCursor":
        """A cursor over the statement's rows."""
        return FakeCursor(self._connection, self._query, self._parameters)

    def columns(self) -> list[Any]:
        """No columns: a fake doesn't know them."""
        return []


class FakeCursor:
    """A server-side cursor over the rows scripted for `fetch`, asked for once, when it starts."""

    def __init__(
        self,
        target: _Operations,
        querystring: str | None,
        parameters: Any = None,
        array_size: int | None = None,
    ) -> None:
        self.querystring, self.parameters = querystring, parameters
        self.array_size = 1 if array_size is None else array_size
        self._target: _Operations | None = target
        self._rows: list[Any] | None = None

    def __aiter__(self) -> "FakeCursor":
        return self

    async def __anext__(self) -> QueryResult:
        result = await self.fetchmany()
        if not result.rowcount:
            raise StopAsyncIteration
        return result

    async def __aenter__(self) -> "FakeCursor":
        if self._target is None:
            raise error("CursorClosedError")(_CLOSED)
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def start(self) -> None:
        """Ask for the rows."""
        if self._target is None:
            raise error("ConnectionClosedError")(_CLOSED)
        if self.querystring is None:
            raise error("CursorStartError")("Cursor start error: Cannot start cursor")
        connection = self._target._open()
        try:
            rows = await connection.call("fetch", "cursor", self.querystring, self.parameters, plain=False)
        except error("ConnectionExecuteError") as problem:
            if " parameters but got " in str(problem):
                raise error("DatabaseError")(str(problem)) from None
            raise
        self._rows = list(rows)

    async def execute(self, querystring: str, parameters: Parameters = None) -> None:
        """Start with another statement."""
        self.querystring, self.parameters = querystring, parameters
        await self.start()

    def close(self) -> None:
        """Close the cursor; it can't be started again."""
        self._target = self._rows = None

    async def fetchone(self) -> QueryResult:
        """The next row, or none."""
        return self._next(1)

    async def fetchmany(self, size: int | None = None) -> QueryResult:
        """The next rows, `array_size` of them by default."""
        return self._next(self.array_size if size is None else size)

    async def fetchall(self) -> QueryResult:
        """All rows that are left."""
        return self._next(None)

    def _next(self, count: int | None) -> QueryResult:
        if self._rows is None:
            raise error("TransactionClosedError")(_CLOSED)
        taken, self._rows = self._rows[:count], self._rows[len(self._rows[:count]) :]
        return QueryResult(taken)


class PoolStatus:
    """How a pool stands: `max_size`, `size`, `available`, `waiting`."""

    def __init__(self, places: Places) -> None:
        self.max_size = 0 if places.closed else places.limit
        self.size, self.available, self.waiting = places.made, places.idle, len(places.waiters)

    def __str__(self) -> str:
        return (
            f"Connection Pool Status - [max_size: {self.max_size}, size: {self.size}, "
            f"available: {self.available}, waiting: {self.waiting}]"
        )


class FakePool:
    """A psqlpy pool. `acquire()` gives the scripted connection, or a sibling of it while it is out.

    Arguments: the scripted connection (a new one by default, reachable as `fake`); how many may be out at once.
    """

    def __init__(self, connection: FakeConnection | None = None, *, max_size: int = 8) -> None:
        if max_size < 2:
            raise error("ConnectionPoolConfigurationError")(
                "Connection pool configuration error: Maximum database pool size must be more than 1."
            )
        self.fake = FakeConnection() if connection is None else connection
        self._places = Places(max_size)
        self._fake_is_free = True
        self.fake.ledger.unreleased = lambda: self._places.out

    def __iter__(self) -> "FakePool":
        return self

    def __enter__(self) -> "FakePool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def acquire(self) -> FakeConnection:
        """A connection that is taken from the pool when it is entered with `async with`."""
        connection = self.fake if self._fake_is_free else self._twin()
        self._fake_is_free = self._fake_is_free and connection is not self.fake
        connection._pool, connection._enters, connection._is_open = self, True, False
        connection._in_transaction = False
        return connection

    async def connection(self) -> FakeConnection:
        """A connection, given back by `close()`, by leaving `async with`, or when nothing refers to it."""
        await self.take()
        connection = self._twin()
        connection._pool, connection._enters, connection._is_open = self, False, True
        weakref.finalize(connection, _collected, self._places, connection._returned).atexit = False
        return connection

    def _twin(self) -> FakeConnection:
        twin = self.fake.sibling()
        twin._in_transaction, twin._returned = False, []
        return twin

    async def take(self) -> None:
        """Wait for a free place. Raises: BaseConnectionPoolError where the pool is closed."""
        await pause()
        if not self._places.closed:
            await self._places.take()
        if self._places.closed:
            raise error("BaseConnectionPoolError")("Database engine pool exception: Pool has been closed")
        self.fake.events.append(Event("acquire"))

    def release(self, connection: FakeConnection) -> None:
        """Take a connection back; called by the connection."""
        connection._returned.append(True)
        self._places.give_back()
        self._fake_is_free = self._fake_is_free or connection is self.fake
        self.fake.events.append(Event("release"))

    def status(self) -> PoolStatus:
        """How the pool stands."""
        return PoolStatus(self._places)

    def resize(self, new_max_size: int) -> None:
        """Change how many connections may be out."""
        self._places.limit = new_max_size
        self._places.wake(new_max_size)

    def close(self) -> None:
        """Close the pool; connections that are out go on working."""
        if not self._places.closed:
            self._places.closed, self._places.made = True, self._places.out
            self._places.wake(len(self._places.waiters))
            self.fake.events.append(Event("close"))


def _collected(places: Places, returned: list[bool]) -> None:
    if not returned:
        places.give_back()
