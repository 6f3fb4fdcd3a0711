# async-testing-expert 0.1.0 sha256:96580e19ab7d4b19 (scaffold.py --update renews it)
"""Fakes in the shape of aiomysql, measured against 0.3.2 on a live MariaDB."""

from ..mysql.contexts import FakeContext
from ..mysql.wire import FakeResult
from .connection import FakeConnection
from .cursors import FakeCursor
from .exceptions import error, errors
from .pools import FakePool

__all__ = [
    "FakeConnection",
    "FakeContext",
    "FakeCursor",
    "FakePool",
    "FakeResult",
    "error",
    "errors",
]
