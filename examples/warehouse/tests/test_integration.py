"""Tests on a real PostgreSQL: whether the SQL is right, and what constraints say."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg  # type: ignore[import-untyped]
import pytest
import pytest_asyncio

from src.errors import WarehouseError
from src.models import Item, NewOrder, Order, Received, Rejected, Search
from src.repositories.items import ItemRepository
from src.repositories.orders import OrderRepository
from tests.shelves import BOLT, NUT, delivered, ordered, stock

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def items(database_connection: asyncpg.Connection) -> ItemRepository:
    """Bolts and nuts, on a connection whose transaction is rolled back after the test."""
    repository: ItemRepository = ItemRepository(database_connection)
    for item in (NUT, BOLT):
        await repository.add(item)
    return repository


@pytest.mark.asyncio
async def test_search_filters_sorts_and_pages(items: ItemRepository) -> None:
    """By SKU; what is short has less than it should."""
    await items.add(Item(sku="CAP-1", name="Cap", stock=5, reorder_at=5))

    async def skus(search: Search) -> list[str]:
        return [item.sku for item in await items.search(search)]

    assert await items.search(Search()) == [BOLT, Item(sku="CAP-1", name="Cap", stock=5, reorder_at=5), NUT]
    assert await skus(Search(low=True)) == ["NUT-M8"]
    assert await skus(Search(after="BOLT-M8", limit=1)) == ["CAP-1"]
    assert await skus(Search(after="NUT-M8")) == []


@pytest.mark.asyncio
async def test_get_finds_what_was_added(items: ItemRepository) -> None:
    """And nothing else."""
    assert await items.get("BOLT-M8") == BOLT
    with pytest.raises(WarehouseError) as raised:
        await items.get("GONE-1")
    assert raised.value.status_code == 404


@pytest.mark.asyncio
async def test_add_what_is_there_is_409(
    database_connection: asyncpg.Connection, items: ItemRepository
) -> None:
    """The server's name for the constraint is the one that the mapping looks for."""
    with pytest.raises(WarehouseError) as raised:
        async with database_connection.transaction():
            await items.add(BOLT)

    assert (raised.value.status_code, raised.value.detail) == (
        409,
        "Could not add the item: there is such an item",
    )
    assert await stock(database_connection) == {"BOLT-M8": 10, "NUT-M8": 3}


@pytest.mark.asyncio
async def test_receive_stores_what_can_be_stored(
    database_connection: asyncpg.Connection, items: ItemRepository
) -> None:
    """Each line that the server refuses is reported with its reason; the others are in stock."""
    await items.add(Item(sku="FULL-1", name="Full", stock=2**31 - 1))

    result: Received = await items.receive(
        delivered(("BOLT-M8", 5), ("GONE-1", 1), ("NUT-M8", -3), ("BOLT-M8", 1), ("NUT-M9", 0), ("FULL-1", 1))
    )

    assert result == Received(
        stored=2,
        rejected=[
            Rejected(sku="GONE-1", reason="there is no such item"),
            Rejected(sku="BOLT-M8", reason="an item is listed twice"),
            Rejected(sku="NUT-M9", reason="a quantity is not zero"),
            Rejected(sku="FULL-1", reason="a number is too large"),
        ],
    )
    assert await stock(database_connection) == {"BOLT-M8": 15, "NUT-M8": 0, "FULL-1": 2**31 - 1}
    assert await database_connection.fetch("SELECT note, sku, quantity FROM delivery_lines ORDER BY sku") == [
        ("D-1", "BOLT-M8", 5),
        ("D-1", "NUT-M8", -3),
    ]


@pytest.mark.asyncio
async def test_receive_does_not_give_back_more_than_there_is(
    database_connection: asyncpg.Connection, items: ItemRepository
) -> None:
    """The line is in no table, though its first statement had worked."""
    result: Received = await items.receive(delivered(("NUT-M8", -4)))

    assert result.rejected == [Rejected(sku="NUT-M8", reason="there is not enough in stock")]
    assert await stock(database_connection) == {"BOLT-M8": 10, "NUT-M8": 3}
    assert await database_connection.fetchval("SELECT count(*) FROM delivery_lines") == 0


@pytest.mark.asyncio
async def test_receive_twice_is_409(database_connection: asyncpg.Connection, items: ItemRepository) -> None:
    """A note that is sent again adds nothing."""
    await items.receive(delivered(("BOLT-M8", 5)))

    with pytest.raises(WarehouseError) as raised:
        await items.receive(delivered(("BOLT-M8", 5)))

    assert (raised.value.status_code, raised.value.detail) == (
        409,
        "Could not receive the delivery: it was received before",
    )
    assert await stock(database_connection) == {"BOLT-M8": 15, "NUT-M8": 3}


@pytest_asyncio.fixture
async def placed(database_pool: asyncpg.Pool) -> AsyncIterator[tuple[OrderRepository, Order]]:
    """Bolts and nuts for everybody to see, and an order of two bolts and three nuts."""
    async with database_pool.acquire() as connection:
        for item in (BOLT, NUT):
            await ItemRepository(connection).add(item)
        repository: OrderRepository = OrderRepository(connection)
        yield repository, await repository.place(ordered(("NUT-M8", 3), ("BOLT-M8", 2)))


@pytest.mark.asyncio
async def test_place_and_get(placed: tuple[OrderRepository, Order], database_pool: asyncpg.Pool) -> None:
    """The order is stored with its lines, the stock is less; its lines come back by SKU."""
    orders, order = placed

    found: Order = await orders.get(order.id)

    assert order.model_dump(exclude={"id", "placed_at"}) == {
        "reference": "PO-1",
        "state": "open",
        "lines": [{"sku": "NUT-M8", "quantity": 3}, {"sku": "BOLT-M8", "quantity": 2}],
    }
    assert order.placed_at.tzinfo is not None
    assert found == order.model_copy(update={"lines": order.lines[::-1]})
    assert await stock(database_pool) == {"BOLT-M8": 8, "NUT-M8": 0}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("order", "status_code", "why"),
    [
        (ordered(("BOLT-M8", 1), reference="PO-1"), 409, "there is an order of that reference"),
        (ordered(("BOLT-M8", 1), ("NUT-M8", 1), reference="PO-2"), 409, "there is not enough in stock"),
        (ordered(("BOLT-M8", 1), ("GONE-1", 1), reference="PO-2"), 404, "there is no such item"),
        (ordered(("BOLT-M8", 1), ("BOLT-M8", 1), reference="PO-2"), 422, "an item is listed twice"),
    ],
    ids=["reference", "stock", "item", "twice"],
)
async def test_place_stores_nothing_of_what_is_refused(
    order: NewOrder,
    status_code: int,
    why: str,
    placed: tuple[OrderRepository, Order],
    database_pool: asyncpg.Pool,
) -> None:
    """No order, no line, no bolt less; by the names that the constraints really have."""
    with pytest.raises(WarehouseError) as raised:
        await placed[0].place(order)

    assert (raised.value.status_code, raised.value.detail) == (
        status_code,
        f"Could not place the order: {why}",
    )
    assert await stock(database_pool) == {"BOLT-M8": 8, "NUT-M8": 0}
    assert await database_pool.fetchval("SELECT count(*) FROM orders") == 1


@pytest.mark.asyncio
async def test_cancel_puts_the_items_back_once(
    placed: tuple[OrderRepository, Order], database_pool: asyncpg.Pool
) -> None:
    """A second time it is refused, and so is shipping it."""
    orders, order = placed

    await orders.cancel(order.id)

    for attempt in (orders.cancel(order.id), orders.ship(order.id)):
        with pytest.raises(WarehouseError) as raised:
            await attempt
        assert raised.value.status_code == 409
    assert (await orders.get(order.id)).state == "cancelled"
    assert await stock(database_pool) == {"BOLT-M8": 10, "NUT-M8": 3}


@pytest.mark.asyncio
async def test_ship_marks_that_order(
    placed: tuple[OrderRepository, Order], database_pool: asyncpg.Pool
) -> None:
    """No other, and the stock stays as it is."""
    orders, order = placed
    other: Order = await orders.place(ordered(("BOLT-M8", 1), reference="PO-2"))

    await orders.ship(order.id)

    assert [(await orders.get(each.id)).state for each in (order, other)] == ["shipped", "open"]
    assert await stock(database_pool) == {"BOLT-M8": 7, "NUT-M8": 0}


@pytest.mark.asyncio
@pytest.mark.parametrize("method", ["get", "ship", "cancel"])
async def test_without_such_order_it_is_404(method: str, placed: tuple[OrderRepository, Order]) -> None:
    """Nothing to show, nothing to change."""
    orders, order = placed

    with pytest.raises(WarehouseError) as raised:
        await getattr(orders, method)(order.id + 1)

    assert raised.value.status_code == 404
