"""The pool of aiomysql."""

from typing import Any

from ..mysql.pools import MysqlPool
from .connection import FakeConnection


class FakePool(MysqlPool[FakeConnection]):
    """An aiomysql pool, open. `acquire()` gives the scripted connection, or a sibling while it is out.

    Arguments: the scripted connection (a new one by default, reachable as `fake`); how many connections there
    are at least and may be out at once, 0 for any number. Can be awaited and entered, as `create_pool(…)`.
    """

    seen = "aiomysql.pool.Pool"
    makes = FakeConnection

    def __init__(
        self, connection: FakeConnection | None = None, *, minsize: int = 1, maxsize: int = 10
    ) -> None:
        if maxsize < minsize and maxsize != 0:
            raise ValueError("maxsize should be not less than minsize")
        super().__init__(connection, minsize, maxsize)

    @property
    def maxsize(self) -> int | None:
        """How many connections there may be; None for any number."""
        return self.limit or None

    @property
    def closed(self) -> bool:
        """Whether the pool is closed and all connections came back."""
        return self._closed

    def stranger(self, connection: Any) -> Exception:
        """An assertion of the pool."""
        return AssertionError((connection, set(self._used)))
