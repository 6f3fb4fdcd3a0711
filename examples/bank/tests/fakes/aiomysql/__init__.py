# async-testing-expert 0.1.0 sha256:09b3815f92a885e7 (scaffold.py --update renews it)
"""Fakes in the shape of aiomysql, measured against 0.3.2 on a live MariaDB."""

from ..common.contexts import FakeContext
from ..common.results import FakeResult
from ..common.several import FakeResults
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
    "FakeResults",
    "error",
    "errors",
]
