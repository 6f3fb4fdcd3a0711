"""Access to the orders, which take from the stock what they list."""

from src.database import Connection, retried
from src.errors import WarehouseError, database_errors
from src.models import Line, NewOrder, Order
from src.reorders import CHANNEL


class OrderRepository:
    """The orders, on one connection; every method raises WarehouseError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def place(self, order: NewOrder) -> Order:
        """Store an order and take its items from the stock; what is short then is told to the listeners.

        All or nothing: 404 for an unknown item, 409 if one is short or the reference was used, 422 if an item is
        listed twice, 503 if others were quicker every time.
        """
        with database_errors("Could not place the order"):
            return await retried(self._connection, lambda: self._place(order))

    async def _place(self, order: NewOrder) -> Order:
        placed = await self._connection.fetchrow(
            "INSERT INTO orders (reference) VALUES ($1) RETURNING id, reference, state, placed_at",
            order.reference,
        )
        assert placed is not None
        await self._connection.executemany(
            "INSERT INTO order_lines (order_id, sku, quantity) VALUES ($1, $2, $3)",
            [(placed["id"], line.sku, line.quantity) for line in order.lines],
        )
        taken = await self._connection.fetch(
            """
            UPDATE items SET stock = stock - order_lines.quantity
            FROM order_lines
            WHERE order_lines.order_id = $1 AND order_lines.sku = items.sku
            RETURNING items.sku, stock < reorder_at AS low
            """,
            placed["id"],
        )
        for item in taken:
            if item["low"]:
                await self._connection.execute("SELECT pg_notify($1, $2)", CHANNEL, item["sku"])
        return Order(**placed, lines=order.lines)

    async def get(self, order_id: int) -> Order:
        """Return an order with its lines by SKU, or 404; both as of one moment."""
        failure = "Could not fetch the order"
        with database_errors(failure):
            async with self._connection.transaction(isolation="repeatable_read", readonly=True):
                row = await self._connection.fetchrow(
                    "SELECT id, reference, state, placed_at FROM orders WHERE id = $1", order_id
                )
                if row is None:
                    raise WarehouseError(404, f"{failure}: there is no such order")
                lines = await self._connection.fetch(
                    "SELECT sku, quantity FROM order_lines WHERE order_id = $1 ORDER BY sku", order_id
                )
        return Order(**row, lines=[Line(**line) for line in lines])

    async def ship(self, order_id: int) -> None:
        """Mark an open order as shipped; 404 if there is none, 409 if it is not open."""
        failure = "Could not ship the order"
        with database_errors(failure):
            async with self._connection.transaction():
                await self._require_open(order_id, failure)
                await self._connection.execute("UPDATE orders SET state = 'shipped' WHERE id = $1", order_id)

    async def cancel(self, order_id: int) -> None:
        """Give up an open order and put its items back; 404 if there is none, 409 if it is not open."""
        failure = "Could not cancel the order"
        with database_errors(failure):
            async with self._connection.transaction():
                await self._require_open(order_id, failure)
                await self._connection.execute(
                    "UPDATE orders SET state = 'cancelled' WHERE id = $1", order_id
                )
                await self._connection.execute(
                    """
                    UPDATE items SET stock = stock + order_lines.quantity
                    FROM order_lines
                    WHERE order_lines.order_id = $1 AND order_lines.sku = items.sku
                    """,
                    order_id,
                )

    async def _require_open(self, order_id: int, failure: str) -> None:
        state = await self._connection.fetchval("SELECT state FROM orders WHERE id = $1 FOR UPDATE", order_id)
        if state is None:
            raise WarehouseError(404, f"{failure}: there is no such order")
        if state != "open":
            raise WarehouseError(409, f"{failure}: it is {state}")
