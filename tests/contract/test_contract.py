"""The fakes behave as the drivers do: each behaviour on the fake and on a live server."""

import asyncio
from collections.abc import Callable

import pytest

from tests.contract.drivers import DRIVERS
from tests.contract.harness import Driver, both

EACH = [
    pytest.param(driver, name, id=f"{driver.name}-{name}")
    for driver in DRIVERS
    for name in driver.behaviours()
]
EACH_DRIVER = [pytest.param(driver, id=driver.name) for driver in DRIVERS]


@pytest.mark.parametrize(("driver", "name"), EACH)
def test_the_fake_does_what_the_driver_does(
    driver: Driver, name: str, dsn_of: Callable[[Driver], str]
) -> None:
    fake, live = asyncio.run(both(driver, name, dsn_of(driver)))
    if name in driver.known:
        assert fake != live, f"they agree now: take {name} off the list of known differences"
    else:
        assert fake == live


@pytest.mark.parametrize("driver", EACH_DRIVER)
def test_enough_behaviours_agree(driver: Driver) -> None:
    names = driver.behaviours()
    assert len(names) >= 60
    assert driver.known.keys() <= names.keys(), "a known difference without a behaviour"
    assert all(driver.known.values()), "a known difference without a reason"
    assert len(driver.known) <= 0.05 * len(names)
