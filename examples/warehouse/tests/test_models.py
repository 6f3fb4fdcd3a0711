"""Tests for what may travel: the smallest and the largest that is allowed, and what is just beyond."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from src.models import Delivered, Delivery, Item, Line, NewOrder, Search

ITEM = {"sku": "BOLT-M8", "name": "Bolt"}
LINE = {"sku": "BOLT-M8", "quantity": 1}
ORDER = {"reference": "PO-1", "lines": [LINE]}
DELIVERY = {"note": "D-1", "lines": [LINE]}
LARGEST = 2**31 - 1


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (Item, {"sku": "A12", "name": "x"}),
        (Item, {"sku": "0-" + "Z" * 18, "name": "x" * 120}),
        (Item, {**ITEM, "stock": 0, "reorder_at": 0}),
        (Item, {**ITEM, "stock": LARGEST, "reorder_at": LARGEST}),
        (Line, {"sku": "BOLT-M8", "quantity": 1}),
        (Line, {"sku": "BOLT-M8", "quantity": 10**6}),
        (Search, {"low": True, "after": "", "limit": 1}),
        (Search, {"after": "x" * 40, "limit": 100}),
        (NewOrder, {"reference": "x", "lines": [LINE]}),
        (NewOrder, {"reference": "Ação 7" + "x" * 34, "lines": [LINE] * 100}),
        (Delivered, {"sku": "?", "quantity": -(10**6)}),
        (Delivered, {"sku": "x" * 40, "quantity": 10**6}),
        (Delivered, {"sku": "BOLT-M8", "quantity": 0}),
        (Delivery, {"note": "x" * 40, "lines": [LINE] * 1000}),
    ],
)
def test_what_is_allowed_is_kept(model: type[BaseModel], given: dict[str, Any]) -> None:
    """At the very edge, and as it was given."""
    made: BaseModel = model(**given)

    assert made.model_dump(include=set(given)) == given


@pytest.mark.parametrize(
    ("model", "given", "field"),
    [
        (Item, {**ITEM, "sku": "A1"}, "sku"),
        (Item, {**ITEM, "sku": "A" * 21}, "sku"),
        (Item, {**ITEM, "sku": "bolt"}, "sku"),
        (Item, {**ITEM, "sku": "-BOLT"}, "sku"),
        (Item, {**ITEM, "sku": "BOLT\n"}, "sku"),
        (Item, {**ITEM, "name": ""}, "name"),
        (Item, {**ITEM, "name": "x" * 121}, "name"),
        (Item, {**ITEM, "name": "a\x00b"}, "name"),
        (Item, {**ITEM, "stock": -1}, "stock"),
        (Item, {**ITEM, "stock": LARGEST + 1}, "stock"),
        (Item, {**ITEM, "reorder_at": -1}, "reorder_at"),
        (Item, {**ITEM, "colour": "red"}, "colour"),
        (Line, {**LINE, "quantity": 0}, "quantity"),
        (Line, {**LINE, "quantity": 10**6 + 1}, "quantity"),
        (Line, {**LINE, "sku": "bolt"}, "sku"),
        (Search, {"limit": 0}, "limit"),
        (Search, {"limit": 101}, "limit"),
        (Search, {"after": "x" * 41}, "after"),
        (Search, {"after": "\x00"}, "after"),
        (NewOrder, {**ORDER, "reference": ""}, "reference"),
        (NewOrder, {**ORDER, "reference": "x" * 41}, "reference"),
        (NewOrder, {**ORDER, "reference": "a\x00"}, "reference"),
        (NewOrder, {**ORDER, "lines": []}, "lines"),
        (NewOrder, {**ORDER, "lines": [LINE] * 101}, "lines"),
        (Delivered, {**LINE, "sku": ""}, "sku"),
        (Delivered, {**LINE, "sku": "x" * 41}, "sku"),
        (Delivered, {**LINE, "quantity": -(10**6) - 1}, "quantity"),
        (Delivered, {**LINE, "quantity": 10**6 + 1}, "quantity"),
        (Delivery, {**DELIVERY, "note": ""}, "note"),
        (Delivery, {**DELIVERY, "lines": []}, "lines"),
        (Delivery, {**DELIVERY, "lines": [LINE] * 1001}, "lines"),
    ],
)
def test_what_is_beyond_is_refused(model: type[BaseModel], given: dict[str, Any], field: str) -> None:
    """The error names the field, and only that one."""
    with pytest.raises(ValidationError) as raised:
        model(**given)

    assert {error["loc"][0] for error in raised.value.errors()} == {field}


def test_models_do_not_change() -> None:
    """What was validated stays as it was."""
    line: Line = Line(sku="BOLT-M8", quantity=1)

    with pytest.raises(ValidationError):
        line.quantity = -1

    assert line.quantity == 1
