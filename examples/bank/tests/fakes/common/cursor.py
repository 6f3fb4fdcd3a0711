# async-testing-expert 0.1.0 sha256:0ba9385eadf6f925 (scaffold.py --update renews it)
"""How far a cursor of the DB-API has got in the rows of its statement."""

from collections.abc import Sequence
from typing import Any


class Rows:
    """Rows, and the place of the next one."""

    def __init__(self, rows: Sequence[Any] = ()) -> None:
        self.all, self.place = list(rows), 0

    def take(self, count: int | None = None) -> list[Any]:
        """The next rows, all that are left by default."""
        end = len(self.all) if count is None else self.place + max(count, 0)
        taken = self.all[self.place : end]
        self.place += len(taken)
        return taken

    def move(self, value: int, mode: str) -> None:
        """Go to another place. Raises: IndexError outside of the rows, ValueError for an unknown mode."""
        if mode not in ("relative", "absolute"):
            raise ValueError(f"bad mode: {mode}. It should be 'relative' or 'absolute'")
        place = value + (self.place if mode == "relative" else 0)
        if not 0 <= place < len(self.all):
            raise IndexError("position out of bound")
        self.place = place
