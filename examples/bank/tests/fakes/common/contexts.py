# async-testing-expert 0.1.0 sha256:863e7d03f62c900a (scaffold.py --update renews it)
"""What can be awaited, or entered with `async with`."""

from collections.abc import Awaitable, Callable, Generator
from types import TracebackType
from typing import Any


class FakeContext:
    """A cursor or connection to come: await it, or enter it for a block, at whose end it is given back.

    Arguments: `make` gives what is to come; `leave` what is to be done with it at the end.
    """

    def __init__(self, make: Callable[[], Awaitable[Any]], leave: Callable[[Any], Awaitable[Any]]) -> None:
        self._make, self._leave = make, leave
        self._made: Any = None

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._make().__await__()

    async def __aenter__(self) -> Any:
        self._made = await self._make()
        return self._made

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        made, self._made = self._made, None
        await self._leave(made)


def arrived(value: Any = None) -> Any:
    """A future that has its result, as drivers hand out of functions that are no coroutines."""
    import asyncio

    future = asyncio.get_running_loop().create_future()
    future.set_result(value)
    return future
