"""The same generated calls on a fake and on a live connection, step by step, and what is compared after each."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from async_testing.templates.fakes import held
from async_testing.templates.fakes.core.recording import Call
from async_testing.templates.fakes.core.scripting import UNSET, Slot, When
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from hypothesis.strategies import booleans

from tests.contract.harness import described
from tests.contract.sequences.differences import Known
from tests.contract.sequences.sides import Plan, Side
from tests.contract.sequences.table import MODEL, NAP, RESET, SLEEP, Failure, Tables, Unparsed, replayed, run

STATES = {
    (False, False): "idle",
    (True, False): "idle in transaction",
    (True, True): "idle in transaction (aborted)",
}


SEEN = """
    SELECT (SELECT json_object_agg(pid, state) FROM pg_stat_activity WHERE pid = ANY(%s)),
           (SELECT json_object_agg(id, json_build_array(name, price)) FROM item),
           (SELECT json_object_agg(id, item) FROM note)
"""


@dataclass(frozen=True)
class Lane:
    """A driver under generated calls.

    `spelled` is a statement of the model in the driver's own placeholders, `probe` what a connection says of
    itself, `pid` the process of a live one, `wrong_type` what the driver says of a text where a number is expected,
    `plain` takes out of an error what nobody compares; where a driver `lingers` the server is still at work, in its
    own view, when the driver has its answer, and says nothing of the transaction.
    """

    name: str
    plans: tuple[Plan, ...]
    live: Callable[[str, bool, Side], Awaitable[None]]
    fake: Callable[[bool, Side], Awaitable[Any]]
    close: Callable[[Side], Awaitable[None]]
    look: Callable[[Any], Any]
    probe: Callable[[Any], Awaitable[list[Any]]]
    pid: Callable[[Any], Awaitable[int]]
    errors: Any
    spelled: Callable[[str], str] = field(default=str, kw_only=True)
    wrong_type: Callable[[int, Any], Exception]
    plain: Callable[[dict[str, Any]], dict[str, Any]] = dict
    known: tuple[Known, ...] = ()
    lingers: bool = False


class Model(Slot):
    """A script that answers from the tables, as the ledger has them."""

    def __init__(self, lane: Lane, side: Side, ledger: Any, kind: str) -> None:
        super().__init__(kind, None, UNSET, required=False)
        self.lane, self.side, self.ledger, self.kind = lane, side, ledger, kind
        self.canonical = {lane.spelled(text): text for text in (*MODEL, SLEEP, NAP)}

    def tables(self) -> Tables:
        """What the connection in use sees; in an aborted transaction nobody looks."""
        session = getattr(self.side.current, "session", None)
        if session and session.aborted:
            return Tables()
        db = replayed(self.ledger.committed, self.canonical)
        db.deferred = False
        return replayed(session.pending if session else (), self.canonical, db)

    def take(self, call: Call) -> Any:
        """The answer to a call."""
        self.used += 1
        statement = self.canonical.get(call.statement, call.statement)
        if statement in (SLEEP, NAP):
            self.side.sleeping = held([{"pg_sleep": None}])
            return self.side.sleeping
        db = self.tables()
        if self.kind == "commit":
            done: Any = db.dangling() or UNSET
        elif self.kind == "prepare":
            failed = isinstance(MODEL[str(self.side.preparing)], Unparsed)
            done = run(db, str(self.side.preparing), (), many=False) if failed else UNSET
        else:
            given = list(call.parameters or ())
            if "x" in given:
                return self.lane.wrong_type(given.index("x") + 1, "x")
            done = run(db, statement, call.parameters or (), many=call.batch)
        if isinstance(done, Failure):
            return getattr(self.lane.errors, done.kind)(*done.given, **done.facts)
        if done is UNSET:
            return done
        return done.rows if self.kind != "execute" or done.rows else done.count


@dataclass
class Pair:
    """Both sides, and somebody who looks into the database."""

    lane: Lane
    fake: Side
    live: Side
    root: Any
    watch: Any
    canonical: dict[str, str]
    tally: Tally
    over: bool = False

    @classmethod
    async def opened(cls, lane: Lane, dsn: str, watch: Any, pooled: bool, tally: Tally) -> Pair:
        """Both sides of a lane, on the tables as they are to be."""
        watch.execute(RESET)
        fake, live = Side(live=False), Side(live=True, watch=watch)
        root = await lane.fake(pooled, fake)
        model = {
            kind: Model(lane, fake, root.ledger, kind) for kind in ("execute", "fetch", "commit", "prepare")
        }
        root.ledger.slots.update(execute=model["execute"], fetch=model["fetch"])
        ends = When("COMMIT", lambda text: text in ("COMMIT", "END"), root.ledger.rules)
        prepares = When("PREPARE", lambda text: text == "PREPARE", root.ledger.rules)
        root.ledger.rules.extend([(ends, model["commit"]), (prepares, model["prepare"])])
        await lane.live(dsn, pooled, live)
        pair = cls(lane, fake, live, root, watch, model["execute"].canonical, tally)
        await pair.learn()
        return pair

    async def learn(self) -> None:
        """Ask each new live connection for its process."""
        for connection in self.live.connections:
            if id(connection) not in self.live.pids:
                self.live.pids[id(connection)] = await self.lane.pid(connection)

    async def do(self, plan: Plan, choices: dict[str, Any]) -> None:
        """One step on both sides. Raises: AssertionError where they differ.

        Once the sequence is over the fake goes on alone: what can be drawn next depends on the choices before, and
        never on a server.
        """
        said = await self.outcome(plan, self.fake, choices)
        if self.over:
            return
        really = await self.outcome(plan, self.live, choices)
        known = said != really and next((each for each in self.lane.known if each.covers(said, really)), None)
        if known:
            self.tally.known[known.name] = self.tally.known.get(known.name, 0) + 1
            self.over = known.ends
        else:
            assert said == really, (
                f"{self.lane.name}, {plan.name}: the fake says\n  {said}\nlive it is\n  {really}"
            )
        if self.over:
            return
        for one, other in zip(self.fake.connections, self.live.connections, strict=True):
            said, really = await self.lane.probe(one), await self.lane.probe(other)
            assert said == really, (
                f"{self.lane.name}, after {plan.name}: the fake is {said}, live it is {really}"
            )
        await self.learn()
        self.look_inside(plan.name)

    async def outcome(self, plan: Plan, side: Side, choices: dict[str, Any]) -> Any:
        """The value of a step, or its exception."""
        try:
            return self.lane.look(await asyncio.wait_for(plan.run(side, **choices), 10))
        except (Exception, asyncio.CancelledError) as error:
            return self.lane.plain(described(error))

    def look_inside(self, name: str) -> None:
        """Compare transactions and tables with what the ledger says. Raises: AssertionError."""
        said: Any = None
        really: Any = ()
        for _ in range(1_000):  # the server tells its state a moment after its answer
            said, really = self.states()
            if said == really:
                break
            time.sleep(0.0005)
        assert said == really, (
            f"{self.lane.name}, after {name}: by the ledger\n  {said}\nlive it is\n  {really}"
        )

    def states(self) -> tuple[Any, Any]:
        """What each transaction and both tables are like: as the fake has it, and live."""
        pids = [self.live.pids[id(each)] for each in self.live.connections]
        states, items, notes = self.watch.execute(SEEN, [pids]).fetchone()
        tables = replayed(self.root.ledger.committed, self.canonical)
        said: list[Any] = [tables.items, tables.notes]
        really: list[Any] = [{int(id): tuple(row) for id, row in (items or {}).items()}]
        really.append({int(id): item for id, item in (notes or {}).items()})
        for connection, pid in zip(self.fake.connections, pids, strict=True):
            session = connection.session
            if self.lane.lingers and (states or {}).get(str(pid)) == "active":
                continue
            if str(pid) in (states or {}) and not session.gone and self.alive(connection):
                said.append(STATES[session.open, session.aborted])
                really.append(states[str(pid)])
        return said, really

    def alive(self, connection: Any) -> bool:
        """Whether a fake is connected."""
        return not getattr(connection, "closed", False) and not getattr(connection, "_closed", False)

    async def close(self) -> None:
        """End both."""
        await self.lane.close(self.fake)
        await self.lane.close(self.live)


class Tally:
    """How much was run."""

    def __init__(self) -> None:
        self.sequences = self.steps = 0
        self.known: dict[str, int] = {}


def machine(
    lane: Lane, dsn: str, runner: asyncio.Runner, tally: Tally, watch: Any
) -> type[RuleBasedStateMachine]:
    """A machine that generates calls of a lane."""

    class Machine(RuleBasedStateMachine):
        pair: Pair | None = None

        @initialize(pooled=booleans())
        def begin(self, pooled: bool) -> None:
            tally.sequences += 1
            gc.disable()  # a cursor or a place that is let go of has effects: not at any moment
            self.pair = runner.run(Pair.opened(lane, dsn, watch, pooled, tally))

        def teardown(self) -> None:
            if self.pair:
                runner.run(self.pair.close())
            gc.enable()

    def ruled(plan: Plan) -> Any:
        def body(self: Machine, **choices: Any) -> None:
            tally.steps += 1
            assert self.pair
            runner.run(self.pair.do(plan, choices))

        body.__name__ = plan.name
        ready = precondition(lambda self: self.pair is not None and plan.when(self.pair.fake))
        return ready(rule(**plan.choices)(body))

    for plan in lane.plans:
        setattr(Machine, plan.name, ruled(plan))
    Machine.__name__ = Machine.__qualname__ = f"{lane.name.capitalize()}Sequences"
    return Machine
