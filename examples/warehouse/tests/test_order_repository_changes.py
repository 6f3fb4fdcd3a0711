"""Tests for OrderRepository's changes of an order: shipped, cancelled, refused."""

import pytest

from src.errors import WarehouseError
from src.repositories.orders import OrderRepository
from tests.fakes import FakeConnection, Raw, Select, Update, errors

LOCKED = Select("orders", ["state"], where={"id": 7}, lock="FOR UPDATE")


OF_THE_ORDER = {"order_lines.order_id": 7, "order_lines.sku": Raw("items.sku")}


@pytest.fixture
def orders(fake_connection: FakeConnection) -> OrderRepository:
    """The repository on the fake connection."""
    return OrderRepository(fake_connection)


@pytest.mark.asyncio
async def test_ship_marks_the_order(orders: OrderRepository, fake_connection: FakeConnection) -> None:
    """Locked first, so that nobody cancels it meanwhile."""
    fake_connection.fetchval_return = "open"

    await orders.ship(7)

    assert [call.meaning for call in fake_connection.committed] == [
        LOCKED,
        Update("orders", {"state": "shipped"}, where={"id": 7}),
    ]
    assert fake_connection.events == ["begin", "fetchval", "execute", "commit"]


@pytest.mark.asyncio
async def test_cancel_puts_the_items_back(orders: OrderRepository, fake_connection: FakeConnection) -> None:
    """The order is marked, its lines are added to the stock: both or nothing."""
    fake_connection.fetchval_return = "open"

    await orders.cancel(7)

    assert [call.meaning for call in fake_connection.committed] == [
        LOCKED,
        Update("orders", {"state": "cancelled"}, where={"id": 7}),
        Update(
            "items",
            {"stock": Raw("stock + order_lines.quantity")},
            from_=["order_lines"],
            where=OF_THE_ORDER,
        ),
    ]
    assert fake_connection.events == ["begin", "fetchval", "execute", "execute", "commit"]


@pytest.mark.asyncio
@pytest.mark.parametrize("state", ["shipped", "cancelled"])
@pytest.mark.parametrize("method", ["ship", "cancel"])
async def test_what_is_not_open_is_409(
    method: str, state: str, orders: OrderRepository, fake_connection: FakeConnection
) -> None:
    """Nothing is shipped that was cancelled, nothing put back that is on the road."""
    fake_connection.fetchval_return = state

    with pytest.raises(WarehouseError) as raised:
        await getattr(orders, method)(7)

    assert (raised.value.status_code, raised.value.detail) == (
        409,
        f"Could not {method} the order: it is {state}",
    )
    assert fake_connection.events == ["begin", "fetchval", "rollback"]


@pytest.mark.asyncio
async def test_cancel_that_fails_half_way_changes_nothing(
    orders: OrderRepository, fake_connection: FakeConnection
) -> None:
    """An order is not cancelled without its items being back."""
    fake_connection.fetchval_return = "open"
    fake_connection.when("UPDATE", "items").then(errors.statement_timeout())

    with pytest.raises(WarehouseError) as raised:
        await orders.cancel(7)

    assert (raised.value.status_code, raised.value.detail) == (
        503,
        "Could not cancel the order: it took too long, try again",
    )
    assert fake_connection.committed == []
