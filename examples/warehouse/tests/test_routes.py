"""Tests for the routes: what reaches the repositories, and what the client gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock, create_autospec

import pytest
from fastapi import FastAPI

from src.app import Settings, create_app
from src.dependencies import get_items, get_orders
from src.errors import WarehouseError
from src.models import Delivered, Delivery, Item, NewOrder, Order, Received, Rejected, Search
from src.repositories.items import ItemRepository
from src.repositories.orders import OrderRepository
from tests.fakes import FakeConnection, FakePool, Select, errors

if TYPE_CHECKING:
    import httpx2 as httpx
    from fastapi.testclient import TestClient

Override = Callable[[Any, Any], None]


@pytest.fixture
def app(fake_pool: FakePool) -> FastAPI:
    """The application on a fake pool: its lifespan needs no server."""
    return create_app(Settings(database_timeout=0.01), open_pool=lambda settings: fake_pool)


@pytest.fixture
def items(override_dependency: Override) -> AsyncMock:
    """Put a repository with the signatures of the real one behind the routes."""
    items: AsyncMock = create_autospec(ItemRepository, instance=True)
    override_dependency(get_items, lambda: items)
    return items


@pytest.fixture
def orders(override_dependency: Override) -> AsyncMock:
    """The same for the orders."""
    orders: AsyncMock = create_autospec(OrderRepository, instance=True)
    override_dependency(get_orders, lambda: orders)
    return orders


@pytest.mark.asyncio
async def test_search_items_endpoint(async_client: httpx.AsyncClient, items: AsyncMock) -> None:
    """Every filter reaches the repository, every field the client."""
    items.search.return_value = [Item(sku="BOLT-M8", name="Bolt", stock=3, reorder_at=5)]

    response: httpx.Response = await async_client.get("/items?low=true&after=A&limit=5")

    items.search.assert_awaited_once_with(Search(low=True, after="A", limit=5))
    assert response.status_code == 200
    assert response.json() == [{"sku": "BOLT-M8", "name": "Bolt", "stock": 3, "reorder_at": 5}]


@pytest.mark.asyncio
async def test_search_items_keeps_the_order(async_client: httpx.AsyncClient, items: AsyncMock) -> None:
    """The client gets the items in the order in which the repository gives them."""
    items.search.return_value = [Item(sku=sku, name="Bolt") for sku in ("BOLT-M8", "BOLT-M10")]

    response: httpx.Response = await async_client.get("/items")

    assert [item["sku"] for item in response.json()] == ["BOLT-M8", "BOLT-M10"]


@pytest.mark.asyncio
async def test_search_items_without_filters(async_client: httpx.AsyncClient, items: AsyncMock) -> None:
    """The first page of all."""
    items.search.return_value = []

    response: httpx.Response = await async_client.get("/items")

    items.search.assert_awaited_once_with(Search(low=False, after="", limit=20))
    assert (response.status_code, response.json()) == (200, [])


@pytest.mark.asyncio
async def test_add_item_endpoint(async_client: httpx.AsyncClient, items: AsyncMock) -> None:
    """201, the item with what it has by default, and where to find it."""
    items.add.return_value = None

    response: httpx.Response = await async_client.post("/items", json={"sku": "BOLT-M8", "name": "Bolt"})

    items.add.assert_awaited_once_with(Item(sku="BOLT-M8", name="Bolt", stock=0, reorder_at=0))
    assert response.status_code == 201
    assert response.headers["Location"] == "/items/BOLT-M8"
    assert response.json() == {"sku": "BOLT-M8", "name": "Bolt", "stock": 0, "reorder_at": 0}


@pytest.mark.asyncio
async def test_get_item_endpoint(async_client: httpx.AsyncClient, items: AsyncMock, item: Item) -> None:
    """The item of that SKU."""
    items.get.return_value = item

    response: httpx.Response = await async_client.get(f"/items/{item.sku}")

    items.get.assert_awaited_once_with(item.sku)
    assert (response.status_code, response.json()) == (200, item.model_dump())


@pytest.mark.asyncio
async def test_receive_delivery_endpoint(async_client: httpx.AsyncClient, items: AsyncMock) -> None:
    """200 also where lines were left out: the answer says which, and why."""
    items.receive.return_value = Received(stored=1, rejected=[Rejected(sku="x", reason="no")])

    response: httpx.Response = await async_client.post(
        "/deliveries",
        json={"note": "D-1", "lines": [{"sku": "BOLT-M8", "quantity": -5}, {"sku": "x", "quantity": 1}]},
    )

    items.receive.assert_awaited_once_with(
        Delivery(note="D-1", lines=[Delivered(sku="BOLT-M8", quantity=-5), Delivered(sku="x", quantity=1)])
    )
    assert response.status_code == 200
    assert response.json() == {"stored": 1, "rejected": [{"sku": "x", "reason": "no"}]}


@pytest.mark.asyncio
async def test_take_reorders_endpoint(
    async_client: httpx.AsyncClient, fake_connection: FakeConnection
) -> None:
    """What the database tells while the application runs is handed out once."""
    ((channel, notify),) = fake_connection.listeners
    notify(fake_connection, 4711, channel, "NUT-M8")
    notify(fake_connection, 4711, channel, "BOLT-M8")

    first: httpx.Response = await async_client.post("/reorders/taken")
    second: httpx.Response = await async_client.post("/reorders/taken")

    assert (first.status_code, first.json()) == (200, ["BOLT-M8", "NUT-M8"])
    assert (second.status_code, second.json()) == (200, [])


@pytest.mark.asyncio
async def test_place_order_endpoint(
    async_client: httpx.AsyncClient, orders: AsyncMock, new_order: NewOrder, order: Order
) -> None:
    """201, the order as stored, and where to find it."""
    orders.place.return_value = order

    response: httpx.Response = await async_client.post("/orders", json=new_order.model_dump())

    orders.place.assert_awaited_once_with(new_order)
    assert response.status_code == 201
    assert response.headers["Location"] == "/orders/7"
    assert response.json() == {
        "id": 7,
        "reference": order.reference,
        "state": "open",
        "placed_at": "2026-01-02T03:04:05Z",
        "lines": [{"sku": "NUT-M8", "quantity": 3}, {"sku": "BOLT-M8", "quantity": 2}],
    }


@pytest.mark.asyncio
@pytest.mark.parametrize("order_id", [1, 7, 2**31 - 1])
async def test_get_order_endpoint(
    order_id: int, async_client: httpx.AsyncClient, orders: AsyncMock, order: Order
) -> None:
    """The order of that id, which may be any that the database can give."""
    orders.get.return_value = order

    response: httpx.Response = await async_client.get(f"/orders/{order_id}")

    orders.get.assert_awaited_once_with(order_id)
    assert (response.status_code, response.json()) == (200, order.model_dump(mode="json"))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "called"),
    [("POST", "/orders/7/shipment", "ship"), ("DELETE", "/orders/7", "cancel")],
)
async def test_what_ends_an_order_answers_nothing(
    method: str, path: str, called: str, async_client: httpx.AsyncClient, orders: AsyncMock
) -> None:
    """204, for that order."""
    getattr(orders, called).return_value = None

    response: httpx.Response = await async_client.request(method, path)

    getattr(orders, called).assert_awaited_once_with(7)
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status_code", "retry_after"), [(404, None), (409, None), (422, None), (500, None), (503, "1")]
)
async def test_what_goes_wrong_is_answered(
    status_code: int, retry_after: str | None, async_client: httpx.AsyncClient, items: AsyncMock
) -> None:
    """With status and detail; where trying again helps, with the time to wait."""
    items.get.side_effect = WarehouseError(status_code, "detail")

    response: httpx.Response = await async_client.get("/items/BOLT-M8")

    assert (response.status_code, response.json()) == (status_code, {"detail": "detail"})
    assert response.headers.get("Retry-After") == retry_after


@pytest.mark.asyncio
async def test_unexpected_error_is_a_plain_500(error_client: httpx.AsyncClient, items: AsyncMock) -> None:
    """A bug is answered as a server does, and its message is not told to the client."""
    items.get.side_effect = ZeroDivisionError("secret")

    response: httpx.Response = await error_client.get("/items/BOLT-M8")

    assert response.status_code == 500
    assert "secret" not in response.text


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("GET", "/items?limit=0", None, ["query", "limit"]),
        ("GET", "/items?short=true", None, ["query", "short"]),
        ("GET", "/items/bolt", None, ["path", "sku"]),
        ("POST", "/items", {"sku": "BOLT-M8"}, ["body", "name"]),
        ("POST", "/deliveries", {"note": "D-1", "lines": []}, ["body", "lines"]),
        ("POST", "/orders", {"reference": "", "lines": []}, ["body", "reference"]),
        ("GET", "/orders/0", None, ["path", "order_id"]),
        ("POST", "/orders/2147483648/shipment", None, ["path", "order_id"]),
        ("DELETE", "/orders/x", None, ["path", "order_id"]),
    ],
)
async def test_request_that_makes_no_sense_is_422(
    method: str,
    path: str,
    body: Any,
    place: list[str],
    async_client: httpx.AsyncClient,
    items: AsyncMock,
    orders: AsyncMock,
) -> None:
    """The answer names the place, and no repository hears of it."""
    response: httpx.Response = await async_client.request(method, path, json=body)

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == place
    assert items.mock_calls == orders.mock_calls == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "table"), [("/items/BOLT-M8", "items"), ("/orders/7", "orders")], ids=["items", "orders"]
)
async def test_request_gives_its_connection_back(
    path: str, table: str, async_client: httpx.AsyncClient, fake_connection: FakeConnection
) -> None:
    """Through the real repositories: a connection for the request, returned where it fails too."""
    fake_connection.when("SELECT", table).then(errors.statement_timeout())

    response: httpx.Response = await async_client.get(path)

    assert response.status_code == 503
    assert fake_connection.events[0] == "acquire"
    assert [event for event in fake_connection.events if event in ("acquire", "release")] == [
        "acquire",
        "acquire",
        "release",
    ]
    assert isinstance(fake_connection.calls[0].meaning, Select)


def test_get_item_with_the_sync_client(client: TestClient, items: AsyncMock, item: Item) -> None:
    """The same from a test that is not async."""
    items.get.return_value = item

    response: Any = client.get(f"/items/{item.sku}")

    assert (response.status_code, response.json()) == (200, item.model_dump())


def test_routes_say_what_they_answer(app: FastAPI) -> None:
    """What is declared is what clients are generated from, and nothing beyond it is sent."""
    declared: dict[tuple[str, str, str], Any] = {
        (method, path, status): answer.get("content", {}).get("application/json", {}).get("schema")
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        for status, answer in operation["responses"].items()
        if status != "422"
    }
    found: dict[str, Any] = declared.pop(("get", "/items", "200"))
    reorders: dict[str, Any] = declared.pop(("post", "/reorders/taken", "200"))

    assert (found["type"], found["items"]) == ("array", {"$ref": "#/components/schemas/Item"})
    assert (reorders["type"], reorders["items"]) == ("array", {"type": "string"})
    assert declared == {
        ("post", "/items", "201"): {"$ref": "#/components/schemas/Item"},
        ("get", "/items/{sku}", "200"): {"$ref": "#/components/schemas/Item"},
        ("post", "/deliveries", "200"): {"$ref": "#/components/schemas/Received"},
        ("post", "/orders", "201"): {"$ref": "#/components/schemas/Order"},
        ("get", "/orders/{order_id}", "200"): {"$ref": "#/components/schemas/Order"},
        ("post", "/orders/{order_id}/shipment", "204"): None,
        ("delete", "/orders/{order_id}", "204"): None,
    }
