"""What DECLARE makes on the server: the rows of a named cursor, and how far they have been fetched."""

import re
from typing import TYPE_CHECKING, Any

from ..common.errors import Refused

if TYPE_CHECKING:
    from ..core.recording import Call
    from .wire import Wire

_FIRST = re.compile(r"(?:\s+|--[^\n]*|/\*.*?\*/|\()*(\w+)", re.DOTALL)
_DECLARED = ("SELECT", "VALUES", "TABLE", "WITH")


class Portal:
    """Rows, between or on which the server stands: 0 is before the first, one more than there are after the last.

    `call` made it, and it is there until that call's transaction ends; with `held` until the connection does.
    """

    def __init__(self, call: "Call", rows: list[Any], *, held: bool) -> None:
        self.call, self.rows, self.held = call, rows, held
        self.place = 0

    def fetch(self, count: int | None) -> list[Any]:
        """FETCH FORWARD: the next rows, all by default."""
        wanted = len(self.rows) + 1 if count is None else count
        taken = self.rows[self.place : self.place + wanted]
        self.place = min(self.place + wanted, len(self.rows) + 1)
        return taken

    def move(self, value: int, mode: str) -> None:
        """MOVE; past the first or the last row is no error. Raises: ValueError for an unknown mode."""
        after = len(self.rows) + 1
        start = self.place if mode == "relative" else after if value < 0 else 0
        self.place = min(max(start + value, 0), after)


class Portals:
    """Those of a connection, by name."""

    def __init__(self, connection: "Wire") -> None:
        self.connection = connection
        self._made: dict[str, Portal] = {}

    def find(self, name: str) -> Portal | None:
        """The one of a name, whichever cursor made it; None where its transaction has ended."""
        found = self._made.get(name)
        if found is None:
            return None
        calls = [*self.connection.session.pending, *(self.connection.committed if found.held else ())]
        return found if any(call is found.call for call in calls) else None

    def check(self, name: str, query: str, *, held: bool) -> None:
        """Raises: Refused where DECLARE would be, with no word about the query itself but the first."""
        first = _FIRST.match(query)
        if first and first[1].upper() not in _DECLARED:
            raise Refused("42601", f'syntax error at or near "{first[1]}"')
        if not (held or self.connection.session.open):
            raise Refused("25P01", "DECLARE CURSOR can only be used in transaction blocks")
        if self.find(name):
            raise Refused("42P03", f'cursor "{name}" already exists')

    def declare(self, name: str, rows: list[Any], *, held: bool) -> None:
        """Keep what the last call has made."""
        session = self.connection.session
        done = session.pending if session.open else self.connection.committed
        self._made[name] = Portal(done[-1], rows, held=held)

    def describe(self, name: str) -> Portal:
        """What the server says of a portal, which it looks for before it looks at the transaction. Raises: Refused."""
        found = self.find(name)
        if found is None:
            raise self._unknown("portal", name)
        self.connection.session.require_sound()
        return found

    def use(self, name: str) -> Portal:
        """The portal to FETCH from, or to MOVE in. Raises: Refused."""
        self.connection.session.require_sound()
        found = self.find(name)
        if found is None:
            raise self._unknown("cursor", name)
        return found

    def close(self, name: str) -> None:
        """CLOSE. Raises: Refused."""
        self.use(name)
        del self._made[name]

    def _unknown(self, kind: str, name: str) -> Refused:
        session = self.connection.session
        session.aborted = session.open
        return Refused("34000", f'{kind} "{name}" does not exist')
