"""What the routes depend on; tests override these."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from src.database import Connection, lent
from src.reorders import Reorders
from src.repositories.items import ItemRepository
from src.repositories.orders import OrderRepository


async def get_connection(request: Request) -> AsyncIterator[Connection]:
    """Lend a connection of the pool for the time of the request."""
    state = request.app.state
    async with lent(state.pool, state.settings.database_timeout) as connection:
        yield connection


def get_items(connection: Annotated[Connection, Depends(get_connection)]) -> ItemRepository:
    """Return the items on the request's connection."""
    return ItemRepository(connection)


def get_orders(connection: Annotated[Connection, Depends(get_connection)]) -> OrderRepository:
    """Return the orders on the request's connection."""
    return OrderRepository(connection)


def get_reorders(request: Request) -> Reorders:
    """Return what the lifespan listens to."""
    reorders: Reorders = request.app.state.reorders
    return reorders
