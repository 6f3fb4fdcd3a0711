"""What SQLite, and the standard library's module before it, make of transactions."""

import re

from ..common.errors import Refused
from ..common.session import Session
from ..core.ledger import Ledger
from ..core.recording import Call

CHANGES = re.compile(r"\s*(?:insert|update|delete|replace)\b", re.IGNORECASE)
"""What sqlite3 begins a transaction before, and counts the rows of: it looks at the first word alone."""


class SqliteSession(Session):
    """One transaction after another, begun by the first statement that changes rows; no error ends it."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.cancelled = self.by_savepoint = False

    def prepare(self, statement: str) -> bool:
        """Whether a transaction has to be begun before a statement."""
        return not self.open and bool(CHANGES.match(statement))

    def begin(self, *, read_only: bool | None = None, level: str | None = None) -> None:
        """BEGIN. Raises: Refused within a transaction."""
        if self.open:
            raise Refused("SQLITE_ERROR", "cannot start a transaction within a transaction")
        super().begin()

    def commit(self) -> None:
        """COMMIT. Raises: Refused outside of a transaction."""
        if not self.open:
            raise Refused("SQLITE_ERROR", "cannot commit - no transaction is active")
        super().commit()

    def rollback(self) -> None:
        """ROLLBACK. Raises: Refused outside of a transaction."""
        if not self.open:
            raise Refused("SQLITE_ERROR", "cannot rollback - no transaction is active")
        super().rollback()

    def savepoint(self, name: str) -> None:
        """SAVEPOINT, which begins a transaction where there is none."""
        if not self.open:
            self.open = self.by_savepoint = True
        super().savepoint(name)

    def release_savepoint(self, name: str) -> None:
        """RELEASE, which commits where the savepoint began the transaction."""
        super().release_savepoint(name)
        if self.by_savepoint and not self.savepoints:
            self.commit()

    def _require_open(self, command: str) -> None:
        self.require_connected()

    def _place(self, name: str) -> int:
        for place in range(len(self.savepoints) - 1, -1, -1):
            if self.savepoints[place][0].lower() == name.lower():
                return place
        raise Refused("SQLITE_ERROR", f"no such savepoint: {name}")

    def _end(self) -> None:
        super()._end()
        self.by_savepoint = False

    def admit(self, statement: str) -> None:
        """Nothing is refused for the state of the transaction."""
        self.require_connected()

    def done(self, call: Call, *, failed: bool = False, aborts: bool = False) -> None:
        """Enter what became of a call: one that was cancelled went on in its thread, and counts."""
        cancelled, self.cancelled = self.cancelled, False
        if failed and not cancelled:
            self.ledger.rolled_back.append(call)
        else:
            super().done(call)
