# async-testing-expert 0.1.0 sha256:9fcd432d85e7ae0b (scaffold.py --update renews it)
"""The cursor of aiomysql."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from ..common.contexts import arrived
from ..mysql.cursors import MysqlCursor


class FakeCursor(MysqlCursor):
    """An aiomysql cursor over scripted rows. Where rows are buffered, its fetches are futures and no coroutines."""

    seen = "aiomysql.cursors.Cursor"
    insert_values = re.compile(
        r"\s*((?:INSERT|REPLACE)\s.+\sVALUES?\s+)"
        r"(\(\s*(?:%s|%\(.+\)s)\s*(?:,\s*(?:%s|%\(.+\)s)\s*)*\))"
        r"(\s*(?:ON DUPLICATE.*)?);?\s*\Z",
        re.IGNORECASE | re.DOTALL,
    )

    echo = False

    @property
    def closed(self) -> bool:
        """Whether the cursor is closed."""
        return self.connection is None

    def fetchone(self) -> Awaitable[Any]:
        """The next row, or None."""
        return self._given(self.take_one)

    def fetchmany(self, size: int | None = None) -> Awaitable[Any]:
        """The next rows, `arraysize` of them by default."""
        return self._given(lambda: self.take_many(size))

    def fetchall(self) -> Awaitable[Any]:
        """All rows that are left."""
        return self._given(self.take_all)

    def scroll(self, value: int, mode: str = "relative") -> Awaitable[None]:
        """Go to another row."""
        return self._given(lambda: self.move(value, mode))

    def _given(self, take: Callable[[], Any]) -> Awaitable[Any]:
        return _later(take) if self._form.unbuffered else arrived(take())


async def _later(take: Callable[[], Any]) -> Any:
    return take()
