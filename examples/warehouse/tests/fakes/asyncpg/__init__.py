# async-testing-expert 0.1.0 sha256:88f59ee330d88b63 (scaffold.py --update renews it)
"""Fakes in the shape of asyncpg, measured against 0.32 on a live server."""

from .connection import FakeConnection
from .cursors import FakeCursor, FakeCursorFactory, FakePreparedStatement
from .exceptions import error, errors
from .pools import FakePool
from .records import FakeRecord
from .transactions import FakeTransaction

FakeTransactionContext = FakeTransaction

__all__ = [
    "FakeConnection",
    "FakeCursor",
    "FakeCursorFactory",
    "FakePool",
    "FakePreparedStatement",
    "FakeRecord",
    "FakeTransaction",
    "FakeTransactionContext",
    "error",
    "errors",
]
