"""The application's own fixtures; those that any project has are in `tests/conftest.py`, as scaffold writes it."""

from typing import Any

import pytest
from faker import Faker

from src.models import Account, NewAccount, NewCustomer, NewTransfer, Payment


@pytest.fixture
def new_customer(faker: Faker) -> NewCustomer:
    """Somebody."""
    return NewCustomer(email=faker.email(), name=faker.name())


@pytest.fixture
def new_account(faker: Faker) -> NewAccount:
    """An account with credit."""
    return NewAccount(
        owner=faker.random_int(1, 9), name=faker.color_name(), credit=faker.random_int(100, 900)
    )


@pytest.fixture
def account(new_account: NewAccount, faker: Faker) -> Account:
    """That account, with something on it."""
    return Account(id=5, balance=faker.random_int(1000, 9000), **new_account.model_dump())


@pytest.fixture
def account_row(account: Account) -> dict[str, Any]:
    """The row of that account."""
    return account.model_dump()


@pytest.fixture
def new_transfer(faker: Faker) -> NewTransfer:
    """300 cents of account 5, for two others in no order of their ids."""
    return NewTransfer(
        reference=faker.bothify("TR-####"),
        source=5,
        payments=[Payment(account=9, cents=100), Payment(account=2, cents=200)],
    )
