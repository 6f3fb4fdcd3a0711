"""Fakes in the shape of psycopg 3 and psycopg_pool, their async side, measured against 3.3.9 on a live server."""

from ..common.several import FakeResults
from .connection import FakeConnection
from .copies import FakeCopy
from .cursors import FakeCursor
from .exceptions import error, errors
from .pools import FakePool
from .server_cursors import FakeServerCursor
from .transactions import FakeTransaction

__all__ = [
    "FakeConnection",
    "FakeCopy",
    "FakeCursor",
    "FakePool",
    "FakeResults",
    "FakeServerCursor",
    "FakeTransaction",
    "error",
    "errors",
]
