"""Tests for the routes: what reaches the repositories, and what the client gets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock, create_autospec

import pytest
from fastapi import FastAPI

from src.accounts import AccountRepository
from src.app import Settings, create_app
from src.dependencies import get_accounts, get_transfers
from src.errors import BankError
from src.models import (
    Account,
    Customer,
    Entry,
    NewAccount,
    NewCustomer,
    NewTransfer,
    Page,
    Statement,
    Transfer,
)
from src.transfers import TransferRepository
from tests.fakes import FakeConnection, FakePool, FakeResult, errors

if TYPE_CHECKING:
    import httpx2 as httpx
    from fastapi.testclient import TestClient

Override = Callable[[Any, Any], None]


@pytest.fixture
def app(fake_pool: FakePool) -> FastAPI:
    """The application on a fake pool: its lifespan needs no server."""
    return create_app(Settings(), open_pool=lambda settings: fake_pool)


@pytest.fixture
def accounts(override_dependency: Override) -> AsyncMock:
    """Put a repository with the signatures of the real one behind the routes."""
    accounts: AsyncMock = create_autospec(AccountRepository, instance=True)
    override_dependency(get_accounts, lambda: accounts)
    return accounts


@pytest.fixture
def transfers(override_dependency: Override) -> AsyncMock:
    """The same for the transfers."""
    transfers: AsyncMock = create_autospec(TransferRepository, instance=True)
    override_dependency(get_transfers, lambda: transfers)
    return transfers


@pytest.mark.asyncio
async def test_add_customer_endpoint(
    async_client: httpx.AsyncClient, accounts: AsyncMock, new_customer: NewCustomer
) -> None:
    """201, and the id that was given."""
    accounts.add_customer.return_value = Customer(id=3, **new_customer.model_dump())

    response: httpx.Response = await async_client.post("/customers", json=new_customer.model_dump())

    accounts.add_customer.assert_awaited_once_with(new_customer)
    assert response.status_code == 201
    assert response.json() == {"id": 3, "email": new_customer.email, "name": new_customer.name}


@pytest.mark.asyncio
async def test_open_account_endpoint(async_client: httpx.AsyncClient, accounts: AsyncMock) -> None:
    """201, the account with what it has by default, and where to find it."""
    accounts.open.return_value = Account(id=5, owner=3, name="Savings", credit=0, balance=0)

    response: httpx.Response = await async_client.post("/accounts", json={"owner": 3, "name": "Savings"})

    accounts.open.assert_awaited_once_with(NewAccount(owner=3, name="Savings", credit=0))
    assert response.status_code == 201
    assert response.headers["Location"] == "/accounts/5"
    assert response.json() == {"id": 5, "owner": 3, "name": "Savings", "credit": 0, "balance": 0}


@pytest.mark.asyncio
async def test_get_account_endpoint(
    async_client: httpx.AsyncClient, accounts: AsyncMock, account: Account
) -> None:
    """The account of that id."""
    accounts.get.return_value = account

    response: httpx.Response = await async_client.get("/accounts/5")

    accounts.get.assert_awaited_once_with(5)
    assert (response.status_code, response.json()) == (200, account.model_dump())


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "page"),
    [("", Page(before=2**31, limit=20)), ("?before=8&limit=3", Page(before=8, limit=3))],
    ids=["first page", "another page"],
)
async def test_get_statement_endpoint(
    query: str, page: Page, async_client: httpx.AsyncClient, accounts: AsyncMock, account: Account
) -> None:
    """Which page reaches the repository, every field the client; times say their zone."""
    entry: Entry = Entry(
        transfer=7, reference="TR-1", made_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), cents=-3, balance=4
    )
    accounts.statement.return_value = Statement(account=account, entries=[entry])

    response: httpx.Response = await async_client.get(f"/accounts/5/entries{query}")

    accounts.statement.assert_awaited_once_with(5, page)
    assert response.status_code == 200
    assert response.json() == {
        "account": account.model_dump(),
        "entries": [
            {
                "transfer": 7,
                "reference": "TR-1",
                "made_at": "2026-01-02T03:04:05Z",
                "cents": -3,
                "balance": 4,
            }
        ],
    }


@pytest.mark.asyncio
async def test_make_transfer_endpoint(
    async_client: httpx.AsyncClient, transfers: AsyncMock, new_transfer: NewTransfer
) -> None:
    """201, and what is left."""
    transfers.make.return_value = Transfer(id=7, balance=-50)

    response: httpx.Response = await async_client.post("/transfers", json=new_transfer.model_dump())

    transfers.make.assert_awaited_once_with(new_transfer)
    assert (response.status_code, response.json()) == (201, {"id": 7, "balance": -50})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status_code", "retry_after"), [(404, None), (409, None), (422, None), (500, None), (503, "1")]
)
async def test_what_goes_wrong_is_told(
    status_code: int,
    retry_after: str | None,
    async_client: httpx.AsyncClient,
    transfers: AsyncMock,
    new_transfer: NewTransfer,
) -> None:
    """Status and detail; when to come back only where that may help."""
    transfers.make.side_effect = BankError(status_code, "Could not: why")

    response: httpx.Response = await async_client.post("/transfers", json=new_transfer.model_dump())

    assert (response.status_code, response.json()) == (status_code, {"detail": "Could not: why"})
    assert response.headers.get("Retry-After") == retry_after


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("POST", "/customers", {"email": "?", "name": "Ana"}, ["body", "email"]),
        ("POST", "/accounts", {"owner": 0, "name": "Savings"}, ["body", "owner"]),
        ("GET", "/accounts/0", None, ["path", "account_id"]),
        ("GET", "/accounts/2147483648/entries", None, ["path", "account_id"]),
        ("GET", "/accounts/5/entries?limit=101", None, ["query", "limit"]),
        ("GET", "/accounts/5/entries?after=1", None, ["query", "after"]),
        ("POST", "/transfers", {"reference": "x", "source": 5, "payments": []}, ["body", "payments"]),
    ],
)
async def test_request_that_makes_no_sense_is_422(
    method: str,
    path: str,
    body: Any,
    place: list[str],
    async_client: httpx.AsyncClient,
    accounts: AsyncMock,
    transfers: AsyncMock,
) -> None:
    """The answer names the place, and no repository hears of it."""
    response: httpx.Response = await async_client.request(method, path, json=body)

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == place
    assert accounts.mock_calls == transfers.mock_calls == []


@pytest.mark.asyncio
async def test_transfer_gives_its_connection_back(
    async_client: httpx.AsyncClient, fake_connection: FakeConnection, new_transfer: NewTransfer
) -> None:
    """Through the real repository: a connection for the request, on which nothing is left open."""
    fake_connection.fetch_return = [{"id": each, "balance": 300, "credit": 0} for each in (2, 5, 9)]
    fake_connection.execute_return = FakeResult(1, lastrowid=7)

    response: httpx.Response = await async_client.post("/transfers", json=new_transfer.model_dump())

    assert (response.status_code, response.json()) == (201, {"id": 7, "balance": 0})
    assert fake_connection.events == [
        *["acquire", "begin", "execute", "execute", "executemany", "executemany", "commit"],
        "release",
    ]


@pytest.mark.asyncio
async def test_request_that_fails_gives_its_connection_back(
    async_client: httpx.AsyncClient, fake_connection: FakeConnection
) -> None:
    """Without a transaction either."""
    fake_connection.when("SELECT", "accounts").then(errors.server_error(1146, "Table doesn't exist"))

    response: httpx.Response = await async_client.get("/accounts/5")

    assert (response.status_code, response.json()) == (500, {"detail": "Could not fetch the account"})
    assert fake_connection.events == ["acquire", "begin", "execute", "rollback", "release"]


def test_get_account_with_the_sync_client(client: TestClient, accounts: AsyncMock, account: Account) -> None:
    """The same from a test that is not async."""
    accounts.get.return_value = account

    response: Any = client.get("/accounts/5")

    assert (response.status_code, response.json()) == (200, account.model_dump())


def test_routes_say_what_they_answer(app: FastAPI) -> None:
    """What is declared is what clients are generated from, and nothing beyond it is sent."""
    declared: dict[tuple[str, str, str], Any] = {
        (method, path, status): answer["content"]["application/json"]["schema"]
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        for status, answer in operation["responses"].items()
        if status != "422"
    }

    assert declared == {
        ("post", "/customers", "201"): {"$ref": "#/components/schemas/Customer"},
        ("post", "/accounts", "201"): {"$ref": "#/components/schemas/Account"},
        ("get", "/accounts/{account_id}", "200"): {"$ref": "#/components/schemas/Account"},
        ("get", "/accounts/{account_id}/entries", "200"): {"$ref": "#/components/schemas/Statement"},
        ("post", "/transfers", "201"): {"$ref": "#/components/schemas/Transfer"},
    }
