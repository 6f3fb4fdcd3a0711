"""The results that a cursor of psycopg stands on, and how far it has got in them."""

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Self

from ..common.cursor import Rows
from ..common.kinds import SeenAs
from ..core.recording import copied
from .columns import Column, Fields
from .exceptions import error

if TYPE_CHECKING:
    from .answers import Result


class Results(SeenAs):
    """The results of the last call, of which one is the current one."""

    row_factory: Callable[..., Any] | None
    closed = False
    _results: "tuple[Result, ...]" = ()
    _index = 0
    _many = False

    def _set(self, *results: "Result") -> None:
        self._results = results
        self._select(0)

    def _select(self, index: int) -> None:
        self._index = index
        self._rows = Rows((self._result and self._result.rows) or ())

    @property
    def _result(self) -> "Result | None":
        return self._results[self._index] if self._results else None

    def nextset(self) -> bool | None:
        """Go on to the next result. Returns None where there is none."""
        if self._index >= len(self._results) - 1:
            return None
        self._select(self._index + 1)
        return True

    async def set_result(self, index: int) -> Self:
        """Go to a result by its place. Raises: IndexError."""
        count = len(self._results)
        if not -count <= index < count:
            raise IndexError(f"index {index} out of range: {count} result(s) available")
        self._select(index % count)
        return self

    async def results(self) -> AsyncIterator[Self]:
        """This cursor, once for each result."""
        going = self._result is not None and not self._many
        while going:
            yield self
            going = bool(self.nextset())

    @property
    def rowcount(self) -> int:
        """How many rows the statement returned or changed; -1 before any."""
        return -1 if self._result is None else self._result.count

    @property
    def statusmessage(self) -> str | None:
        """The command tag, as `INSERT 0 1`; None before any statement."""
        return (self._result.tag or None) if self._result else None

    @property
    def rownumber(self) -> int | None:
        """The place of the next row; None without rows."""
        return None if self._result is None or self._result.rows is None else self._rows.place

    @property
    def description(self) -> list[Column] | None:
        """The columns, as far as rows or statement tell; None for a statement that returns none."""
        if self._result is None or self._result.rows is None:
            return None
        return [Column(name) for name in self._names()]

    @property
    def pgresult(self) -> Fields | None:
        """The names of the columns, for row factories."""
        return None if self.description is None else Fields(self._names())

    def _names(self) -> list[str]:
        if self._rows.all:
            return list(dict(self._rows.all[0].items()))
        return list(self._result.columns) if self._result else []

    def _not_closed(self) -> None:
        if self.closed:
            raise error("InterfaceError")("the cursor is closed")

    def _readable(self) -> None:
        self._not_closed()
        if self._result is None or not self._result.tag or self._many:
            raise error("ProgrammingError")("no result available")
        if self._result.rows is None:
            tag = self._result.tag
            raise error("ProgrammingError")(
                f"the last operation didn't produce records (command status: {tag})"
            )

    def _fetched(self, count: int | None) -> list[Any]:
        self._readable()
        return self._made(self._rows.take(count))

    def _made(self, rows: list[Any]) -> list[Any]:
        make: Any = tuple if self.row_factory is None else self.row_factory(self)
        return [make([copied(value) for value in dict(row.items()).values()]) for row in rows]
