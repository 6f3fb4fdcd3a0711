# async-testing-expert 0.1.0 sha256:4f9151c2a368b74f (scaffold.py --update renews it)
"""Fakes in the shape of aiomysql, measured against 0.3.2 on a live MariaDB."""

from ..common.contexts import FakeContext
from ..common.results import FakeResult
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
