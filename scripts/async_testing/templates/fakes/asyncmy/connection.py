"""The connection of asyncmy."""

from ..mysql.connection import MysqlConnection
from .cursors import FakeCursor
from .exceptions import error, errors


class FakeConnection(MysqlConnection):
    """An asyncmy connection whose answers are scripted.

    Arguments: `strict`, as for every fake; `autocommit` and `cursor_cls` as `asyncmy.connect` takes them.
    """

    driver = "asyncmy"
    seen = "asyncmy.connection.Connection"
    error = error
    errors = errors
    no_id = 0

    def __init__(
        self, *, strict: bool = False, autocommit: bool = False, cursor_cls: type | None = None
    ) -> None:
        super().__init__(strict=strict, autocommit=autocommit)
        self.cursor_cls = cursor_cls

    def cursor(self, cursor: type | None = None) -> FakeCursor:
        """A cursor, of a class of `asyncmy.cursors` or of your own; on a closed connection too."""
        if cursor is not None and "Cursor" not in [each.__name__ for each in getattr(cursor, "__mro__", ())]:
            raise TypeError(f"{cursor!r} is no class of cursors")
        return FakeCursor(self, cursor or self.cursor_cls)

    def check_open(self) -> None:
        """Raises: InterfaceError on a closed connection, OperationalError once on one whose server has gone."""
        if self.broken:
            self.broken = self.connected = False
            raise error("OperationalError")(2006, "MySQL server has gone away")
        super().check_open()

    def not_connected(self) -> Exception:
        """With number and text."""
        return error("InterfaceError")(0, self.close_reason or "Not connected")

    def overlapping(self) -> Exception:
        """asyncmy itself would not say a word."""
        return RuntimeError("two statements at once on one connection: asyncmy would wait for ever here")

    def told(self, *, rows: bool, unbuffered: bool) -> None:
        """Where the server tells of neither transaction nor autocommit, nothing is noticed."""
        if self.status and not (rows and unbuffered):
            self.server_status = self.status

    def lost(self) -> None:
        """Noticed by the next statement."""
        self.broken = True
