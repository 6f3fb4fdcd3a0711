"""The server of a URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .endings import ended_in_order


@contextmanager
def server(given: str) -> Iterator[str]:
    """The server that a URL names, whose own database is left as it is."""
    with ended_in_order():
        yield f"postgresql://{given.partition('://')[2]}"  # not postgresql+asyncpg
