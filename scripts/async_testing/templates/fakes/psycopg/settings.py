"""What a connection of psycopg is set to, by methods: on its async side the attributes can only be read."""

from importlib import import_module
from typing import Any

from ..common.kinds import loaded
from .exceptions import LOST, error
from .wire import Wire


def _setting(name: str) -> Any:
    def read(connection: Any) -> Any:
        return connection.settings.get(name)

    def refuse(connection: Any, value: object) -> None:
        raise AttributeError(
            f"'the {name!r} property is read-only on async connections: "
            f"please use 'await .set_{name}()' instead."
        )

    return property(read, refuse, doc=f"Set with `await conn.set_{name}(…)`.")


class Settings(Wire):
    """The settings of a connection, and how transactions begin by them."""

    autocommit = _setting("autocommit")
    isolation_level = _setting("isolation_level")
    read_only = _setting("read_only")
    deferrable = _setting("deferrable")
    _adapters: Any = None

    @property
    def adapters(self) -> Any:
        """What values are written and read by: psycopg's own, with what is registered for this connection."""
        if self._adapters is None:
            adapt = import_module("psycopg.adapt")
            self._adapters = adapt.AdaptersMap(import_module("psycopg").adapters)
        return self._adapters

    async def set_autocommit(self, value: bool) -> None:
        """Whether a statement commits at once. Raises: ProgrammingError within a transaction."""
        self._set("autocommit", bool(value))

    async def set_isolation_level(self, value: Any) -> None:
        """The isolation level of the transactions to come. Raises: ProgrammingError within one."""
        kind = loaded("psycopg.IsolationLevel")
        self._set("isolation_level", kind(value) if kind and value is not None else value)

    async def set_read_only(self, value: bool | None) -> None:
        """Whether the transactions to come may not write. Raises: ProgrammingError within one."""
        self._set("read_only", None if value is None else bool(value))

    async def set_deferrable(self, value: bool | None) -> None:
        """Whether the transactions to come are deferrable. Raises: ProgrammingError within one."""
        self._set("deferrable", None if value is None else bool(value))

    def _set(self, name: str, value: Any) -> None:
        if self.broken:
            raise error("OperationalError")(LOST)
        self.check_open()
        if self.session.open:
            reason = (
                "connection.transaction() context in progress"
                if self.blocks
                else f"connection in transaction status {self.transaction_status()}"
            )
            raise error("ProgrammingError")(f"can't change {name!r} now: {reason}")
        self.settings[name] = value

    async def start(self) -> None:
        """BEGIN, where a statement needs it."""
        if not (self.autocommit or self.session.open):
            await self.step("BEGIN", lambda: self.session.begin(read_only=self.read_only))
