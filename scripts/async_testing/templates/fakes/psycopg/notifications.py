"""Notifications and pipelines of psycopg."""

# ruff: noqa: ASYNC109 - the driver has these parameters
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, NamedTuple

from ..common.channels import listened
from ..common.kinds import SeenAs, loaded
from ..common.session import pause
from .answers import Result
from .exceptions import LOST
from .settings import Settings


class Notify(NamedTuple):
    """A notification, where psycopg is not loaded to say it."""

    channel: str
    payload: str
    pid: int


class Hearing:
    """What a connection listens to, whom it tells, and what it has not told yet."""

    def __init__(self) -> None:
        self.channels: set[str] = set()
        self.handlers: list[Callable[[Any], Any]] = []
        self.notice_handlers: list[Callable[[Any], Any]] = []
        self.heard: deque[Any] = deque()
        self.waiter: Any = None


class FakePipeline(SeenAs):
    """A pipeline, in which a fake runs each statement at once all the same."""

    seen = "psycopg.AsyncPipeline"

    async def sync(self) -> None:
        """Nothing is left to be sent."""
        await pause()


class Notifications(Settings):
    """What a connection hears of what this one or another of its pool notifies and commits."""

    hearing: Hearing

    def reset(self) -> None:
        """The state of a connection that was just opened."""
        super().reset()
        self.hearing = Hearing()
        self.pipelines = 0

    def hear(self, channel: str, payload: str, pid: int = 0) -> None:
        """A notification has come; a test calls it to notify as another program does."""
        if channel not in self.hearing.channels:
            return
        told = (loaded("psycopg.Notify") or Notify)(channel, payload, pid)
        if self.hearing.handlers:
            for handler in list(self.hearing.handlers):
                handler(told)
            return
        self.hearing.heard.append(told)
        if self.hearing.waiter is not None and not self.hearing.waiter.done():
            self.hearing.waiter.set_result(None)

    async def notifies(
        self, *, timeout: float | None = None, stop_after: int | None = None
    ) -> AsyncIterator[Any]:
        """Notifications as they come; nothing else runs on the connection meanwhile."""
        import asyncio

        end, count, hearing = None if timeout is None else monotonic() + timeout, 0, self.hearing
        async with self.lock:
            self.check_open()
            while stop_after is None or count < stop_after:
                while hearing.heard:
                    count += 1
                    yield hearing.heard.popleft()
                if stop_after is not None and count >= stop_after:
                    return
                hearing.waiter = asyncio.get_running_loop().create_future()
                try:
                    await asyncio.wait_for(hearing.waiter, None if end is None else max(end - monotonic(), 0))
                except TimeoutError:
                    return

    def add_notify_handler(self, callback: Callable[[Any], Any]) -> None:
        """Call this with each notification."""
        self.hearing.handlers.append(callback)

    def remove_notify_handler(self, callback: Callable[[Any], Any]) -> None:
        """Call it no more. Raises: ValueError."""
        self.hearing.handlers.remove(callback)

    def add_notice_handler(self, callback: Callable[[Any], Any]) -> None:
        """Kept, and told nothing: a fake has no notices."""
        self.hearing.notice_handlers.append(callback)

    def remove_notice_handler(self, callback: Callable[[Any], Any]) -> None:
        """Kept no more. Raises: ValueError."""
        self.hearing.notice_handlers.remove(callback)

    @asynccontextmanager
    async def pipeline(self) -> AsyncIterator[FakePipeline]:
        """A pipeline for a block."""
        self.check_open()
        self.pipelines += 1
        try:
            yield FakePipeline()
        finally:
            self.pipelines -= 1

    async def run(self, method: str, query: str, parameters: Any) -> list[Result]:
        """One call, after which the connection may hear more, or less."""
        found = await super().run(method, query, parameters)
        if asked := listened(query):
            begins, channel = asked
            if begins:
                self.hearing.channels.add(channel)
            else:
                self.hearing.channels -= self.hearing.channels if channel == "*" else {channel}
            if self not in self.channels.hearers:
                self.channels.hearers.append(self)
        return found

    async def operation(self, call: Callable[[], Any], *, lost: str = LOST) -> Any:
        """One operation, after which is told what it has committed."""
        result = await super().operation(call, lost=lost)
        self.channels.deliver(id(self.session) % 0x7FFFFFFF)
        return result
