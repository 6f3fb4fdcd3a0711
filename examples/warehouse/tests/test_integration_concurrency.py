"""Tests on a real PostgreSQL: what transactions see of each other, and who waits for whom."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest

from src.app import Settings, open_pool
from src.database import lent
from src.errors import WarehouseError
from src.models import Order, Received
from src.reorders import Reorders
from src.repositories.items import RECEIVING, ItemRepository
from src.repositories.orders import OrderRepository
from tests.shelves import BOLT, NUT, delivered, ordered, stock

pytestmark = pytest.mark.integration


@pytest.mark.asyncio
async def test_orders_at_once_sell_nothing_twice(database_pool: asyncpg.Pool) -> None:
    """Four customers want the last three nuts, a nut each: three get one, one is told why not."""
    async with database_pool.acquire() as connection:
        await ItemRepository(connection).add(NUT)

    async def place(number: int) -> int:
        async with database_pool.acquire() as connection:
            try:
                await OrderRepository(connection).place(ordered(("NUT-M8", 1), reference=f"PO-{number}"))
            except WarehouseError as error:
                return error.status_code
            return 201

    async with asyncio.timeout(20):
        answers: list[int] = await asyncio.gather(*(place(number) for number in range(4)))

    assert sorted(answers) == [201, 201, 201, 409]
    assert await stock(database_pool) == {"NUT-M8": 0}


async def waits_for_a_lock(connection: asyncpg.Connection) -> None:
    """Return when somebody in this database waits for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while not await connection.fetchval(query):  # noqa: ASYNC110 - it is the server that tells
        await asyncio.sleep(0)


@pytest.mark.asyncio
@pytest.mark.committed
async def test_place_tries_again_what_another_transaction_has_changed(
    cloned_database: str, database_connection: asyncpg.Connection
) -> None:
    """The server's own refusal is the one that is tried again; the second attempt sees what the other one left."""
    await ItemRepository(database_connection).add(NUT)
    other: asyncpg.Connection = await asyncpg.connect(cloned_database)
    watcher: asyncpg.Connection = await asyncpg.connect(cloned_database)
    transaction: Any = other.transaction()
    await transaction.start()
    await other.execute("UPDATE items SET stock = stock - 1")
    task: asyncio.Task[Order] = asyncio.create_task(
        OrderRepository(database_connection).place(ordered(("NUT-M8", 2)))
    )

    async with asyncio.timeout(10):
        await waits_for_a_lock(watcher)
        await transaction.commit()
        order: Order = await task

    # The first attempt has used up an id.
    assert order.id == 2
    assert await stock(watcher) == {"NUT-M8": 0}
    await other.close()
    await watcher.close()


@pytest.mark.asyncio
@pytest.mark.committed
async def test_what_is_short_is_told_once_it_is_committed(
    cloned_database: str, database_connection: asyncpg.Connection
) -> None:
    """An order that is refused alarms nobody, one that is placed whoever listens."""
    await ItemRepository(database_connection).add(BOLT)
    orders: OrderRepository = OrderRepository(database_connection)
    reorders: Reorders = Reorders()

    async with (
        open_pool(Settings(cloned_database)) as pool,
        lent(pool, 5) as listener,
        reorders.listening(listener),
    ):
        with pytest.raises(WarehouseError):
            await orders.place(ordered(("BOLT-M8", 11), reference="PO-1"))
        await orders.place(ordered(("BOLT-M8", 5), reference="PO-2"))
        # A notification comes with the answer to whatever is asked next.
        await listener.execute("SELECT 1")
        enough: list[str] = reorders.taken()
        await orders.place(ordered(("BOLT-M8", 1), reference="PO-3"))
        await listener.execute("SELECT 1")
        short: list[str] = reorders.taken()

    assert (enough, short) == ([], ["BOLT-M8"])


@pytest.mark.asyncio
@pytest.mark.committed
async def test_receive_while_another_one_is_received_is_409(
    cloned_database: str, database_connection: asyncpg.Connection
) -> None:
    """Until the end of the other one's transaction; then it goes through."""
    items: ItemRepository = ItemRepository(database_connection)
    await items.add(BOLT)
    other: asyncpg.Connection = await asyncpg.connect(cloned_database)
    async with other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock($1)", RECEIVING)
        with pytest.raises(WarehouseError) as raised:
            await items.receive(delivered(("BOLT-M8", 5)))

    assert (raised.value.status_code, raised.value.detail) == (
        409,
        "Could not receive the delivery: another one is being received",
    )
    assert await items.receive(delivered(("BOLT-M8", 5))) == Received(stored=1, rejected=[])
    assert await stock(other) == {"BOLT-M8": 15}
    await other.close()


@pytest.mark.asyncio
async def test_server_that_is_not_there_is_503() -> None:
    """The pool connects when it is entered, and that is when it fails."""
    with pytest.raises(OSError, match="1"):
        async with open_pool(Settings("postgresql://nobody@127.0.0.1:1/nothing")):
            pass
