"""Access to the items and to what comes in of them."""

import asyncpg  # type: ignore[import-untyped]

from src.database import Connection
from src.errors import WarehouseError, database_errors, rejection
from src.models import Delivered, Delivery, Item, Received, Rejected, Search

# The advisory lock of whoever receives a delivery: any number that nothing else locks.
RECEIVING = 7001


class ItemRepository:
    """The items, on one connection; every method raises WarehouseError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, item: Item) -> None:
        """Insert an item; 409 if there is one of that SKU."""
        with database_errors("Could not add the item"):
            await self._connection.execute(
                "INSERT INTO items (sku, name, stock, reorder_at) VALUES ($1, $2, $3, $4)",
                item.sku,
                item.name,
                item.stock,
                item.reorder_at,
            )

    async def get(self, sku: str) -> Item:
        """Return one item, or 404."""
        failure = "Could not fetch the item"
        with database_errors(failure):
            row = await self._connection.fetchrow(
                "SELECT sku, name, stock, reorder_at FROM items WHERE sku = $1", sku
            )
        if row is None:
            raise WarehouseError(404, f"{failure}: there is no such item")
        return Item(**row)

    async def search(self, search: Search) -> list[Item]:
        """Return one page of items in the order of their SKUs."""
        low = "AND stock < reorder_at" if search.low else ""
        with database_errors("Could not fetch the items"):
            rows = await self._connection.fetch(
                f"""
                SELECT sku, name, stock, reorder_at
                FROM items
                WHERE sku > $1 {low}
                ORDER BY sku
                LIMIT $2
                """,
                search.after,
                search.limit,
            )
        return [Item(**row) for row in rows]

    async def receive(self, delivery: Delivery) -> Received:
        """Store a delivery; 409 if it was received before, or while another one is being received.

        A line that the database refuses is left out and reported: each has a savepoint of its own.
        """
        failure = "Could not receive the delivery"
        rejected: list[Rejected] = []
        with database_errors(failure):
            async with self._connection.transaction():
                if not await self._connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", RECEIVING):
                    raise WarehouseError(409, f"{failure}: another one is being received")
                await self._connection.execute("INSERT INTO deliveries (note) VALUES ($1)", delivery.note)
                for line in delivery.lines:
                    try:
                        await self._store(delivery.note, line)
                    except asyncpg.PostgresError as error:
                        reason = rejection(error)
                        if reason is None:
                            raise
                        rejected.append(Rejected(sku=line.sku, reason=reason))
        return Received(stored=len(delivery.lines) - len(rejected), rejected=rejected)

    async def _store(self, note: str, line: Delivered) -> None:
        async with self._connection.transaction():
            await self._connection.execute(
                "INSERT INTO delivery_lines (note, sku, quantity) VALUES ($1, $2, $3)",
                note,
                line.sku,
                line.quantity,
            )
            await self._connection.execute(
                "UPDATE items SET stock = stock + $1 WHERE sku = $2", line.quantity, line.sku
            )
