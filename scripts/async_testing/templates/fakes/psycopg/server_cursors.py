"""The named cursor of psycopg, whose rows the server has."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self

from ..common.session import pause
from ..core.scripting import as_rows
from .answers import Result
from .cursors import FakeCursor
from .exceptions import error
from .queries import text_of

if TYPE_CHECKING:
    from .connection import FakeConnection
    from .portals import Portal


class FakeServerCursor(FakeCursor):
    """An `AsyncServerCursor`: each fetch asks the server, which has the rows until the transaction ends.

    One that has run nothing fetches from whatever cursor of its name there is.
    """

    seen = "psycopg.AsyncServerCursor"

    def __init__(
        self,
        connection: "FakeConnection",
        *,
        name: str,
        row_factory: Callable[..., Any] | None,
        scrollable: bool | None,
        withhold: bool,
    ) -> None:
        super().__init__(connection, row_factory=row_factory)
        self.name, self.scrollable, self.withhold = name, scrollable, withhold
        self.itersize = 100
        self._described = False
        self._page: list[Any] | None = None
        self._page_place = 0

    async def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> Self:
        """Declare the cursor; one that is there already is closed before. Returns this cursor."""
        if prepare is not None:
            raise TypeError("keyword not supported: prepare")
        portals, name = self.connection.portals, self.name

        async def ready() -> None:
            if self._described:
                await self._let_go()
            self._described, self._page = False, None
            self._not_closed()
            self._set()

        def check(text: str) -> None:
            portals.check(name, text, held=self.withhold)

        def declared(answer: Any) -> None:
            portals.declare(name, as_rows(answer), held=self.withhold)
            self._describe()

        await self.connection.call(
            *("fetch", "execute", text_of(query), params), ready=ready, refuses=check, answered=declared
        )
        return self

    async def executemany(self, query: Any, params_seq: Iterable[Any], *, returning: bool = True) -> None:
        """Raises: NotSupportedError."""
        raise error("NotSupportedError")("executemany not supported on server-side cursors")

    async def close(self) -> None:
        """Close the cursor, on the server too where the transaction is sound."""
        if self.closed:
            return
        if not self.connection.closed:
            await self.connection.operation(self._let_go)
        await super().close()

    async def fetchone(self) -> Any:
        """The next row, or None."""
        return next(iter(await self._fetch(1)), None)

    async def fetchmany(self, size: int = 0) -> list[Any]:
        """The next rows, `arraysize` of them by default."""
        return await self._fetch(size or self.arraysize)

    async def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return await self._fetch(None)

    async def __anext__(self) -> Any:
        if self._page is None or self._page_place >= len(self._page) >= self.itersize:
            self._page, self._page_place = await self._fetch(self.itersize, counted=False), 0
        if self._page_place >= len(self._page):
            raise StopAsyncIteration("no more records to return")
        self._page_place += 1
        self._rows.place += 1
        return self._page[self._page_place - 1]

    async def scroll(self, value: int, mode: str = "relative") -> None:
        """Go to another row; outside of the rows is no error."""

        async def moved() -> None:
            if mode not in ("relative", "absolute"):
                raise ValueError(f"bad mode: {mode}. It should be 'relative' or 'absolute'")
            await pause()
            self.connection.portals.use(self.name).move(value, mode)

        await self.connection.operation(moved)
        self._rows.place = value + (self._rows.place if mode == "relative" else 0)

    async def _fetch(self, count: int | None, *, counted: bool = True) -> list[Any]:
        rows: list[Any] = await self.connection.operation(lambda: self._asked(count))
        self._rows.place += len(rows) if counted else 0
        return rows

    async def _asked(self, count: int | None) -> list[Any]:
        self._not_closed()
        if not self._described:
            self._set()
            await self.connection.start()
            self._describe()
        await pause()
        portal: Portal = self.connection.portals.use(self.name)
        return self._made(portal.fetch(count))

    def _describe(self) -> None:
        from ..sql.returned import columns

        portal: Portal = self.connection.portals.describe(self.name)
        self._set(Result(portal.rows, -1, "", () if portal.rows else columns(portal.call.statement)))
        self._described = True

    async def _let_go(self) -> None:
        session, portals = self.connection.session, self.connection.portals
        if session.aborted or not (self.withhold or session.open):
            return
        if self._described or portals.find(self.name):
            await pause()
            portals.close(self.name)
