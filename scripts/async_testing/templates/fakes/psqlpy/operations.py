"""The calls of psqlpy that send a statement, and how it counts parameters."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..common.errors import Refused
from ..common.session import pause
from ..core.recording import Event
from ..core.scripting import Kind
from .cursors import FakeCursor, FakePreparedStatement, Whereabouts
from .exceptions import error, worded
from .results import Parameters, QueryResult, SingleQueryResult

if TYPE_CHECKING:
    from .connection import FakeConnection


def given_parameters(statement: str, parameters: Any) -> tuple[int, int, bool]:
    """How many parameters the server expects, how many it gets, and whether some are dropped on the way."""
    from ..sql.text import holders, placeholders

    names = [name for name in holders(statement) if isinstance(name, str)]
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


def require_string(value: object) -> None:
    """Raises: TypeError where a text is expected."""
    if not isinstance(value, str):
        kind = "None" if value is None else type(value).__name__
        shown = f"'{kind}'" if value is None else f"'{kind}' object"
        raise TypeError(f"{shown} is not an instance of 'str'")


class Operations(Whereabouts):
    """The calls that a connection and a transaction have in common."""

    plain = False
    _is_open = True

    def is_closed(self) -> bool:
        """True while this is open: psqlpy has it the wrong way round."""
        return self._is_open

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
        require_string(querystring)
        if parameters is not None and (isinstance(parameters, str) or not isinstance(parameters, Sequence)):
            raise TypeError(f"'{type(parameters).__name__}' object is not an instance of 'Sequence'")
        await self._call("execute", "execute_many", querystring, parameters)

    async def execute_batch(self, querystring: str) -> None:
        """Run statements separated by semicolons, without parameters."""
        await self._call("execute", "execute_batch", querystring, None)

    async def prepare(self, querystring: str, parameters: Parameters = None) -> "FakePreparedStatement":
        """Bind a statement to its parameters; what it answers is scripted as for `execute`."""
        connection = self.opened()
        require_string(querystring)
        try:
            await (pause() if querystring in connection._cached else self._prepared(connection, querystring))
        except Exception as problem:
            told = problem if isinstance(problem, Refused) else getattr(problem, "refusal", None)
            raise (worded(told, "prepare", running=False) if told else problem) from None
        expected, given, _ = given_parameters(querystring, parameters)
        connection.ledger.events.append(Event("prepare"))
        connection._cached.add(querystring)
        return FakePreparedStatement(connection, querystring, parameters, expected, given)

    async def _prepared(self, connection: "FakeConnection", querystring: str) -> None:
        connection.session.admit(querystring)
        await connection.step("PREPARE", lambda: None)

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
        content = source.getvalue() if hasattr(source, "getvalue") else source
        if not isinstance(content, bytes | bytearray | memoryview):
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
            self.opened()
        except error("InterfaceError"):
            return 0
        name = ".".join(f'"{part}"' for part in (schema, table) if part)
        listed = f"({', '.join(columns)})" if columns else ""
        count = await self._call("copy", method, f"COPY {name}{listed} FROM STDIN (FORMAT binary)", content)
        if isinstance(count, int):
            return count
        return len(content) if isinstance(content, list) else 0

    def opened(self) -> "FakeConnection":
        """The connection behind this object. Raises: the driver's error where it is closed."""
        raise NotImplementedError

    async def _call(self, kind: Kind, method: str, querystring: str, parameters: Any) -> Any:
        connection = self.opened()
        require_string(querystring)
        return await connection.call(kind, method, querystring, parameters, plain=self.plain)
