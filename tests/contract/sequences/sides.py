"""One of both worlds under generated calls, and the steps that are done on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis.strategies import SearchStrategy, integers

ASLEEP = (
    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND wait_event = 'PgSleep'"
)


@dataclass
class Side:
    """One of both worlds: connections, and what was made on them. A live one has no ledger."""

    live: bool
    pool: Any = None
    connections: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    former: list[Any] = field(default_factory=list)
    open: dict[str, list[Any]] = field(default_factory=dict)
    pids: dict[int, int] = field(default_factory=dict)
    current: Any = None
    sleeping: Any = None
    preparing: str | None = None
    watch: Any = None

    def things(self, kind: str) -> list[Any]:
        """Blocks, transactions, cursors that are there, oldest first."""
        return self.open.setdefault(kind, [])

    def thing(self, kind: str, at: int) -> Any:
        """One of them."""
        return self.things(kind)[at % len(self.things(kind))]

    def connection(self, at: int) -> Any:
        """One of the connections that are out, which is from now on the one in use."""
        self.current = self.connections[at % len(self.connections)]
        return self.current

    def base(self, at: int) -> int:
        """What to add to an id: connections that are out at the same time keep to rows of their own."""
        return 10 * self.places[at % len(self.connections)]

    def entered(self, connection: Any) -> None:
        """Keep a connection that is out from now on."""
        self.connections.append(connection)
        self.places.append(min({0, 1, 2} - set(self.places)))

    def left(self, at: int) -> Any:
        """Take away a connection, to be given back."""
        place = at % len(self.connections)
        self.places.pop(place)
        self.former.append(self.connections.pop(place))
        return self.former[-1]

    async def asked(self) -> None:
        """Wait until the server works on a statement that sleeps."""
        for _ in range(5_000):
            asleep = self.watch.execute(ASLEEP).fetchone()[0] if self.live else self.sleeping
            if asleep:
                return
            await asyncio.sleep(0.0005)
        raise TimeoutError("the server does not sleep")


async def cancelled(side: Side, call: Awaitable[Any]) -> Any:
    """Cancel a call when the server is at work on it."""
    side.sleeping = None
    running, asking = asyncio.ensure_future(call), asyncio.ensure_future(side.asked())
    await asyncio.wait({running, asking}, return_when=asyncio.FIRST_COMPLETED)
    asking.cancel()
    running.cancel()
    return await running


Step = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Plan:
    """A step: what it does on a side, from which choices, and when it can be done."""

    name: str
    run: Step
    choices: dict[str, SearchStrategy[Any]]
    when: Callable[[Side], bool]


def step(
    when: Callable[[Side], bool] | None = None, **choices: SearchStrategy[Any]
) -> Callable[[Step], Plan]:
    """Make a function of a side and the choices a step; by default one needs a connection that is out."""

    def made(function: Step) -> Plan:
        return Plan(function.__name__, function, choices, when or (lambda side: bool(side.connections)))

    return made


def has(*kinds: str) -> Callable[[Side], bool]:
    """There are such things."""
    return lambda side: bool(side.connections) and all(map(side.things, kinds))


AT = integers(0, 7)
"""Which of the things there are."""


RARELY = integers(0, 7).map(lambda number: number == 7)
"""For steps that take their time."""
