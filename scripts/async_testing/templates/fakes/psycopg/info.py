"""What a connection of psycopg tells of itself and of its server."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..common.kinds import SeenAs

if TYPE_CHECKING:
    from .connection import FakeConnection


class FakeConnectionInfo(SeenAs):
    """`conn.info`: the state of the transaction is the connection's own, the rest is made up."""

    seen = "psycopg.ConnectionInfo"
    dbname, user, password, host, port = "fake", "fake", "", "localhost", 5432
    hostaddr = options = error_message = ""
    server_version, encoding, vendor = 180000, "utf-8", "PostgreSQL"

    def __init__(self, connection: "FakeConnection") -> None:
        self._connection = connection

    @property
    def transaction_status(self) -> Any:
        """IDLE, INTRANS, INERROR, or UNKNOWN on a closed connection: of `psycopg.pq`, or a text without psycopg."""
        connection = self._connection
        name = "UNKNOWN" if connection.closed else connection.transaction_status()
        try:
            return import_module("psycopg").pq.TransactionStatus[name]
        except ImportError:
            return name

    @property
    def status(self) -> Any:
        """OK, or BAD on a closed connection: of `psycopg.pq`, or a text without psycopg."""
        name = "BAD" if self._connection.closed else "OK"
        try:
            return import_module("psycopg").pq.ConnStatus[name]
        except ImportError:
            return name

    @property
    def backend_pid(self) -> int:
        """A number that is the connection's own."""
        return id(self._connection.session) % 0x7FFFFFFF

    def get_parameters(self) -> dict[str, str]:
        """What it was connected with."""
        return {"dbname": self.dbname, "user": self.user, "host": self.host, "port": str(self.port)}

    def parameter_status(self, param_name: str) -> str | None:
        """What the server says of one of its settings; a fake's says nothing."""
        return None
