# async-testing-expert 0.1.0 sha256:4021feecb433238b (scaffold.py --update renews it)
"""Answers that take time, without any passing: at the test's word, or on the clock of the event loop."""

import asyncio
from typing import Any

from ..core.scripting import UNSET, Late


class held(Late):
    """An answer that comes when the test says so: start the code as a task, `await reached()`, then `release()`.

    Until then the code waits at that very call, where the test can cancel it or look at what else it did.
    Arguments: the answer, as it would be scripted without; an exception is raised. UNSET: as for an empty table.
    """

    def __init__(self, answer: Any = UNSET) -> None:
        super().__init__(answer)
        self._asked, self._free = asyncio.Event(), asyncio.Event()

    def __repr__(self) -> str:
        return f"held({self.answer!r})"

    async def wait(self) -> None:
        """Wait until the test releases the answer."""
        self._asked.set()
        await self._free.wait()

    async def reached(self) -> None:
        """Wait until the code asks for this answer."""
        await self._asked.wait()

    def release(self) -> None:
        """Let the answer through, and all that come to ask for it later."""
        self._free.set()


class after(Late):
    """An answer that takes so many seconds of the event loop's clock, which is put forward once all is idle.

    Timeouts run out as they would, in their order, and no real time passes: `after(30, rows)` within
    `asyncio.timeout(5)` is a timeout. Needs the event loop of asyncio itself.
    """

    def __init__(self, seconds: float, answer: Any = UNSET) -> None:
        super().__init__(answer)
        self.seconds = seconds

    def __repr__(self) -> str:
        return f"after({self.seconds}, {self.answer!r})"

    async def wait(self) -> None:
        """Wait on the loop's clock."""
        await _Clock.of(asyncio.get_running_loop()).wait(self.seconds)


class _Clock:
    """The clock of a loop, put forward to the next timer whenever nothing else is left to do."""

    def __init__(self, loop: Any) -> None:
        self.loop, self.real, self.ahead, self.waiting = loop, loop.time, 0.0, 0
        self.patience = 0

    @classmethod
    def of(cls, loop: Any) -> "_Clock":
        """The one clock of a loop. Raises: RuntimeError for a loop whose clock can't be put forward."""
        if not isinstance(getattr(loop.time, "__self__", None), _Clock):
            clock = cls(loop)
            try:
                loop.time = clock.now
            except AttributeError:
                name = f"{type(loop).__module__}.{type(loop).__name__}"
                raise RuntimeError(
                    f"after() needs asyncio's own event loop, this is {name}: use held()"
                ) from None
        found: _Clock = loop.time.__self__
        return found

    def now(self) -> float:
        """The time that the loop goes by."""
        return float(self.real()) + self.ahead

    async def wait(self, seconds: float) -> None:
        """Return when so much time has passed on this clock."""
        arrived = self.loop.create_future()
        due = self.now() + seconds
        timer = self.loop.call_at(due, lambda: arrived.done() or arrived.set_result(None))
        self.waiting += 1
        if self.waiting == 1:
            self.loop.call_soon(self._turn)
        try:
            await arrived
        finally:
            timer.cancel()
            self.waiting -= 1

    def _turn(self) -> None:
        """Look whether anything else is to be done; after very many turns time passes all the same."""
        if not self.waiting:
            return
        self.patience += 1
        if not self.loop._ready or self.patience > _MANY_TURNS:
            self.patience = 0
            timers = [timer.when() for timer in self.loop._scheduled if not timer.cancelled()]
            self.ahead += max(0.0, min(timers, default=0.0) - self.now())
        self.loop.call_soon(self._turn)


_MANY_TURNS = 10_000
