# async-testing-expert 0.1.0 sha256:6a6431ddad4dc955 (scaffold.py --update renews it)
"""The places of a pool."""

from collections import deque
from typing import Any


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
