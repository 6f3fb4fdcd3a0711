"""Tests for ItemRepository on a fake connection: what is sent, in which transaction, and what comes of it."""

import asyncio
from typing import Any

import pytest

from src.errors import WarehouseError
from src.models import Delivered, Delivery, Item, Received, Rejected, Search
from src.repositories.items import ItemRepository
from tests.fakes import FakeConnection, Insert, Raw, Select, Update, answers, errors

COLUMNS = ["sku", "name", "stock", "reorder_at"]
# The number itself: every version of the application that runs has to lock the same one.
LOCK = Select("", [Raw("pg_try_advisory_xact_lock($1)", 7001)])


@pytest.fixture
def items(fake_connection: FakeConnection) -> ItemRepository:
    """The repository on the fake connection."""
    return ItemRepository(fake_connection)


def delivery(*lines: tuple[str, int]) -> Delivery:
    """A delivery of these lines."""
    return Delivery(note="D-1", lines=[Delivered(sku=sku, quantity=quantity) for sku, quantity in lines])


def stored(sku: str, quantity: int) -> list[Insert | Update]:
    """What storing a line sends."""
    return [
        Insert("delivery_lines", {"note": "D-1", "sku": sku, "quantity": quantity}),
        Update("items", {"stock": Raw("stock + $1", quantity)}, where={"sku": sku}),
    ]


@pytest.mark.asyncio
async def test_add_inserts_the_item(
    items: ItemRepository, fake_connection: FakeConnection, item: Item
) -> None:
    """Each value goes into its column."""
    await items.add(item)

    assert [call.meaning for call in fake_connection.committed] == [Insert("items", item.model_dump())]


@pytest.mark.asyncio
async def test_add_what_is_there_is_409(
    items: ItemRepository, fake_connection: FakeConnection, item: Item
) -> None:
    """The constraint's name says what is there already, and the driver's error is the cause."""
    error: Exception = errors.unique_violation("items_pkey", table="items")
    fake_connection.execute_return = error

    with pytest.raises(WarehouseError) as raised:
        await items.add(item)

    assert raised.value.status_code == 409
    assert raised.value.detail == "Could not add the item: there is such an item"
    assert raised.value.__cause__ is error


@pytest.mark.asyncio
async def test_get_returns_the_item(
    items: ItemRepository, fake_connection: FakeConnection, item: Item
) -> None:
    """The one of that SKU, with every column."""
    fake_connection.fetchrow_return = item.model_dump()

    found: Item = await items.get(item.sku)

    assert [call.meaning for call in fake_connection.fetchrow_calls] == [
        Select("items", COLUMNS, where={"sku": item.sku})
    ]
    assert found == item


@pytest.mark.asyncio
async def test_get_without_such_item_is_404(items: ItemRepository, fake_connection: FakeConnection) -> None:
    """asyncpg gives None for no row."""
    fake_connection.fetchrow_return = None

    with pytest.raises(WarehouseError) as raised:
        await items.get("BOLT-M8")

    assert (raised.value.status_code, raised.value.detail) == (
        404,
        "Could not fetch the item: there is no such item",
    )


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("low", "filters"), [(False, {}), (True, {"stock <": Raw("reorder_at")})], ids=["all", "low"]
)
async def test_search_asks_for_one_page(
    low: bool, filters: dict[str, Any], items: ItemRepository, fake_connection: FakeConnection, item: Item
) -> None:
    """So many behind that SKU, in their order; only short ones where that is asked for."""
    second: Item = item.model_copy(update={"sku": "AAA-1"})
    fake_connection.fetch_return = [item.model_dump(), second.model_dump()]

    found: list[Item] = await items.search(Search(low=low, after="BOLT", limit=5))

    assert [call.meaning for call in fake_connection.fetch_calls] == [
        Select("items", COLUMNS, where={"sku >": "BOLT", **filters}, order_by=["sku"], limit=5)
    ]
    assert found == [item, second]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "argument", "scripted", "detail"),
    [
        ("get", "BOLT-M8", "fetchrow_return", "Could not fetch the item"),
        ("search", Search(), "fetch_return", "Could not fetch the items"),
        ("receive", delivery(("BOLT-M8", 1)), "fetchval_return", "Could not receive the delivery"),
    ],
)
async def test_what_nobody_expected_is_500(
    method: str,
    argument: Any,
    scripted: str,
    detail: str,
    items: ItemRepository,
    fake_connection: FakeConnection,
) -> None:
    """Every method says what it could not do, and nothing of the server's own words."""
    error: Exception = errors.server_error("42P01", 'relation "items" does not exist')
    setattr(fake_connection, scripted, error)

    with pytest.raises(WarehouseError) as raised:
        await getattr(items, method)(argument)

    assert (raised.value.status_code, raised.value.detail) == (500, detail)
    assert raised.value.__cause__ is error


@pytest.mark.asyncio
async def test_receive_stores_each_line_in_a_savepoint(
    items: ItemRepository, fake_connection: FakeConnection
) -> None:
    """The lock, the note, then a savepoint for each line; all in one transaction."""
    fake_connection.fetchval_return = True

    result: Received = await items.receive(delivery(("BOLT-M8", 5), ("NUT-M8", -2)))

    assert [call.meaning for call in fake_connection.committed] == [
        LOCK,
        Insert("deliveries", {"note": "D-1"}),
        *stored("BOLT-M8", 5),
        *stored("NUT-M8", -2),
    ]
    assert fake_connection.events == [
        "begin",
        "fetchval",
        "execute",
        *["savepoint", "execute", "execute", "release_savepoint"] * 2,
        "commit",
    ]
    assert result == Received(stored=2, rejected=[])


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (errors.foreign_key_violation("delivery_lines_sku_fkey"), "there is no such item"),
        (errors.unique_violation("delivery_lines_pkey"), "an item is listed twice"),
        (errors.check_violation("delivery_lines_quantity_check"), "a quantity is not zero"),
        (errors.check_violation("items_stock_check"), "there is not enough in stock"),
        (errors.server_error("22003", "integer out of range"), "a number is too large"),
    ],
)
async def test_receive_leaves_out_the_line_that_is_refused(
    error: Exception, reason: str, items: ItemRepository, fake_connection: FakeConnection
) -> None:
    """Only that line is rolled back; those before and behind it are stored."""
    fake_connection.fetchval_return = True
    fake_connection.when("UPDATE", "items").then("UPDATE 1", error, "UPDATE 1")

    result: Received = await items.receive(delivery(("BOLT-M8", 5), ("GONE-1", 1), ("NUT-M8", 4)))

    assert result == Received(stored=2, rejected=[Rejected(sku="GONE-1", reason=reason)])
    assert [call.meaning for call in fake_connection.committed[2:]] == [
        *stored("BOLT-M8", 5),
        *stored("NUT-M8", 4),
    ]
    assert [call.meaning for call in fake_connection.rolled_back] == stored("GONE-1", 1)
    assert fake_connection.events[-1] == "commit"


@pytest.mark.asyncio
async def test_receive_while_another_one_is_received_is_409(
    items: ItemRepository, fake_connection: FakeConnection
) -> None:
    """Who does not get the lock writes nothing and does not wait."""
    fake_connection.fetchval_return = False

    with pytest.raises(WarehouseError) as raised:
        await items.receive(delivery(("BOLT-M8", 5)))

    assert (raised.value.status_code, raised.value.detail) == (
        409,
        "Could not receive the delivery: another one is being received",
    )
    assert fake_connection.events == ["begin", "fetchval", "rollback"]


@pytest.mark.asyncio
async def test_receive_twice_is_409(items: ItemRepository, fake_connection: FakeConnection) -> None:
    """The number of the note is stored before any line."""
    fake_connection.fetchval_return = True
    fake_connection.when("INSERT", "deliveries").then(errors.unique_violation("deliveries_pkey"))

    with pytest.raises(WarehouseError) as raised:
        await items.receive(delivery(("BOLT-M8", 5)))

    assert (raised.value.status_code, raised.value.detail) == (
        409,
        "Could not receive the delivery: it was received before",
    )
    assert fake_connection.committed == []


@pytest.mark.asyncio
async def test_receive_lets_a_bug_through(items: ItemRepository, fake_connection: FakeConnection) -> None:
    """What is no error of the server says nothing about a line."""
    error: Exception = LookupError("no such setting")
    fake_connection.fetchval_return = True
    fake_connection.when("INSERT", "delivery_lines").then(error)

    with pytest.raises(LookupError) as raised:
        await items.receive(delivery(("NUT-M8", 5)))

    assert raised.value is error
    assert fake_connection.committed == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("error", "status_code", "detail"),
    [
        (
            errors.check_violation("another_check"),
            500,
            "Could not receive the delivery",
        ),
        (
            errors.statement_timeout(),
            503,
            "Could not receive the delivery: it took too long, try again",
        ),
        (errors.deadlock(), 503, "Could not receive the delivery: others were quicker, try again"),
    ],
)
async def test_receive_gives_up_where_it_is_not_the_line(
    error: Exception,
    status_code: int,
    detail: str,
    items: ItemRepository,
    fake_connection: FakeConnection,
) -> None:
    """What says nothing about one line is no reason to leave it out: nothing at all is stored."""
    fake_connection.fetchval_return = True
    fake_connection.when("UPDATE", "items").then("UPDATE 1", error)

    with pytest.raises(WarehouseError) as raised:
        await items.receive(delivery(("BOLT-M8", 5), ("NUT-M8", 4), ("NUT-M9", 4)))

    assert (raised.value.status_code, raised.value.detail) == (status_code, detail)
    assert raised.value.__cause__ is error
    assert fake_connection.committed == []


@pytest.mark.asyncio
async def test_receive_stores_nothing_when_it_is_cancelled(
    items: ItemRepository, fake_connection: FakeConnection
) -> None:
    """A client that goes away in the middle leaves no half of a delivery."""
    fake_connection.fetchval_return = True
    fake_connection.execute_return = answers("INSERT 0 1", "INSERT 0 1", asyncio.CancelledError())

    with pytest.raises(asyncio.CancelledError):
        await items.receive(delivery(("BOLT-M8", 5), ("NUT-M8", 4)))

    assert fake_connection.committed == []
    assert fake_connection.events[-2:] == ["rollback_savepoint", "rollback"]
