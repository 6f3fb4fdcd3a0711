"""Fakes in the shape of aiosqlite, measured against 0.22.1. It has no pool."""

from ..common.contexts import FakeContext
from ..common.results import FakeResult
from .connection import FakeConnection
from .cursors import FakeCursor
from .exceptions import error, errors

__all__ = [
    "FakeConnection",
    "FakeContext",
    "FakeCursor",
    "FakeResult",
    "error",
    "errors",
]
