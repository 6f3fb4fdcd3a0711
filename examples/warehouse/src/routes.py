"""The routes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from src.dependencies import get_items, get_orders, get_reorders
from src.models import Delivery, Id, Item, NewOrder, Order, Received, Search, Sku
from src.reorders import Reorders
from src.repositories.items import ItemRepository
from src.repositories.orders import OrderRepository

router = APIRouter()

Items = Annotated[ItemRepository, Depends(get_items)]
Orders = Annotated[OrderRepository, Depends(get_orders)]


@router.get("/items")
async def search_items(items: Items, search: Annotated[Search, Query()]) -> list[Item]:
    """List items, page by page."""
    return await items.search(search)


@router.post("/items", status_code=201)
async def add_item(items: Items, item: Item, response: Response) -> Item:
    """Add an item."""
    await items.add(item)
    response.headers["Location"] = f"/items/{item.sku}"
    return item


@router.get("/items/{sku}")
async def get_item(items: Items, sku: Sku) -> Item:
    """Show an item."""
    return await items.get(sku)


@router.post("/deliveries")
async def receive_delivery(items: Items, delivery: Delivery) -> Received:
    """Store what a truck has brought."""
    return await items.receive(delivery)


@router.post("/reorders/taken")
async def take_reorders(reorders: Annotated[Reorders, Depends(get_reorders)]) -> list[str]:
    """Tell which items are to be ordered again, each once."""
    return reorders.taken()


@router.post("/orders", status_code=201)
async def place_order(orders: Orders, order: NewOrder, response: Response) -> Order:
    """Place an order."""
    placed = await orders.place(order)
    response.headers["Location"] = f"/orders/{placed.id}"
    return placed


@router.get("/orders/{order_id}")
async def get_order(orders: Orders, order_id: Id) -> Order:
    """Show an order."""
    return await orders.get(order_id)


@router.post("/orders/{order_id}/shipment", status_code=204)
async def ship_order(orders: Orders, order_id: Id) -> None:
    """Ship an order."""
    await orders.ship(order_id)


@router.delete("/orders/{order_id}", status_code=204)
async def cancel_order(orders: Orders, order_id: Id) -> None:
    """Cancel an order."""
    await orders.cancel(order_id)
