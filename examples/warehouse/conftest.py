"""The application's own fixtures; those that any project has are in `tests/conftest.py`, as scaffold writes it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from faker import Faker

from src.models import Item, Line, NewOrder, Order


@pytest.fixture
def item(faker: Faker) -> Item:
    """Something of which there is enough."""
    return Item(
        sku=faker.bothify("???-####").upper(),
        name=faker.color_name(),
        stock=faker.random_int(20, 90),
        reorder_at=faker.random_int(1, 9),
    )


@pytest.fixture
def new_order(faker: Faker) -> NewOrder:
    """An order of two items, in no order of their names."""
    return NewOrder(
        reference=faker.bothify("PO-####"),
        lines=[Line(sku="NUT-M8", quantity=3), Line(sku="BOLT-M8", quantity=2)],
    )


@pytest.fixture
def order_row(new_order: NewOrder) -> dict[str, Any]:
    """The row of that order."""
    return {
        "id": 7,
        "reference": new_order.reference,
        "state": "open",
        "placed_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    }


@pytest.fixture
def order(new_order: NewOrder, order_row: dict[str, Any]) -> Order:
    """That order as it is stored."""
    return Order(**order_row, lines=new_order.lines)
