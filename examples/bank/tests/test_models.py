"""Tests for what may travel: the smallest and the largest that is allowed, and what is just beyond."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from src.models import NewAccount, NewCustomer, NewTransfer, Page, Payment

CUSTOMER = {"email": "ana@example.com", "name": "Ana"}
ACCOUNT = {"owner": 3, "name": "Savings", "credit": 0}
PAYMENT = {"account": 5, "cents": 100}
TRANSFER = {"reference": "TR-1", "source": 5, "payments": [PAYMENT]}
LARGEST = 2**31 - 1


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (NewCustomer, {"email": "a@b", "name": "x"}),
        (NewCustomer, {"email": "a" * 59 + "@" + "b" * 60, "name": "Ação 7" + "x" * 114}),
        (NewAccount, {"owner": 1, "name": "x", "credit": 0}),
        (NewAccount, {"owner": LARGEST, "name": "x" * 40, "credit": 10**12}),
        (Payment, {"account": 1, "cents": 1}),
        (Payment, {"account": LARGEST, "cents": 10**12}),
        (NewTransfer, {"reference": "x", "source": 1, "payments": [PAYMENT]}),
        (NewTransfer, {"reference": "x" * 40, "source": LARGEST, "payments": [PAYMENT] * 100}),
        (Page, {"before": 1, "limit": 1}),
        (Page, {"before": 2**31, "limit": 100}),
    ],
)
def test_what_is_allowed_is_kept(model: type[BaseModel], given: dict[str, Any]) -> None:
    """At the very edge, and as it was given."""
    made: BaseModel = model(**given)

    assert made.model_dump() == given


@pytest.mark.parametrize(
    ("model", "given", "field"),
    [
        (NewCustomer, {**CUSTOMER, "email": "@b"}, "email"),
        (NewCustomer, {**CUSTOMER, "email": "a@"}, "email"),
        (NewCustomer, {**CUSTOMER, "email": "a" * 60 + "@b"}, "email"),
        (NewCustomer, {**CUSTOMER, "email": "a@" + "b" * 61}, "email"),
        (NewCustomer, {**CUSTOMER, "email": "a b@c"}, "email"),
        (NewCustomer, {**CUSTOMER, "email": "a@b@c"}, "email"),
        (NewCustomer, {**CUSTOMER, "email": "a@b\n"}, "email"),
        (NewCustomer, {**CUSTOMER, "name": ""}, "name"),
        (NewCustomer, {**CUSTOMER, "name": "x" * 121}, "name"),
        (NewCustomer, {**CUSTOMER, "name": "a\x00b"}, "name"),
        (NewCustomer, {**CUSTOMER, "id": 7}, "id"),
        (NewAccount, {**ACCOUNT, "owner": 0}, "owner"),
        (NewAccount, {**ACCOUNT, "owner": LARGEST + 1}, "owner"),
        (NewAccount, {**ACCOUNT, "name": ""}, "name"),
        (NewAccount, {**ACCOUNT, "name": "x" * 41}, "name"),
        (NewAccount, {**ACCOUNT, "name": "a\tb"}, "name"),
        (NewAccount, {**ACCOUNT, "credit": -1}, "credit"),
        (NewAccount, {**ACCOUNT, "credit": 10**12 + 1}, "credit"),
        (NewAccount, {**ACCOUNT, "balance": 1}, "balance"),
        (Payment, {**PAYMENT, "account": 0}, "account"),
        (Payment, {**PAYMENT, "cents": 0}, "cents"),
        (Payment, {**PAYMENT, "cents": 10**12 + 1}, "cents"),
        (NewTransfer, {**TRANSFER, "reference": ""}, "reference"),
        (NewTransfer, {**TRANSFER, "reference": "x" * 41}, "reference"),
        (NewTransfer, {**TRANSFER, "source": 0}, "source"),
        (NewTransfer, {**TRANSFER, "payments": []}, "payments"),
        (NewTransfer, {**TRANSFER, "payments": [PAYMENT] * 101}, "payments"),
        (Page, {"before": 0}, "before"),
        (Page, {"before": 2**31 + 1}, "before"),
        (Page, {"limit": 0}, "limit"),
        (Page, {"limit": 101}, "limit"),
    ],
)
def test_what_is_not_allowed_is_refused(model: type[BaseModel], given: dict[str, Any], field: str) -> None:
    """Just beyond the edge; the error names the field, and no other."""
    with pytest.raises(ValidationError) as raised:
        model(**given)

    assert [error["loc"][0] for error in raised.value.errors()] == [field]


def test_what_is_left_out_has_a_default() -> None:
    """No credit; the first page of the newest."""
    assert NewAccount(owner=3, name="Savings").credit == 0
    assert Page() == Page(before=2**31, limit=20)


def test_what_travels_is_not_changed_on_the_way() -> None:
    """Whoever wants another one makes another one."""
    with pytest.raises(ValidationError):
        Page().limit = 3
