"""The server of pytest-postgresql."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from .endings import ended_in_order

# The fixture of pytest-postgresql that has the server.
PROCESS = "postgresql_proc"


@contextmanager
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The server of ``ASYNC_TESTING_DSN`` (a postgresql:// URL), else of pytest-postgresql.

    The application's own DATABASE_URL is never looked at.
    """
    with ended_in_order():
        if given := os.environ.get("ASYNC_TESTING_DSN"):
            yield f"postgresql://{given.partition('://')[2]}"  # not postgresql+asyncpg
            return
        process = request.getfixturevalue(PROCESS)
        user = ":".join(quote(one, safe="") for one in (process.user, process.password) if one)
        yield f"postgresql://{user}@{process.host}:{process.port}/postgres"
