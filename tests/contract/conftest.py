"""One server of each kind for all behaviours of all drivers."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from async_testing.replaying.servers import NoServer

from tests.contract.drivers import DRIVERS
from tests.contract.harness import Driver
from tests.contract.server import SERVERS


@pytest.fixture(scope="session")
def dsn_of() -> Iterator[Callable[[Driver], str]]:
    """The server of a driver, started when it is first asked for; a test skips where there is none."""
    found: dict[str, str | NoServer] = {}

    def dsn(driver: Driver) -> str:
        if driver.server not in found:
            try:
                found[driver.server] = stack.enter_context(SERVERS[driver.server]())
            except NoServer as missing:
                found[driver.server] = missing
            else:
                for one in DRIVERS:
                    if one.server == driver.server:
                        asyncio.run(one.prepare(str(found[driver.server])))
        started = found[driver.server]
        if isinstance(started, NoServer):
            pytest.skip(str(started))
        return started

    with ExitStack() as stack:
        yield dsn
