# async-testing-expert 0.1.0 sha256:61c733dc3edb0db7 (scaffold.py --update renews it)
"""What the cursors of the drivers of MySQL have in common, and how they differ in the rows they give."""

import re
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from ..common.cursor import Rows
from ..common.kinds import SeenAs, loaded
from ..core.recording import copied
from .forms import Form
from .literals import arguments
from .wire import Result

if TYPE_CHECKING:
    from .connection import MysqlConnection


class MysqlCursor(SeenAs):
    """A cursor over scripted rows: tuples or dicts, all at once or one by one, as the class says that was asked for."""

    insert_values: ClassVar[re.Pattern[str]]
    """The statements that `executemany` makes one of."""

    def __init__(self, connection: "MysqlConnection", kind: type | None) -> None:
        self.connection: Any = connection
        self._form = Form(kind)
        self._error = connection.error
        self._executed = False
        self._rows: Rows | None = None
        self._more: list[Result] = []
        self.arraysize, self.rownumber, self.rowcount = 1, 0, -1
        self.description: tuple[tuple[Any, ...], ...] | None = None
        self.lastrowid: int | None = connection.no_id

    def seen_as(self) -> Any:
        """The class that was asked for."""
        return self._form.kind or loaded(self.seen) or type(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the cursor; buffered rows can still be fetched."""
        self.finish()
        self.connection = None

    def finish(self) -> None:
        """Leave the rows that were not read yet to the server."""
        if self.connection is not None and self.connection.reading is self:
            self.connection.reading = None
            self._rows = Rows()

    async def execute(self, query: Any, args: Any = None) -> Any:
        """Run a statement. Returns how many rows it gave or changed."""
        connection = self._connected()
        connection.formatted(query, args)
        self._clear()
        self._set(await connection.run("execute", query, args, unbuffered=self._form.unbuffered))
        return self.rowcount

    async def executemany(self, query: str, args: Iterable[Any]) -> Any:
        """Run a statement for each set of parameters; an INSERT … VALUES once with all of them.

        Returns: how many rows were changed; None without any set.
        """
        if not args:
            return None
        connection, sets = self._connected(), list(args)
        if found := self.insert_values.match(query):
            _ = found[1] % ()
            for each in sets:
                _ = found[2].rstrip() % arguments(each, self._error)
        else:
            for each in sets:
                connection.formatted(query, each)
        self._clear()
        self._set(await connection.run("executemany", query, sets, many=True))
        return self.rowcount

    async def callproc(self, procname: str, args: Any = ()) -> Any:
        """Call a procedure, whose rows `fetch_return` scripts. Returns the arguments."""
        query = f"CALL {procname}({', '.join(['%s'] * len(args))})"
        await self.execute(query, args)
        return args

    async def nextset(self) -> Any:
        """Go on to the next result. Returns None where there is none."""
        self._connected()
        if not self._more:
            return None
        more = self._more
        self._clear()
        self._set(more)
        return True

    def mogrify(self, query: Any, args: Any = None) -> Any:
        """The text as it would be sent."""
        return self._connected().formatted(query, args)

    def setinputsizes(self, *args: Any) -> None:
        """Does nothing."""

    def setoutputsizes(self, *args: Any) -> None:
        """Does nothing."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        row = self.take_one()
        if row is None:
            raise StopAsyncIteration
        return row

    def take_one(self) -> Any:
        """The next row, or None."""
        return next(iter(self._taken(1)), None)

    def take_many(self, size: int | None) -> Any:
        """The next rows, `arraysize` of them by default."""
        count = (
            (self.arraysize if size is None else size) if self._form.unbuffered else size or self.arraysize
        )
        return self._taken(count)

    def take_all(self) -> Any:
        """All rows that are left."""
        return self._taken(None)

    def move(self, value: int, mode: str) -> None:
        """Go to another row."""
        self._check_executed()
        if mode not in ("relative", "absolute"):
            raise self._error("ProgrammingError")(f"unknown scroll mode {mode}")
        place = value + self.rownumber if mode == "relative" else value
        if self._form.unbuffered:
            if place < self.rownumber:
                raise self._error("NotSupportedError")("Backwards scrolling not supported by this cursor")
            self._taken(place - self.rownumber)
        elif self._rows is None:
            raise TypeError("object of type 'NoneType' has no len()")
        elif not 0 <= place < len(self._rows.all):
            raise IndexError("out of range")
        else:
            self._rows.place = place
        self.rownumber = place

    def _connected(self) -> "MysqlConnection":
        if self.connection is None:
            raise self._error("ProgrammingError")("Cursor closed")
        found: MysqlConnection = self.connection
        return found

    def _check_executed(self) -> None:
        if not self._executed:
            raise self._error("ProgrammingError")("execute() first")

    def _clear(self) -> None:
        self.rowcount = self.rownumber = 0
        self.description, self._rows, self.lastrowid = None, None, self.connection.no_id
        self._more = []

    def _set(self, results: list[Result]) -> None:
        result, *self._more = results
        self.connection.last = result
        self._executed = True
        self.rowcount, self.lastrowid = result.count, result.lastrowid
        if result.rows is None:
            return
        names = list(dict(result.rows[0].items())) if result.rows else result.columns
        self.description = tuple((name, None, None, None, None, None, True) for name in names)
        self._rows = Rows([self._row(dict(row.items())) for row in result.rows])
        if self._form.unbuffered:
            self.connection.reading = self

    def _row(self, row: dict[str, Any]) -> Any:
        values = [copied(value) for value in row.values()]
        kind = self._form.dict_type
        return tuple(values) if kind is None else kind(zip(row, values, strict=True))

    def _taken(self, count: int | None) -> Any:
        self._check_executed()
        if self._rows is None:
            return []
        taken = self._rows.take(count)
        self.rownumber += len(taken)
        if self._form.unbuffered:
            if count is None or len(taken) < count:
                self.finish()
            return taken
        dicts = self._form.dict_type is not None and self._rows.all
        return taken if dicts else tuple(taken)
