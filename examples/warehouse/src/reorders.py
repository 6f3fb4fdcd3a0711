"""Which items are to be ordered again, as the database tells while the application runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from src.database import Connection

CHANNEL = "reorders"


class Reorders:
    """The SKUs that were told to be short, until somebody has seen to them."""

    def __init__(self) -> None:
        self._skus: set[str] = set()

    def taken(self) -> list[str]:
        """Return them in order, and forget them."""
        skus, self._skus = sorted(self._skus), set()
        return skus

    @asynccontextmanager
    async def listening(self, connection: Connection) -> AsyncIterator[None]:
        """Hear what is told on the channel inside the block; the connection must do nothing else."""

        def heard(_connection: object, _process: int, _channel: str, sku: str) -> None:
            self._skus.add(sku)

        await connection.add_listener(CHANNEL, heard)
        try:
            yield
        finally:
            await connection.remove_listener(CHANNEL, heard)
