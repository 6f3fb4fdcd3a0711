# async-testing-expert 0.1.0 sha256:8967903a005271d7 (scaffold.py --update renews it)
"""What MySQL and MariaDB make of transactions: none within another, and statements that commit by themselves."""

import re

from ..common.errors import Refused
from ..common.session import Session
from ..core.ledger import Ledger
from ..core.recording import Call, Event

_COMMITS = re.compile(
    r"\s*(?:(?:create|drop)\s+(?!temporary\b)|alter\b|truncate\b|rename\b|grant\b|revoke\b|lock\s+tables?\b"
    r"|(?:analyze|optimize|repair)\s+table\b)",
    re.IGNORECASE,
)
_WRITES = re.compile(r"\s*(?:insert|update|delete|replace|load)\b", re.IGNORECASE)
_READ_ONLY = re.compile(r"\s*start\s+transaction\b.*\bread\s+only\b", re.IGNORECASE | re.DOTALL)
_AUTOCOMMIT = re.compile(
    r"\s*set\s+(?:(?:session|local)\s+|@@(?:session\.|local\.)?)?autocommit\s*:?=\s*(\w+)", re.IGNORECASE
)
_SAVEPOINT = re.compile(r"\s*savepoint\b", re.IGNORECASE)


class MysqlSession(Session):
    """One transaction after another. An error ends none of them, but for a deadlock."""

    def __init__(self, ledger: Ledger, *, autocommit: bool = False) -> None:
        super().__init__(ledger)
        self.autocommit = autocommit

    def prepare(self, statement: str) -> None:
        """What the server does before it runs a statement: it commits, or begins a transaction of itself."""
        if self.open:
            if _COMMITS.match(statement):
                self.commit()
        elif not self.autocommit and (_SAVEPOINT.match(statement) or self._touches(statement)):
            self.open = True

    def _touches(self, statement: str) -> bool:
        from ..sql.text import verb_and_tables

        verb, tables = verb_and_tables(statement)
        return bool(tables) and verb in ("SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "TABLE")

    def begin(self, *, read_only: bool | None = None, level: str | None = None) -> None:
        """BEGIN; what is open is committed first."""
        self.require_connected()
        if self.open:
            self.commit()
        super().begin(read_only=bool(read_only))

    def savepoint(self, name: str) -> None:
        """SAVEPOINT; a second of the same name takes the place of the first, and in autocommit it does nothing."""
        self.require_connected()
        self.ledger.events.append(Event("savepoint", name=name))
        if self.open:
            self.savepoints = [each for each in self.savepoints if each[0].lower() != name.lower()]
            self.savepoints.append((name, len(self.pending)))

    def _require_open(self, command: str) -> None:
        self.require_connected()

    def _place(self, name: str) -> int:
        for place in range(len(self.savepoints) - 1, -1, -1):
            if self.savepoints[place][0].lower() == name.lower():
                return place
        raise Refused("1305", f"SAVEPOINT {name} does not exist")

    def admit(self, statement: str) -> None:
        """Raises: Refused for a write where it is read-only."""
        self.require_connected()
        if self.read_only and _WRITES.match(statement):
            raise Refused("1792", "Cannot execute statement in a READ ONLY transaction")

    def allow(self, statement: str) -> None:
        """All that is admitted."""

    def done(self, call: Call, *, failed: bool = False, aborts: bool = False) -> None:
        """Enter what became of a call; `aborts` when the server rolled the transaction back with it."""
        if failed:
            if aborts:
                self.undo()
            self.ledger.rolled_back.append(call)
            return
        super().done(call)
        if _READ_ONLY.match(call.statement):
            self.read_only = True
        if setting := _AUTOCOMMIT.match(call.statement):
            self.set_autocommit(setting[1].lower() in ("1", "on", "true"))

    def undo(self) -> None:
        """The server has rolled the transaction back on its own."""
        self.ledger.rolled_back += self.pending
        self._end()

    def set_autocommit(self, value: bool) -> None:
        """Turn autocommit on or off; turning it on commits what is open."""
        if value and not self.autocommit and self.open:
            self.commit()
        self.autocommit = value
