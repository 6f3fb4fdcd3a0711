"""The pool of asyncmy."""

from typing import Any

from ..mysql.pools import MysqlPool
from .connection import FakeConnection


class FakePool(MysqlPool[FakeConnection]):
    """An asyncmy pool, open. `acquire()` gives the scripted connection, or a sibling while it is out.

    Arguments: the scripted connection (a new one by default, reachable as `fake`); how many connections there
    are at least and may be out at once. Can be awaited and entered, as `create_pool(…)`.
    """

    seen = "asyncmy.pool.Pool"
    makes = FakeConnection

    def __init__(
        self, connection: FakeConnection | None = None, *, minsize: int = 1, maxsize: int = 10
    ) -> None:
        if maxsize < minsize:
            raise ValueError("maxsize should be not less than minsize")
        super().__init__(connection, minsize, maxsize)

    @property
    def maxsize(self) -> int:
        """How many connections there may be."""
        return self.limit

    def stranger(self, connection: Any) -> Exception:
        """As a set says it."""
        return KeyError(connection)
