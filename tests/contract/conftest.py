"""One embedded server for all behaviours of all drivers."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.contract.drivers import DRIVERS
from tests.contract.server import embedded_postgres


@pytest.fixture(scope="session")
def contract_dsn() -> Iterator[str]:
    with embedded_postgres() as dsn:
        for driver in DRIVERS:
            asyncio.run(driver.prepare(dsn))
        yield dsn
