"""What the routes depend on; tests override these."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from src.accounts import AccountRepository
from src.database import Connection, lent
from src.transfers import TransferRepository


async def get_connection(request: Request) -> AsyncIterator[Connection]:
    """Lend a connection of the pool for the time of the request."""
    state = request.app.state
    async with lent(state.pool, state.settings.database_timeout) as connection:
        yield connection


def get_accounts(connection: Annotated[Connection, Depends(get_connection)]) -> AccountRepository:
    """Return the accounts on the request's connection."""
    return AccountRepository(connection)


def get_transfers(connection: Annotated[Connection, Depends(get_connection)]) -> TransferRepository:
    """Return the transfers on the request's connection."""
    return TransferRepository(connection)
