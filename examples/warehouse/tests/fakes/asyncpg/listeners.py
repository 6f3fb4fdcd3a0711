# async-testing-expert 0.1.0 sha256:e02becec0f551546 (scaffold.py --update renews it)
"""The callbacks that listen to channels and notices, on a connection of asyncpg."""

# ruff: noqa: ASYNC109 - the driver has these parameters
from collections.abc import Callable, Coroutine
from typing import Any

from ..common.channels import Channels
from ..common.kinds import loaded
from .copies import Copies
from .exceptions import interface_error

Callback = Callable[..., Any]


class Listeners(Copies):
    """The listeners of a connection, who hear what a fake of the same pool, or this one, notifies and commits.

    Attributes: `listeners`, the callbacks of channels as (channel, callback): a test can call them too.
    """

    listeners: list[tuple[str, Callback]]
    channels: Channels
    _own: list[tuple[str, Callback]]
    _log_listeners: list[Callback]
    top_transaction: Any

    async def add_listener(self, channel: str, callback: Callback) -> None:
        """Keep a callback in `listeners`."""
        self.check_usable("add_listener")
        check_callback(callback)
        if (channel, callback) not in self._own:
            self._own.append((channel, callback))
            self.listeners.append((channel, callback))
        if self not in self.channels.hearers:
            self.channels.hearers.append(self)

    async def remove_listener(self, channel: str, callback: Callback) -> None:
        """Remove a callback; does nothing on a closed connection."""
        discard(self._own, (channel, callback))
        discard(self.listeners, (channel, callback))

    def add_log_listener(self, callback: Callback) -> None:
        """Kept, and told nothing: a fake has no notices."""
        self.check_usable("add_log_listener")
        check_callback(callback)
        self._log_listeners.append(callback)

    def remove_log_listener(self, callback: Callback) -> None:
        """Kept no more."""
        discard(self._log_listeners, callback)

    def hear(self, channel: str, payload: str, pid: int) -> None:
        """A notification has come."""
        tell([callback for name, callback in self._own if name == channel], self, pid, channel, payload)

    def forget_listeners(self) -> None:
        """As on a connection that was just made, or is closed."""
        for each in self._own:
            discard(self.listeners, each)
        discard(self.channels.hearers, self)
        self._own, self._log_listeners = [], []

    def warn_of_listeners(self) -> None:
        """Warns of those that were left, as a pool does when it takes the connection back."""
        for kind, left in (("notification", self._own), ("log", self._log_listeners)):
            if left:
                import warnings

                plural = "s" if len(left) > 1 else ""
                text = f"{self!r} is being released to the pool but has {len(left)} active {kind} listener{plural}"
                kind_of = loaded("asyncpg.exceptions.InterfaceWarning") or UserWarning
                warnings.warn(kind_of(text), stacklevel=2)

    async def reset(self, *, timeout: float | None = None) -> None:
        """Roll back what is open, and forget the listeners."""
        self.check_usable("reset")
        self.forget_listeners()
        self.top_transaction = None
        if self.session.open:
            await self.control(self.session.rollback, name="ROLLBACK", timeout=timeout)

    async def _operation(self, operation: Coroutine[Any, Any, Any], timeout: float | None) -> Any:
        result = await super()._operation(operation, timeout)
        self.channels.deliver(id(self.session) % 0x7FFFFFFF)
        return result


def check_callback(callback: object) -> None:
    """Raises: InterfaceError for what cannot be called."""
    if not callable(callback):
        raise interface_error(f"expected a callable or an `async def` function,got {callback!r}")


def tell(callbacks: list[Callback], *told: Any) -> None:
    """Call each soon, or begin it as a task."""
    import asyncio

    loop = asyncio.get_running_loop()
    for callback in callbacks:
        if asyncio.iscoroutinefunction(callback):
            _running.add(task := loop.create_task(callback(*told)))
            task.add_done_callback(_running.discard)
        else:
            loop.call_soon(callback, *told)


_running: set[Any] = set()


def discard(kept: list[Any], one: Any) -> None:
    """Take one out, if it is in."""
    if one in kept:
        kept.remove(one)
