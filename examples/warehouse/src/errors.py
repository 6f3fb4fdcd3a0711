"""What goes wrong, and how it is told from what asyncpg raises: by constraint, then by SQLSTATE."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg  # type: ignore[import-untyped]

_BY_CONSTRAINT = {
    "items_pkey": (409, "there is such an item"),
    "items_stock_check": (409, "there is not enough in stock"),
    "orders_reference_key": (409, "there is an order of that reference"),
    "order_lines_pkey": (422, "an item is listed twice"),
    "order_lines_sku_fkey": (404, "there is no such item"),
    "deliveries_pkey": (409, "it was received before"),
}
_BY_STATE = {
    "22003": (422, "a number is too large"),
    "40001": (503, "others were quicker, try again"),
    "40P01": (503, "others were quicker, try again"),
    "57014": (503, "it took too long, try again"),
}
_OF_A_LINE = {
    "delivery_lines_pkey": "an item is listed twice",
    "delivery_lines_sku_fkey": "there is no such item",
    "delivery_lines_quantity_check": "a quantity is not zero",
    "items_stock_check": "there is not enough in stock",
    "22003": "a number is too large",
}


class WarehouseError(Exception):
    """A failure that the API answers with `status_code` and `detail`."""

    def __init__(self, status_code: int, detail: str) -> None:
        super().__init__(detail)
        self.status_code, self.detail = status_code, detail


def rejection(error: asyncpg.PostgresError) -> str | None:
    """Return what is wrong with the line of a delivery; None if the error says nothing about one line."""
    return _OF_A_LINE.get(error.constraint_name or error.sqlstate)


@contextmanager
def database_errors(failure: str) -> Iterator[None]:
    """Turn what asyncpg raises inside the block into a WarehouseError that begins with `failure`."""
    try:
        yield
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
        # asyncpg has no class of its own for a connection that is gone; other misuse of one is a bug of ours.
        if isinstance(error, asyncpg.InterfaceError) and "is closed" not in str(error):
            raise
        raise WarehouseError(503, f"{failure}: the database is not available") from error
    except asyncpg.PostgresError as error:
        known = _BY_CONSTRAINT.get(error.constraint_name) or _BY_STATE.get(error.sqlstate)
        status_code, why = known or (500, "")
        raise WarehouseError(status_code, f"{failure}: {why}" if why else failure) from error
