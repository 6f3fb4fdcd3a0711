"""The cursor of asyncmy."""

import re
from collections.abc import Generator
from typing import Any, Self

from ..mysql.cursors import MysqlCursor


class FakeCursor(MysqlCursor):
    """An asyncmy cursor over scripted rows; to await it gives itself."""

    seen = "asyncmy.cursors.Cursor"
    insert_values = re.compile(
        r"\s*((?:INSERT|REPLACE)\b.+\bVALUES?\s*)"
        r"(\(\s*(?:%s|%\(.+\)s)\s*(?:,\s*(?:%s|%\(.+\)s)\s*)*\))"
        r"(\s*(?:(?:AS|ON DUPLICATE).*)?);?\s*\Z",
        re.IGNORECASE | re.DOTALL,
    )

    def __await__(self) -> Generator[Any, Any, Self]:
        return self
        yield

    async def fetchone(self) -> Any:
        """The next row, or None."""
        return self.take_one()

    async def fetchmany(self, size: int | None = None) -> Any:
        """The next rows, `arraysize` of them by default."""
        return self.take_many(size)

    async def fetchall(self) -> Any:
        """All rows that are left."""
        return self.take_all()

    def scroll(self, value: int, mode: str = "relative") -> Any:
        """Go to another row; to be awaited where rows are not buffered."""
        return self._moved(value, mode) if self._form.unbuffered else self.move(value, mode)

    async def _moved(self, value: int, mode: str) -> None:
        self.move(value, mode)
