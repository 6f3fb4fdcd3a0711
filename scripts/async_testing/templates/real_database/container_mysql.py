"""A MySQL server in a container."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .endings import ended_in_order

# What the container is made from.
IMAGE = "mysql:8.4"


@contextmanager
def server() -> Iterator[str]:
    """The server of ``ASYNC_TESTING_DSN`` (a mysql:// URL), else one in a container.

    The application's own DATABASE_URL is never looked at.
    """
    with ended_in_order():
        if given := os.environ.get("ASYNC_TESTING_DSN"):
            yield f"mysql://{given.partition('://')[2]}"  # not mysql+aiomysql
            return
        containers = pytest.importorskip("testcontainers.mysql")
        with containers.MySqlContainer(IMAGE, username="root") as container:
            yield f"mysql://{container.get_connection_url().partition('://')[2]}"
