"""The connection of aiomysql."""

from ..common.contexts import FakeContext
from ..mysql.connection import MysqlConnection
from .cursors import FakeCursor
from .exceptions import error, errors


class FakeConnection(MysqlConnection):
    """An aiomysql connection whose answers are scripted.

    Arguments: `strict`, as for every fake; the others as `aiomysql.connect` takes them.
    """

    driver = "aiomysql"
    seen = "aiomysql.connection.Connection"
    error = error
    errors = errors
    no_id = None

    def __init__(
        self,
        *,
        strict: bool = False,
        autocommit: bool = False,
        cursorclass: type | None = None,
        host: str = "localhost",
        port: int = 3306,
        user: str = "root",
        db: str = "",
        charset: str = "utf8mb4",
    ) -> None:
        super().__init__(strict=strict, autocommit=autocommit)
        self.cursorclass = cursorclass
        self.host, self.port, self.user, self.db, self.charset = host, port, user, db, charset
        self.unix_socket, self.encoding, self.echo = None, "utf8", False

    async def set_charset(self, charset: str) -> None:
        """Use another character set."""
        await super().set_charset(charset)
        self.charset = charset

    def character_set_name(self) -> str:
        """The character set."""
        return self.charset

    @property
    def closed(self) -> bool:
        """Whether the connection is closed."""
        return not self.connected

    def cursor(self, *cursors: type) -> FakeContext:
        """A cursor: await it, or enter it with `async with`.

        Arguments: the class of the cursor, one of `aiomysql` or of your own; several are joined.
        Raises: InterfaceError on a closed connection, TypeError for what is no class of cursors.
        """
        self.check_open()
        for one in cursors:
            if "Cursor" not in [each.__name__ for each in getattr(one, "__mro__", ())]:
                raise TypeError("Custom cursor must be subclass of Cursor")
        kind = type("Cursor", cursors, {}) if len(cursors) > 1 else next(iter(cursors), self.cursorclass)
        made = FakeCursor(self, kind)

        async def make() -> FakeCursor:
            return made

        return FakeContext(make, lambda cursor: cursor.close())

    def not_connected(self) -> Exception:
        """With one text in two parts."""
        return error("InterfaceError")(self.close_reason or "(0, 'Not connected')")

    def overlapping(self) -> Exception:
        """As asyncio's streams say it."""
        return RuntimeError(
            "readexactly() called while another coroutine is already waiting for incoming data"
        )

    def told(self, *, rows: bool, unbuffered: bool) -> None:
        """A statement with rows tells nothing."""
        if not rows:
            self.server_status = self.status

    def lost(self) -> None:
        """Closed at once."""
        self.shut()
