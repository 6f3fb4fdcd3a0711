"""A PostgreSQL server in a container."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .endings import ended_in_order

# What the container is made from.
IMAGE = "postgres:17"


@contextmanager
def server() -> Iterator[str]:
    """The server of ``ASYNC_TESTING_DSN`` (a postgresql:// URL), else one in a container.

    The application's own DATABASE_URL is never looked at.
    """
    with ended_in_order():
        if given := os.environ.get("ASYNC_TESTING_DSN"):
            yield f"postgresql://{given.partition('://')[2]}"  # not postgresql+asyncpg
            return
        containers = pytest.importorskip("testcontainers.postgres")
        with containers.PostgresContainer(IMAGE) as container:
            yield f"postgresql://{container.get_connection_url().partition('://')[2]}"
