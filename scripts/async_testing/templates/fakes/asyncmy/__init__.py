"""Fakes in the shape of asyncmy, measured against 0.2.18 on a live MariaDB."""

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
