# async-testing-expert 0.1.0 sha256:51643ec238cfbecb (scaffold.py --update renews it)
"""What the connections of all drivers have in common."""

import os
from collections.abc import Callable
from typing import Any, ClassVar, Self

from ..core.ledger import Ledger
from ..core.recording import Call, Event
from ..core.scripting import Kind, Scripted, When
from .kinds import SeenAs
from .session import Session, pause

RECORDED = bool(os.environ.get("ASYNC_TESTING_RECORD"))
"""Whether statements are written down, to be replayed on a real server."""


class BaseConnection(SeenAs):
    """A fake connection of any driver: its script, its ledger and its session.

    Arguments: `strict`, to raise `UnscriptedCall` for what nothing is scripted for instead of answering as on
    an empty table.
    """

    driver: ClassVar[str]
    """The package whose connection this is a fake of."""
    style: ClassVar[str] = "$"
    """The marks that begin a placeholder: any of `$`, `%`, `?` and `:`."""
    fallbacks: ClassVar[dict[Kind, tuple[Kind, ...]]] = {}
    """Whose script answers a kind of call that has none of its own."""
    lists: ClassVar[dict[Kind, tuple[Kind, ...]]] = {"fetch_row": ("fetch_row", "fetch")}
    """The lists that keep a kind of call, where it is more than its own."""
    session_class: ClassVar[type[Session]] = Session

    execute_return = Scripted("execute")
    fetch_return = Scripted("fetch")

    def __init__(self, *, strict: bool = False) -> None:
        self.ledger = Ledger(strict=strict, fallbacks=self.fallbacks)
        self.session = self.session_class(self.ledger)

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

        Takes precedence over the `*_return` attributes. The steps that are no calls can be scripted too, to fail
        or to take their time: BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, PREPARE, and ACQUIRE from the pool.
        Arguments: verb and table, either may be None, and a table that is written to is meant where the verb is
        INSERT, UPDATE or MERGE, else any that is named; or the whole text, in which only white space and a last
        semicolon make no difference.
        """
        if (text is None) == (verb is None and table is None):
            raise TypeError("when() takes a verb, a table or both; or the whole text")
        said = ", ".join(repr(part) for part in (verb, table) if part is not None) or f"text={text!r}"

        def matches(statement: str) -> bool:
            if text is not None:
                return _folded(statement) == _folded(text)
            from ..sql.text import verb_and_tables

            found, tables = verb_and_tables(statement)
            wanted = (table or "").removeprefix("public.")
            named = tables[:1] if verb and found in ("INSERT", "UPDATE", "MERGE") else tables
            return (verb is None or found == verb.upper()) and (table is None or wanted in named)

        return When(f"when({said})", matches, self.ledger.rules)

    def sibling(self) -> Self:
        """Another connection of the same pool: same script, ledger and patched methods, its own session."""
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.session = self.session_class(self.ledger)
        return twin

    async def perform(
        self,
        kind: Kind,
        method: str,
        statement: str,
        parameters: Any,
        *,
        check: Callable[[Call], None],
        first: Callable[[Call], None] | None = None,
        batch: bool = False,
    ) -> Any:
        """One call from start to end. Returns the scripted answer, or UNSET.

        Arguments: `check` raises what is wrong with the call before the server answers it; `first` what is
        told even where the server would not run it, in a transaction that is aborted.
        Raises: what `check` or the script raises; `Refused` is left to the driver.
        """
        call = Call(method, statement, parameters, self.session.depth, batch, self.style)
        self.ledger.record(call, *self.lists.get(kind, (kind,)))
        ran = False
        try:
            await pause()
            if first:
                first(call)
            self.session.admit(statement)
            check(call)
            if parameters or not batch:
                self.session.allow(statement)
            value, source = await self.ledger.answer(call, kind)
            ran = True
            if RECORDED:
                from .record import note

                note(self.driver, call, source, value)
            value = self.shape(kind, source, value)
        except BaseException as error:
            self.session.done(call, failed=not ran, aborts=self.aborts(error, call))
            self._after(error)
            raise
        self.session.done(call)
        return value

    async def step(
        self, name: str, action: Callable[[], None], *, first: Callable[[], None] | None = None
    ) -> None:
        """One step that is no call: BEGIN, COMMIT, SAVEPOINT … A COMMIT that the server refuses rolls back.

        Raises: what `first` raises, what is scripted for it with `when`, and what the action raises.
        """
        await pause()
        if first:
            first()
        try:
            await self.ledger.pass_by(name)
        except BaseException as error:
            if self.session.open and self.aborts(error, Call(name.lower(), name, None, 0, False)):
                if name == "COMMIT":
                    self.session.rollback()
                self.session.aborted = self.session.open
            self._after(error)
            raise
        action()

    def _after(self, error: BaseException) -> None:
        if getattr(error, "connection_lost", False):
            self.session.lose()
            self.lost()

    def lost(self) -> None:
        """The server has gone: from now on this connection is closed."""
        raise NotImplementedError

    def shape(self, kind: Kind, source: Kind, value: Any) -> Any:
        """A scripted answer as this driver hands it out; raises where the driver does."""
        raise NotImplementedError

    def aborts(self, problem: BaseException, call: Call) -> bool:
        """Whether an error of a call came from the server, which aborts the transaction."""
        raise NotImplementedError


class RowsConnection(BaseConnection):
    """A connection whose own methods fetch rows, a row or a value, as those of psqlpy and asyncpg.

    A single row, or a value, that is not scripted for itself is taken from the rows of `fetch_return`.
    """

    fallbacks = {"fetch_row": ("fetch",), "fetch_val": ("fetch",)}  # noqa: RUF012

    fetch_row_return = Scripted("fetch_row")
    fetch_val_return = Scripted("fetch_val")
    copy_return = Scripted("copy")

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


def _folded(text: str) -> str:
    return " ".join(text.split()).rstrip("; ")
