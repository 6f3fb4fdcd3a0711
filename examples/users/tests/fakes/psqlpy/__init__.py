# async-testing-expert 0.1.0 sha256:ec4da461bcc96022 (scaffold.py --update renews it)
"""Fakes in the shape of psqlpy 0.11 and newer, measured against 0.13.1 on a live server."""

from .connection import FakeConnection
from .cursors import FakeCursor, FakePreparedStatement
from .exceptions import error, errors
from .pools import FakePool
from .results import FakeRecord, QueryResult, Record, SingleQueryResult
from .transactions import FakeTransaction

FakeTransactionContext = FakeTransaction

__all__ = [
    "FakeConnection",
    "FakeCursor",
    "FakePool",
    "FakePreparedStatement",
    "FakeRecord",
    "FakeTransaction",
    "FakeTransactionContext",
    "QueryResult",
    "Record",
    "SingleQueryResult",
    "error",
    "errors",
]
