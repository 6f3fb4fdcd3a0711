"""Tests for OrderRepository on a fake connection: transactions, attempts, and what is told to the listeners."""

from typing import Any

import pytest

from src.errors import WarehouseError
from src.models import Line, NewOrder, Order
from src.reorders import CHANNEL
from src.repositories.orders import OrderRepository
from tests.fakes import FakeConnection, FakeTransaction, Insert, Raw, Select, Update, errors

COLUMNS = ["id", "reference", "state", "placed_at"]
OF_THE_ORDER = {"order_lines.order_id": 7, "order_lines.sku": Raw("items.sku")}


@pytest.fixture
def orders(fake_connection: FakeConnection) -> OrderRepository:
    """The repository on the fake connection."""
    return OrderRepository(fake_connection)


def isolations(connection: FakeConnection) -> list[str]:
    """How each transaction was isolated, in their order."""
    return [event.name for event in connection.events if event == "begin"]


@pytest.mark.asyncio
async def test_place_takes_from_the_stock_what_it_lists(
    orders: OrderRepository,
    fake_connection: FakeConnection,
    new_order: NewOrder,
    order: Order,
    order_row: dict[str, Any],
) -> None:
    """The order, its lines, the stock: one serializable transaction; nobody is told where nothing is short."""
    fake_connection.fetchrow_return = order_row
    fake_connection.fetch_return = [{"sku": "NUT-M8", "low": False}, {"sku": "BOLT-M8", "low": False}]

    placed: Order = await orders.place(new_order)

    assert [call.meaning for call in fake_connection.committed] == [
        Insert("orders", {"reference": new_order.reference}, returning=COLUMNS),
        Insert(
            "order_lines",
            rows=[{"order_id": 7, "sku": line.sku, "quantity": line.quantity} for line in new_order.lines],
        ),
        Update(
            "items",
            {"stock": Raw("stock - order_lines.quantity")},
            from_=["order_lines"],
            where=OF_THE_ORDER,
            returning=["items.sku", "stock < reorder_at AS low"],
        ),
    ]
    assert isolations(fake_connection) == ["serializable"]
    assert placed == order


@pytest.mark.asyncio
async def test_place_tells_what_is_short(
    orders: OrderRepository, fake_connection: FakeConnection, new_order: NewOrder, order_row: dict[str, Any]
) -> None:
    """In the same transaction: an order that is rolled back alarms nobody."""
    fake_connection.fetchrow_return = order_row
    fake_connection.fetch_return = [
        {"sku": "NUT-M8", "low": True},
        {"sku": "BOLT-M8", "low": False},
        {"sku": "CAP-1", "low": True},
    ]

    await orders.place(new_order)

    assert [call.meaning for call in fake_connection.committed[3:]] == [
        Select("", [Raw("pg_notify($1, $2)", CHANNEL, "NUT-M8")]),
        Select("", [Raw("pg_notify($1, $2)", CHANNEL, "CAP-1")]),
    ]
    assert fake_connection.events[-2:] == ["execute", "commit"]


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [errors.serialization_failure(), errors.deadlock()], ids=["40001", "40P01"])
async def test_place_tries_again_where_others_were_quicker(
    error: Exception,
    orders: OrderRepository,
    fake_connection: FakeConnection,
    new_order: NewOrder,
    order: Order,
    order_row: dict[str, Any],
) -> None:
    """From the start, in a transaction of its own; what the first attempt did is undone."""
    fake_connection.fetchrow_return = order_row
    fake_connection.when("UPDATE", "items").then(error, [{"sku": "NUT-M8", "low": False}])

    placed: Order = await orders.place(new_order)

    assert placed == order
    assert isolations(fake_connection) == ["serializable", "serializable"]
    assert fake_connection.events == [
        *["begin", "fetchrow", "executemany", "fetch", "rollback"],
        *["begin", "fetchrow", "executemany", "fetch", "commit"],
    ]
    assert list(fake_connection.committed) == list(fake_connection.rolled_back)


@pytest.mark.asyncio
async def test_place_tries_again_what_could_not_be_committed(
    orders: OrderRepository,
    fake_connection: FakeConnection,
    new_order: NewOrder,
    order: Order,
    order_row: dict[str, Any],
) -> None:
    """A serializable transaction may fail as late as that."""
    fake_connection.fetchrow_return = order_row
    fake_connection.when("COMMIT").then(errors.serialization_failure())

    placed: Order = await orders.place(new_order)

    assert placed == order
    assert isolations(fake_connection) == ["serializable", "serializable"]
    assert len(fake_connection.committed) == len(fake_connection.rolled_back) == 3


@pytest.mark.asyncio
async def test_place_gives_up_after_five_attempts(
    orders: OrderRepository, fake_connection: FakeConnection, new_order: NewOrder
) -> None:
    """The client may try again, later."""
    fake_connection.fetchrow_return = errors.serialization_failure()

    with pytest.raises(WarehouseError) as raised:
        await orders.place(new_order)

    assert (raised.value.status_code, raised.value.detail) == (
        503,
        "Could not place the order: others were quicker, try again",
    )
    assert fake_connection.events == ["begin", "fetchrow", "rollback"] * 5


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("table", "error", "status_code", "why"),
    [
        (
            "orders",
            errors.unique_violation("orders_reference_key"),
            409,
            "there is an order of that reference",
        ),
        ("order_lines", errors.foreign_key_violation("order_lines_sku_fkey"), 404, "there is no such item"),
        ("order_lines", errors.unique_violation("order_lines_pkey"), 422, "an item is listed twice"),
        ("items", errors.check_violation("items_stock_check"), 409, "there is not enough in stock"),
    ],
)
async def test_place_stores_nothing_of_what_is_refused(
    table: str,
    error: Exception,
    status_code: int,
    why: str,
    orders: OrderRepository,
    fake_connection: FakeConnection,
    new_order: NewOrder,
    order_row: dict[str, Any],
) -> None:
    """The constraint tells what was wrong, and once is enough: trying again would change nothing."""
    fake_connection.when(None, table).then(error)
    fake_connection.when("INSERT", "orders").always(order_row)

    with pytest.raises(WarehouseError) as raised:
        await orders.place(new_order)

    assert (raised.value.status_code, raised.value.detail) == (
        status_code,
        f"Could not place the order: {why}",
    )
    assert raised.value.__cause__ is error
    assert fake_connection.committed == []
    assert isolations(fake_connection) == ["serializable"]


@pytest.mark.asyncio
async def test_get_reads_the_order_and_its_lines_as_of_one_moment(
    orders: OrderRepository, fake_connection: FakeConnection, order: Order, order_row: dict[str, Any]
) -> None:
    """Two statements, one snapshot, nothing written."""
    fake_connection.fetchrow_return = order_row
    fake_connection.fetch_return = [line.model_dump() for line in order.lines]

    found: Order = await orders.get(7)

    assert [call.meaning for call in fake_connection.committed] == [
        Select("orders", COLUMNS, where={"id": 7}),
        Select("order_lines", ["sku", "quantity"], where={"order_id": 7}, order_by=["sku"]),
    ]
    assert [call.transaction for call in fake_connection.committed] == [1, 1]
    assert isolations(fake_connection) == ["repeatable_read"]
    assert found == order


@pytest.mark.asyncio
async def test_get_may_not_write(
    orders: OrderRepository,
    fake_connection: FakeConnection,
    order_row: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The database itself would refuse it."""
    fake_connection.fetchrow_return = order_row
    fake_connection.fetch_return = []
    opened: list[FakeTransaction] = []

    def remembered(**options: Any) -> FakeTransaction:
        opened.append(FakeConnection.transaction(fake_connection, **options))
        return opened[-1]

    monkeypatch.setattr(fake_connection, "transaction", remembered)

    await orders.get(7)

    assert [one.readonly for one in opened] == [True]
    assert [call.meaning for call in fake_connection.committed] == [
        Select("orders", COLUMNS, where={"id": 7}),
        Select("order_lines", ["sku", "quantity"], where={"order_id": 7}, order_by=["sku"]),
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "scripted", "failure"),
    [
        ("get", "fetchrow_return", "Could not fetch the order"),
        ("ship", "fetchval_return", "Could not ship the order"),
        ("cancel", "fetchval_return", "Could not cancel the order"),
    ],
)
async def test_without_such_order_it_is_404(
    method: str, scripted: str, failure: str, orders: OrderRepository, fake_connection: FakeConnection
) -> None:
    """No row, no second statement."""
    setattr(fake_connection, scripted, None)

    with pytest.raises(WarehouseError) as raised:
        await getattr(orders, method)(7)

    assert (raised.value.status_code, raised.value.detail) == (404, f"{failure}: there is no such order")
    assert len(fake_connection.calls) == 1
    assert fake_connection.events[-1] == "rollback"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "failing", "failure"),
    [
        ("get", "SELECT", "Could not fetch the order"),
        ("ship", "UPDATE", "Could not ship the order"),
        ("cancel", "UPDATE", "Could not cancel the order"),
    ],
)
async def test_lost_connection_is_503(
    method: str, failing: str, failure: str, orders: OrderRepository, fake_connection: FakeConnection
) -> None:
    """The server went away: the client may try again, and nothing is half done."""
    fake_connection.when(failing, "orders").then(errors.lost_connection())
    fake_connection.when("SELECT", "orders").always("open")

    with pytest.raises(WarehouseError) as raised:
        await getattr(orders, method)(7)

    assert (raised.value.status_code, raised.value.detail) == (
        503,
        f"{failure}: the database is not available",
    )
    assert fake_connection.committed == []


def test_lines_keep_their_order(order: Order) -> None:
    """What was ordered first is listed first."""
    assert order.lines == [Line(sku="NUT-M8", quantity=3), Line(sku="BOLT-M8", quantity=2)]
