"""Print how far each fake agrees with its driver: `python -m tests.contract`. Starts a server, changes nothing.

Exit code: 0 where all agree but for the known differences, else 1.
"""

import asyncio
import logging
import sys
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from async_testing.replaying.servers import NoServer

from tests.contract.drivers import DRIVERS
from tests.contract.harness import Driver, both
from tests.contract.server import SERVERS


def differences(driver: Driver, dsn: str) -> list[str]:
    """The names of the behaviours in which the fake differs from the driver."""
    asyncio.run(driver.prepare(dsn))
    found = []
    for name in driver.behaviours():
        fake, live = asyncio.run(both(driver, name, dsn))
        if fake != live:
            found.append(name)
    return found


def _started(stack: ExitStack, kind: str) -> str:
    """The server of a kind, until the stack is closed; nothing where none is installed, which is said."""
    try:
        return stack.enter_context(SERVERS[kind]())
    except NoServer as missing:
        print(f"{kind}: left out, {missing}")
        return ""


def main() -> int:
    """Run all and print the table."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # asyncpg logs that a release rolled back
    surprises = 0
    with ExitStack() as stack:
        kinds = dict.fromkeys(driver.server for driver in DRIVERS)
        started = {kind: _started(stack, kind) for kind in kinds}
        for driver in DRIVERS:
            dsn = started[driver.server]
            if not dsn:
                continue
            total, differing = len(driver.behaviours()), differences(driver, dsn)
            agreeing = total - len(differing)
            share = f"{agreeing / total:.1%}"
            print(f"{driver.name}: {agreeing} of {total} behaviours agree with the live driver, {share}")
            for name in differing:
                print(f"  differs: {name.replace('_', ' ')} - {driver.known.get(name, 'UNKNOWN')}")
            for name in driver.known.keys() - set(differing):
                print(f"  agrees now: {name.replace('_', ' ')} - take it off the list")
            surprises += len(driver.known.keys() ^ set(differing))
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
