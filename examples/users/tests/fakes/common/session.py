# async-testing-expert 0.1.0 sha256:f83dfbd4f66b26d5 (scaffold.py --update renews it)
"""The server's side of a connection: its transaction, and what it refuses."""

import re
from collections.abc import Callable, Generator
from types import coroutine

from ..core.ledger import Ledger
from ..core.recording import Call, Event
from .errors import Refused

_CONTROL = re.compile(
    r"\s*(begin|start\s+transaction|commit|end|abort|rollback\s+to(?:\s+savepoint)?|rollback|savepoint|"
    r"release(?:\s+savepoint)?)\b\s*(?:(?:transaction|work)\b)?\s*(\"(?:[^\"]|\"\")*\"|[^\s;]*)",
    re.IGNORECASE,
)
_ACCESS = re.compile(r"\bread\s+(only|write)\b", re.IGNORECASE)
_LEVEL = re.compile(
    r"\bisolation\s+level\s+(serializable|repeatable\s+read|read\s+committed|read\s+uncommitted)",
    re.IGNORECASE,
)
_LOOKS_AT_NOTHING = re.compile(
    r"\s*(?:set|reset|show|lock|listen|unlisten|notify|fetch|move|checkpoint)\b", re.IGNORECASE
)
CLOSED = "08003"
"""The SQLSTATE of a connection that is none any more."""
WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "CREATE", "ALTER", "DROP")
"""What is refused in a transaction that may only read."""


class Session:
    """One transaction after another, with savepoints; writes what becomes of the calls into the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.open = self.aborted = self.read_only = self.queried = self.gone = False
        self.level = "read committed"
        self.pending: list[Call] = []
        self.savepoints: list[tuple[str, int]] = []

    @property
    def depth(self) -> int:
        """0 in autocommit, 1 in a transaction, one more for each savepoint."""
        return (1 + len(self.savepoints)) if self.open else 0

    def begin(self, *, read_only: bool | None = None, level: str | None = None) -> None:
        """BEGIN; within a transaction it changes no more than its isolation and whether one may write.

        Raises: Refused where that is too late, after a query or a savepoint.
        """
        self.require_sound()
        if level and level != self.level and self.open and (self.queried or self.savepoints):
            when = (
                "must be called before any query"
                if self.queried
                else "must not be called in a subtransaction"
            )
            self._refuse(f"SET TRANSACTION ISOLATION LEVEL {when}")
        if self.open and self.read_only and read_only is False:
            if self.savepoints:
                self._refuse("cannot set transaction read-write mode inside a read-only transaction")
            if self.queried:
                self._refuse("transaction read-write mode must be set before any query")
        self.ledger.events.append(Event("begin"))
        self.open = True
        self.level = level or self.level
        self.read_only = self.read_only if read_only is None else read_only

    def _refuse(self, message: str) -> None:
        self.aborted = True
        raise Refused("25001", message)

    def commit(self) -> None:
        """COMMIT, which the server makes a ROLLBACK of an aborted transaction."""
        self.require_connected()
        if self.aborted:
            return self.rollback()
        self.ledger.events.append(Event("commit"))
        self.ledger.committed += self.pending
        return self._end()

    def rollback(self) -> None:
        """ROLLBACK."""
        self.require_connected()
        self.ledger.events.append(Event("rollback"))
        self.ledger.rolled_back += self.pending
        self._end()

    def lose(self) -> None:
        """The connection is gone, and what was open with it."""
        self.ledger.rolled_back += self.pending
        self.pending = []
        self.gone = True

    def _end(self) -> None:
        self.open = self.aborted = self.read_only = self.queried = False
        self.level = "read committed"
        self.pending, self.savepoints = [], []

    def savepoint(self, name: str) -> None:
        """SAVEPOINT. Raises: Refused outside of a transaction and in an aborted one."""
        self.require_sound()
        self._require_open("SAVEPOINT")
        self.savepoints.append((name, len(self.pending)))
        self.ledger.events.append(Event("savepoint", name=name))

    def release_savepoint(self, name: str) -> None:
        """RELEASE SAVEPOINT. Raises: Refused, also for an unknown name."""
        self._require_open("RELEASE SAVEPOINT")
        self.require_sound()
        del self.savepoints[self._place(name) :]
        self.ledger.events.append(Event("release_savepoint", name=name))

    def rollback_savepoint(self, name: str) -> None:
        """ROLLBACK TO SAVEPOINT, which mends an aborted transaction. Raises: Refused, also for an unknown name."""
        self._require_open("ROLLBACK TO SAVEPOINT")
        place = self._place(name)
        start = self.savepoints[place][1]
        self.ledger.rolled_back += self.pending[start:]
        del self.pending[start:], self.savepoints[place + 1 :]
        self.aborted = False
        self.ledger.events.append(Event("rollback_savepoint", name=name))

    def _require_open(self, command: str) -> None:
        self.require_connected()
        if not self.open:
            raise Refused("25P01", f"{command} can only be used in transaction blocks")

    def _place(self, name: str) -> int:
        wanted = _identifier(name)
        for place in range(len(self.savepoints) - 1, -1, -1):
            if _identifier(self.savepoints[place][0]) == wanted:
                return place
        self.aborted = True
        raise Refused("3B001", f'savepoint "{wanted}" does not exist')

    def require_connected(self) -> None:
        """Raises: Refused on a connection that was lost."""
        if self.gone:
            raise Refused(CLOSED, "connection closed")

    def require_sound(self) -> None:
        """Raises: Refused in an aborted transaction, and on a connection that was lost."""
        self.require_connected()
        if self.aborted:
            raise Refused(
                "25P02", "current transaction is aborted, commands ignored until end of transaction block"
            )

    def admit(self, statement: str) -> None:
        """Raises: Refused where the server runs nothing: in an aborted transaction, and without a connection."""
        self.require_connected()
        control = _CONTROL.match(statement)
        if not (control and control[1][:4].lower() in ("comm", "end", "abor", "roll")):
            self.require_sound()
        if self.open and not control and not _LOOKS_AT_NOTHING.match(statement):
            self.queried = True

    def allow(self, statement: str) -> None:
        """Raises: Refused for a write in a transaction that may only read."""
        if self.read_only:
            from ..sql.returned import written_by

            verb = written_by(statement, WRITES)
            if verb:
                raise Refused("25006", f"cannot execute {verb} in a read-only transaction")

    def done(self, call: Call, *, failed: bool = False, aborts: bool = False) -> None:
        """Enter what became of a call; `aborts` when the server refused it."""
        control = _CONTROL.match(call.statement)
        if control and not failed:
            self._control(" ".join(control[1].lower().split()), control[2], call.statement)
        elif self.open and (aborts or not failed):
            self.pending.append(call)
            self.aborted = self.aborted or aborts
            if control and control[1].lower() in ("commit", "end"):
                self.rollback()
        else:
            (self.ledger.rolled_back if failed else self.ledger.committed).append(call)

    def _control(self, command: str, name: str, statement: str) -> None:
        {
            "begin": lambda: self._begin_as(statement),
            "start transaction": lambda: self._begin_as(statement),
            "commit": self.commit,
            "end": self.commit,
            "abort": self.rollback,
            "rollback": self.rollback,
        }.get(command, lambda: self._control_savepoint(command, name))()

    def _begin_as(self, statement: str) -> None:
        level, access = _LEVEL.search(statement), _ACCESS.search(_LEVEL.sub("", statement))
        self.begin(
            read_only=access[1].lower() == "only" if access else None,
            level=" ".join(level[1].lower().split()) if level else None,
        )

    def _control_savepoint(self, command: str, name: str) -> None:
        actions: dict[str, Callable[[str], None]] = {
            "savepoint": self.savepoint,
            "release": self.release_savepoint,
            "rollback to": self.rollback_savepoint,
        }
        actions[command.removesuffix(" savepoint")](name)


def _identifier(name: str) -> str:
    """A name as the server has it: what is not quoted is lower case."""
    return name[1:-1].replace('""', '"') if name[:1] == name[-1:] == '"' else name.lower()


@coroutine
def pause() -> Generator[None, None, None]:
    """Let other tasks run once, as any real call to a server does."""
    yield


def several(statement: str) -> bool:
    """Whether a text holds more than one statement."""
    if ";" not in statement:
        return False
    from ..sql.tokens import is_mark, tokenize

    tokens = tokenize(statement)
    while is_mark(tokens[-1:], ";"):
        tokens.pop()
    return any(is_mark([token], ";") for token in tokens)
