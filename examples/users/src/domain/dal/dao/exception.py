"""What a DAO raises, and how it is made from what the driver raises."""

from collections.abc import Iterator
from contextlib import contextmanager

import psqlpy
from psqlpy.exceptions import ConnectionClosedError

from src.domain.exception import DomainException

# psqlpy passes no SQLSTATE on: the text is all there is to tell these apart, so the integration tests hold it.
_MEANINGS = (
    ("duplicate key", 409, "it exists already"),
    ("violates foreign key", 404, "what it refers to does not exist"),
    ("unexpected number of rows", 404, "not found"),
    ("deadlock detected", 503, "try again"),
    ("could not serialize", 503, "try again"),
)


class DAOException(DomainException):
    """The database refused, failed, or has no such row."""

    @classmethod
    def from_driver(cls, error: psqlpy.Error, failure: str) -> "DAOException":
        """Say what an error of the driver means; 500 if that is not known."""
        if isinstance(error, ConnectionClosedError):
            return cls(503, f"{failure}: try again")
        for text, status_code, meaning in _MEANINGS:
            if text in str(error):
                return cls(status_code, f"{failure}: {meaning}")
        return cls(500, failure)


@contextmanager
def driver_errors(failure: str) -> Iterator[None]:
    """Turn what the driver raises inside the block into a DAOException that begins with `failure`."""
    try:
        yield
    except psqlpy.Error as error:
        raise DAOException.from_driver(error, failure) from error
