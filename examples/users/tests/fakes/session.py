"""The server's side of a connection: its transaction, what it refuses, and the order of one call."""

import re
from collections import deque
from collections.abc import Callable, Generator
from types import coroutine
from typing import Any, TypeVar

from .core import UNSET, Call, Event, Kind, Ledger, Scripted, When

_CONTROL = re.compile(
    r"\s*(begin|start\s+transaction|commit|end|abort|rollback\s+to(?:\s+savepoint)?|rollback|savepoint|"
    r"release(?:\s+savepoint)?)\b\s*(?:(?:transaction|work)\b)?\s*([^\s;]*)",
    re.IGNORECASE,
)
_WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "CREATE", "ALTER", "DROP")
_Connection = TypeVar("_Connection", bound="BaseConnection")


class Refused(Exception):
    """The server says no; a driver turns this into an exception of its own class.

    Attributes: `sqlstate` and `message`, as PostgreSQL has them.
    """

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.sqlstate, self.message = sqlstate, message


class Session:
    """One transaction after another, with savepoints; writes what becomes of the calls into the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.open = self.aborted = self.read_only = False
        self.pending: list[Call] = []
        self.savepoints: list[tuple[str, int]] = []

    @property
    def depth(self) -> int:
        """0 in autocommit, 1 in a transaction, one more for each savepoint."""
        return (1 + len(self.savepoints)) if self.open else 0

    def begin(self, *, read_only: bool = False) -> None:
        """BEGIN; within a transaction a mere warning of the server."""
        self.require_sound()
        self.ledger.events.append(Event("begin"))
        if not self.open:
            self.open, self.read_only = True, read_only

    def commit(self) -> None:
        """COMMIT, which the server makes a ROLLBACK of an aborted transaction."""
        if self.aborted:
            return self.rollback()
        self.ledger.events.append(Event("commit"))
        self.ledger.committed += self.pending
        return self._end()

    def rollback(self) -> None:
        """ROLLBACK."""
        self.ledger.events.append(Event("rollback"))
        self.ledger.rolled_back += self.pending
        self._end()

    def _end(self) -> None:
        self.open = self.aborted = self.read_only = False
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
        if not self.open:
            raise Refused("25P01", f"{command} can only be used in transaction blocks")

    def _place(self, name: str) -> int:
        for place in range(len(self.savepoints) - 1, -1, -1):
            if self.savepoints[place][0].lower() == name.lower():
                return place
        self.aborted = True
        raise Refused("3B001", f'savepoint "{name}" does not exist')

    def require_sound(self) -> None:
        """Raises: Refused in an aborted transaction."""
        if self.aborted:
            raise Refused(
                "25P02", "current transaction is aborted, commands ignored until end of transaction block"
            )

    def admit(self, statement: str) -> None:
        """Raises: Refused for what the server does not run here: aborted, or a write where it is read-only."""
        control = _CONTROL.match(statement)
        if not (control and control[1][:4].lower() in ("comm", "end", "abor", "roll")):
            self.require_sound()
        if self.read_only:
            from .statements import verb_and_tables

            verb = verb_and_tables(statement)[0]
            if verb in _WRITES:
                self.aborted = True
                raise Refused("25006", f"cannot execute {verb} in a read-only transaction")

    def done(self, call: Call, *, failed: bool = False, aborts: bool = False) -> None:
        """Enter what became of a call; `aborts` when the server refused it."""
        control = None if failed else _CONTROL.match(call.statement)
        if control:
            self._control(" ".join(control[1].lower().split()), control[2])
        elif self.open:
            self.pending.append(call)
            self.aborted = self.aborted or aborts
        else:
            (self.ledger.rolled_back if failed else self.ledger.committed).append(call)

    def _control(self, command: str, name: str) -> None:
        {
            "begin": self.begin,
            "start transaction": self.begin,
            "commit": self.commit,
            "end": self.commit,
            "abort": self.rollback,
            "rollback": self.rollback,
        }.get(command, lambda: self._control_savepoint(command, name))()

    def _control_savepoint(self, command: str, name: str) -> None:
        actions: dict[str, Callable[[str], None]] = {
            "savepoint": self.savepoint,
            "release": self.release_savepoint,
            "rollback to": self.rollback_savepoint,
        }
        actions[command.removesuffix(" savepoint")](name)


@coroutine
def pause() -> Generator[None, None, None]:
    """Let other tasks run once, as any real call to a server does."""
    yield


def several(statement: str) -> bool:
    """Whether a text holds more than one statement."""
    if ";" not in statement:
        return False
    from .sqltokens import is_mark, tokenize

    tokens = tokenize(statement)
    while is_mark(tokens[-1:], ";"):
        tokens.pop()
    return any(is_mark([token], ";") for token in tokens)


class BaseConnection:
    """A fake connection of any driver: its script, its ledger and its session.

    Arguments: `strict`, to raise `UnscriptedCall` for what nothing is scripted for instead of answering as on
    an empty table.
    """

    execute_return = Scripted("execute")
    fetch_return = Scripted("fetch")
    fetch_row_return = Scripted("fetch_row")
    fetch_val_return = Scripted("fetch_val")
    copy_return = Scripted("copy")

    def __init__(self, *, strict: bool = False) -> None:
        self.ledger = Ledger(strict=strict)
        self.session = Session(self.ledger)

    @property
    def calls(self) -> list[Call]:
        """Every call, in order."""
        return self.ledger.calls["all"]

    @property
    def execute_calls(self) -> list[Call]:
        """Calls that execute: one statement, many or a batch."""
        return self.ledger.calls["execute"]

    @property
    def fetch_calls(self) -> list[Call]:
        """Calls that fetch rows, those for a single row among them."""
        return self.ledger.calls["fetch"]

    @property
    def fetch_row_calls(self) -> list[Call]:
        """Calls that fetch a single row."""
        return self.ledger.calls["fetch_row"]

    @property
    def fetch_val_calls(self) -> list[Call]:
        """Calls that fetch a single value."""
        return self.ledger.calls["fetch_val"]

    @property
    def copy_calls(self) -> list[Call]:
        """Calls that copy into or out of a table; the statement is the COPY, the parameters what was copied."""
        return self.ledger.calls["copy"]

    @property
    def events(self) -> list[Event]:
        """All that happened, in order: `["acquire", "begin", "execute", "commit", "release"]`."""
        return self.ledger.events

    @property
    def committed(self) -> list[Call]:
        """Calls whose effect lasts, in the order in which they were committed."""
        return self.ledger.committed

    @property
    def rolled_back(self) -> list[Call]:
        """Calls without effect: rolled back, or failed outside of a transaction."""
        return self.ledger.rolled_back

    @property
    def problems(self) -> list[str]:
        """What `settled()` will raise; clear it in a test that provokes a problem on purpose."""
        return self.ledger.problems

    def when(self, verb: str | None = None, table: str | None = None, *, text: str | None = None) -> When:
        """Script the answer to some statements: `conn.when("SELECT", "users").then([{"id": 1}])`.

        Takes precedence over the `*_return` attributes. Arguments: verb and table, either may be None; or the
        whole text, in which only white space and a last semicolon make no difference.
        """
        if (text is None) == (verb is None and table is None):
            raise TypeError("when() takes a verb, a table or both; or the whole text")
        said = ", ".join(repr(part) for part in (verb, table) if part is not None) or f"text={text!r}"

        def matches(statement: str) -> bool:
            if text is not None:
                return _folded(statement) == _folded(text)
            from .statements import verb_and_tables

            found, tables = verb_and_tables(statement)
            wanted = (table or "").removeprefix("public.")
            return (verb is None or found == verb.upper()) and (table is None or wanted in tables)

        return When(f"when({said})", matches, self.ledger.rules)

    def sibling(self: _Connection) -> _Connection:
        """Another connection of the same pool: same script, ledger and patched methods, its own session."""
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.session = Session(self.ledger)
        return twin

    async def perform(
        self,
        kind: Kind,
        method: str,
        statement: str,
        parameters: Any,
        *,
        check: Callable[[Call], None],
        batch: bool = False,
    ) -> Any:
        """One call from start to end. Returns the scripted answer, or UNSET.

        Arguments: `check` raises what is wrong with the call before the server answers it.
        Raises: what `check` or the script raises; `Refused` is left to the driver.
        """
        call = Call(method, statement, parameters, self.session.depth, batch)
        self.ledger.record(call, kind)
        await pause()
        try:
            self.session.admit(statement)
            check(call)
            value, source = self.ledger.answer(call, kind)
            value = self.shape(kind, source, value)
        except BaseException as error:
            self.session.done(call, failed=True, aborts=self.aborts(error))
            raise
        self.session.done(call)
        return value

    def shape(self, kind: Kind, source: Kind, value: Any) -> Any:
        """A scripted answer as this driver hands it out; raises where the driver does."""
        raise NotImplementedError

    def aborts(self, error: BaseException) -> bool:
        """Whether an error came from the server, which aborts the transaction."""
        raise NotImplementedError


def _folded(text: str) -> str:
    return " ".join(text.split()).rstrip("; ")


class Places:
    """The places of a pool: so many connections out, so many waiting."""

    def __init__(self, size: int) -> None:
        self.limit, self.made, self.out = size, 0, 0
        self.closed = False
        self.waiters: deque[Any] = deque()

    @property
    def idle(self) -> int:
        """Connections that are made and not out."""
        return self.made - self.out

    async def take(self) -> None:
        """Wait for a place. Never times out by itself."""
        import asyncio

        while self.out >= self.limit and not self.closed:
            waiter = asyncio.get_running_loop().create_future()
            self.waiters.append(waiter)
            try:
                await waiter
            except BaseException:
                if waiter in self.waiters:
                    self.waiters.remove(waiter)
                elif not waiter.cancelled():
                    self.wake()
                raise
        self.out += 1
        self.made = max(self.made, self.out)

    def give_back(self) -> None:
        """Free a place for the one who has waited longest."""
        self.out -= 1
        self.wake()

    def wake(self, count: int = 1) -> None:
        """Let some of those who wait look again."""
        while self.waiters and count:
            waiter = self.waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                count -= 1


__all__ = ["UNSET", "BaseConnection", "Places", "Refused", "Session", "pause", "several"]
