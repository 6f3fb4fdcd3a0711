"""Transactions of the code under test, as savepoints of the test's own."""

from __future__ import annotations

from typing import Any

UNKNOWN_SAVEPOINT = 1305


class Savepoints:
    """Keeps all that a connection does in one transaction, though the code under test begins and commits.

    Its ``begin``, ``commit`` and ``rollback`` work on a savepoint. What ends a transaction on the server
    nonetheless, a CREATE TABLE or a COMMIT that is executed, is noticed at the end.
    """

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.rollback_all = connection.rollback
        self.begun = self.autocommitting = False

    async def start(self) -> None:
        """Begin the test's transaction, and take the place of the connection's own methods."""
        await self.connection.begin()
        await self.run("SAVEPOINT async_testing_start")
        await self.commit()
        for name in ("begin", "commit", "rollback", "autocommit", "get_autocommit"):
            setattr(self.connection, name, getattr(self, name))

    async def finish(self) -> bool:
        """Roll everything back. Returns whether nothing of the test lasts."""
        try:
            await self.run("ROLLBACK TO SAVEPOINT async_testing_start")
            await self.rollback_all()
        except Exception:
            return False
        return True

    async def begin(self) -> None:
        """Begin a transaction; what came before is kept."""
        await self.commit()
        self.begun = True

    async def commit(self) -> None:
        """Keep what was done so far, until the test ends."""
        await self.run("SAVEPOINT async_testing")
        self.begun = False

    async def rollback(self) -> None:
        """Undo what was done since the last begin or commit."""
        if self.autocommitting and not self.begun:
            return
        self.begun = False
        try:
            await self.run("ROLLBACK TO SAVEPOINT async_testing")
        except Exception as error:
            if error.args[:1] != (UNKNOWN_SAVEPOINT,):
                raise
            await self.rollback_all()

    async def autocommit(self, value: bool) -> None:
        """Whether a statement outside of ``begin`` is kept at once."""
        await self.commit()
        self.autocommitting = bool(value)

    def get_autocommit(self) -> bool:
        """Whether a statement outside of ``begin`` is kept at once."""
        return self.autocommitting

    async def run(self, statement: str) -> None:
        """Run one statement."""
        async with self.connection.cursor() as cursor:
            await cursor.execute(statement)
