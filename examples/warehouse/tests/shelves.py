"""What tests put on the shelves of a real database, and what they find there."""

from __future__ import annotations

import asyncpg  # type: ignore[import-untyped]

from src.models import Delivered, Delivery, Item, Line, NewOrder

BOLT = Item(sku="BOLT-M8", name="Bolt", stock=10, reorder_at=5)


NUT = Item(sku="NUT-M8", name="Nut", stock=3, reorder_at=5)


def ordered(*lines: tuple[str, int], reference: str = "PO-1") -> NewOrder:
    """An order of these lines."""
    return NewOrder(reference=reference, lines=[Line(sku=sku, quantity=quantity) for sku, quantity in lines])


def delivered(*lines: tuple[str, int], note: str = "D-1") -> Delivery:
    """A delivery of these lines."""
    return Delivery(note=note, lines=[Delivered(sku=sku, quantity=quantity) for sku, quantity in lines])


async def stock(connection: asyncpg.Connection) -> dict[str, int]:
    """How much there really is of each item."""
    return dict(await connection.fetch("SELECT sku, stock FROM items"))
