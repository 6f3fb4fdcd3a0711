# async-testing-expert 0.1.0 sha256:1c17615e09335ac2 (scaffold.py --update renews it)
"""What the connections of the drivers of MySQL have in common."""

from collections.abc import Generator
from types import TracebackType
from typing import Any, Self

from .literals import escaped, literal
from .wire import Wire


class MysqlConnection(Wire):
    """A connection, open, whose answers are scripted; without autocommit, unless told otherwise."""

    def __await__(self) -> Generator[Any, Any, Self]:
        """To stand for what `connect()` returns, which is awaited or entered."""
        return self._ready().__await__()

    async def _ready(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def begin(self) -> None:
        """Begin a transaction; one that is open is committed."""
        await self.control("BEGIN", self.session.begin)

    async def commit(self) -> None:
        """Commit what is open, if anything."""
        await self.control("COMMIT", self.session.commit)

    async def rollback(self) -> None:
        """Roll back what is open, if anything."""
        await self.control("ROLLBACK", self.session.rollback)

    async def autocommit(self, value: bool) -> None:
        """Whether a statement commits at once. To turn it on commits what is open."""
        self.autocommit_mode = bool(value)
        if value != self.get_autocommit():
            await self.control("SET", lambda: self.session.set_autocommit(bool(value)))

    def get_autocommit(self) -> bool:
        """Whether a statement commits at once, as far as the connection knows."""
        return bool(self.server_status & 2)

    def get_transaction_status(self) -> bool:
        """Whether a transaction is open, as far as the connection knows."""
        return bool(self.server_status & 1)

    def close(self) -> None:
        """Close the connection; what is open is rolled back."""
        if self.connected:
            self.session.lose()
            self.broken = False
            self.shut()

    async def ensure_closed(self) -> None:
        """Close the connection, and say so to the server."""
        self.close()

    async def ping(self, reconnect: bool = True) -> None:
        """Ask whether the server is there; by default a lost connection is opened again."""
        if not self.connected and not reconnect:
            raise self.error("Error")("Already closed")
        if not self.connected:
            self.reset()
        try:
            await self.operation(lambda: self.step("PING", lambda: None))
        except Exception:
            if not reconnect:
                raise
            self.reset()

    async def select_db(self, db: str) -> None:
        """Go to another database."""
        await self.operation(lambda: self.step("USE", lambda: None))

    async def show_warnings(self) -> tuple[Any, ...]:
        """The warnings of the last statement: none."""
        await self.operation(lambda: self.step("SHOW", lambda: None))
        return ()

    async def set_charset(self, charset: str) -> None:
        """Use another character set."""
        await self.operation(lambda: self.step("SET", lambda: None))

    def affected_rows(self) -> int:
        """How many rows the last statement gave or changed."""
        return self.last.count

    def insert_id(self) -> int | None:
        """The id that the last INSERT gave."""
        return self.last.lastrowid

    @property
    def loop(self) -> Any:
        """The loop that runs."""
        import asyncio

        return asyncio.get_running_loop()

    @property
    def server_version(self) -> str:
        """That of a recent MariaDB."""
        return "11.4.5-MariaDB"

    def get_server_info(self) -> str:
        """That of a recent MariaDB."""
        return self.server_version

    def get_host_info(self) -> str:
        """Where the server is."""
        return "socket localhost:3306"

    def get_proto_info(self) -> int:
        """The version of the protocol."""
        return 10

    def thread_id(self) -> int:
        """The number of the connection."""
        return 1

    def character_set_name(self) -> str:
        """The character set."""
        return "utf8mb4"

    def escape(self, obj: Any) -> str:
        """A value as a literal."""
        return literal(obj, self.error)

    literal = escape

    def escape_string(self, s: str) -> str:
        """A text as it stands between quotes."""
        return escaped(s)
