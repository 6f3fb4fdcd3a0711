"""The cursor of aiosqlite."""

from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..common.cursor import Rows
from ..common.kinds import SeenAs
from ..core.recording import copied
from .binding import row_of
from .exceptions import error

if TYPE_CHECKING:
    from .wire import Wire


class FakeCursor(SeenAs):
    """An aiosqlite cursor over scripted rows."""

    seen = "aiosqlite.cursor.Cursor"

    def __init__(self, connection: "Wire") -> None:
        self._connection = connection
        self.row_factory = getattr(connection, "row_factory", None)
        self.arraysize, self.rowcount = 1, -1
        self.lastrowid: int | None = None
        self.description: tuple[tuple[Any, ...], ...] | None = None
        self._rows, self._closed = Rows(), False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def execute(self, sql: str, parameters: Any = None) -> Self:
        """Run a statement. Returns this cursor."""
        self._open()
        await self._connection.run(self, "execute", sql, [] if parameters is None else parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Any]) -> Self:
        """Run a statement once for each set of parameters. Returns this cursor."""
        self._open()
        await self._connection.run(self, "executemany", sql, list(parameters), many=True)
        return self

    async def executescript(self, sql_script: str) -> Self:
        """Run statements without parameters; what is open is committed first."""
        self._open()
        await self._connection.run_script(self, sql_script)
        return self

    async def fetchone(self) -> Any:
        """The next row, or None."""
        return next(iter(self._taken(1)), None)

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows, `arraysize` of them by default."""
        return self._taken(self.arraysize if size is None else size)

    async def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return self._taken(None)

    async def __aiter__(self) -> AsyncIterator[Any]:
        for row in self._taken(None):
            yield row

    async def close(self) -> None:
        """Close the cursor."""
        self._connection.check_running()
        self._closed = True

    def fill(self, rows: list[Any] | None, count: int, lastrowid: int | None) -> None:
        """Take the result of a statement."""
        self.rowcount, self.lastrowid = count, lastrowid
        names = list(dict(rows[0].items())) if rows else []
        self.description = None if rows is None else tuple((name, *[None] * 6) for name in names)
        self._rows = Rows([dict(row.items()) for row in rows or ()])

    def _open(self) -> None:
        self._connection.check_running()
        if self._closed:
            raise error("ProgrammingError")("Cannot operate on a closed cursor.")

    def _taken(self, count: int | None) -> list[Any]:
        self._open()
        made = []
        for row in self._rows.take(count):
            values = tuple(copied(value) for value in row.values())
            made.append(row_of(self.row_factory, self, list(row), values))
        return made
