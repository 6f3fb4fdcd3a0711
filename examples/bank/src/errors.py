"""What goes wrong, and how it is told from what aiomysql raises: by constraint, then by number."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiomysql  # type: ignore[import-untyped]

DUPLICATE_KEY = 1062
NO_SUCH_PARENT = 1452
LOCK_WAIT = 1205
DEADLOCK = 1213
# How the server or the driver says that the other one has gone away.
GONE = frozenset({1053, 1927, 2006, 2013})

# The driver has nothing but the text. What a client sent stands in it before the name of the key.
_CONSTRAINTS = {
    DUPLICATE_KEY: re.compile(r" for key '(?:\w+\.)?(\w+)'\Z"),
    NO_SUCH_PARENT: re.compile(r", CONSTRAINT `(\w+)` FOREIGN KEY "),
}
_BY_CONSTRAINT = {
    "customers_email": (409, "there is a customer of that address"),
    "accounts_name": (409, "the customer has an account of that name"),
    "accounts_owner": (404, "there is no such customer"),
    "transfers_reference": (409, "there is a transfer of that reference"),
    # Only the entries have a primary key that is not given by the database.
    "PRIMARY": (422, "an account is listed twice"),
}
_BY_NUMBER = {
    LOCK_WAIT: (503, "others were quicker, try again"),
    DEADLOCK: (503, "others were quicker, try again"),
}


class BankError(Exception):
    """A failure that the API answers with `status_code` and `detail`."""

    def __init__(self, status_code: int, detail: str) -> None:
        super().__init__(detail)
        self.status_code, self.detail = status_code, detail


def meaning(error: aiomysql.MySQLError) -> tuple[int, str] | None:
    """Return the status and the words for what the server says; None for what should not have happened."""
    number: Any = next(iter(error.args), None)
    # A connection that is closed already is no number, and the only error of this class.
    if number in GONE or isinstance(error, aiomysql.InterfaceError):
        return 503, "the database is not available"
    if number in _CONSTRAINTS and (found := _CONSTRAINTS[number].search(error.args[1])):
        return _BY_CONSTRAINT.get(found[1])
    return _BY_NUMBER.get(number)


@contextmanager
def database_errors(failure: str) -> Iterator[None]:
    """Turn what aiomysql raises inside the block into a BankError that begins with `failure`."""
    try:
        yield
    except aiomysql.MySQLError as error:
        status_code, why = meaning(error) or (500, "")
        raise BankError(status_code, f"{failure}: {why}" if why else failure) from error
