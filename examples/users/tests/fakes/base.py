# async-testing-expert 0.1.0 sha256:5aefb252f4263091 (scaffold.py --update renews it)
"""What the connections and pools of all drivers have in common."""

from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from .core import Call, Event, Kind, Ledger, Scripted, When
from .session import Session, pause

_Connection = TypeVar("_Connection", bound="BaseConnection")


class BaseConnection:
    """A fake connection of any driver: its script, its ledger and its session.

    A single row, or a value, that is not scripted for itself is taken from the rows of `fetch_return`.

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
        try:
            await pause()
            self.session.admit(statement)
            check(call)
            value, source = self.ledger.answer(call, kind)
            value = self.shape(kind, source, value)
        except BaseException as error:
            self.session.done(call, failed=True, aborts=self.aborts(error, call))
            raise
        self.session.done(call)
        return value

    def shape(self, kind: Kind, source: Kind, value: Any) -> Any:
        """A scripted answer as this driver hands it out; raises where the driver does."""
        raise NotImplementedError

    def aborts(self, problem: BaseException, call: Call) -> bool:
        """Whether an error of a call came from the server, which aborts the transaction."""
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

    async def take(self) -> bool:
        """Wait for a place, for ever if need be. Returns False, and takes none, where the pool is closed."""
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
        if self.closed:
            return False
        self.out += 1
        self.made = max(self.made, self.out)
        return True

    def give_back(self) -> None:
        """Free a place for the one who has waited longest."""
        self.out -= 1
        self.made -= self.closed
        self.wake()

    def wake(self, count: int = 1) -> None:
        """Let some of those who wait look again."""
        while self.waiters and count:
            waiter = self.waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                count -= 1
