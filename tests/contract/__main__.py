"""How far each fake agrees with its driver, on live servers: `python -m tests.contract`; see `--help`."""

import argparse
import logging
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from async_testing.replaying.servers import NoServer

from tests.contract import measured
from tests.contract.drivers import DRIVERS
from tests.contract.harness import Driver
from tests.contract.sequences.lanes import LANES
from tests.contract.sequences.run import Ran, ran
from tests.contract.server import SERVERS

AT_ONCE = 1_000
"""So many sequences are generated in one go: what hypothesis keeps of all of them makes longer runs slow."""
EPILOG = (
    "Exit 0: all agree but for the known differences. Exit 1: they do not. "
    "Where a server is missing its drivers are left out."
)


def _started(stack: ExitStack, kind: str) -> str:
    """The server of a kind, until the stack is closed; nothing where none is installed, which is said."""
    try:
        return stack.enter_context(SERVERS[kind]())
    except NoServer as missing:
        print(f"{kind}: left out, {missing}")
        return ""


def behaviours(driver: Driver, dsn: str) -> tuple[dict[str, Any], int]:
    """Run and print the contract of a driver. Returns what to keep of it, and how many surprises there were."""
    entry = measured.measured(driver, dsn)
    total, differing = len(entry["behaviours"]), entry["differs"]
    agreeing = total - len(differing)
    share = f"{agreeing / total:.1%}"
    print(f"{driver.name}: {agreeing} of {total} behaviours agree with the live driver, {share}")
    for name, reason in differing.items():
        print(f"  differs: {name.replace('_', ' ')} - {reason}")
    for name in driver.known.keys() - differing.keys():
        print(f"  agrees now: {name.replace('_', ' ')} - take it off the list")
    return entry, len(driver.known.keys() ^ differing.keys())


def generated(driver: Driver, dsn: str, number: int) -> tuple[dict[str, Any], int]:
    """Run and print generated calls of a driver. Returns what to keep of it, and how many surprises there were."""
    lane = next((lane for lane in LANES if lane.name == driver.name), None)
    if lane is None:
        return {}, 0
    done = Ran(0, 0, 0.0, {})
    while done.sequences < number and not done.disagreement:
        done += ran(lane, dsn, min(AT_ONCE, number - done.sequences))
    speed = f"{done.seconds:.0f} s"
    print(f"{lane.name}: {done.sequences:,} sequences, {done.steps:,} steps, {speed}", flush=True)
    for known in lane.known:
        print(f"  known: {known.name} ({done.known.get(known.name, 0)} times) - {known.reason}")
    if done.disagreement:
        print(f"  DISAGREES: {done.disagreement}")
        return {}, 1
    return {"sequences": measured.sequences(lane, done)}, 0


def main() -> int:
    """Run what is asked for and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract", description=__doc__, epilog=EPILOG)
    parser.add_argument("--driver", choices=[driver.name for driver in DRIVERS], help="this one alone")
    parser.add_argument(
        "--sequences", type=int, default=0, metavar="N", help="generate N sequences of calls instead"
    )
    parser.add_argument(
        "--write", action="store_true", help=f"keep what was measured in {measured.FILE.name}"
    )
    chosen = parser.parse_args()
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # asyncpg logs that a release rolled back
    surprises, found = 0, {}
    with ExitStack() as stack:
        drivers = [driver for driver in DRIVERS if chosen.driver in (None, driver.name)]
        if chosen.sequences:
            drivers = [driver for driver in drivers if any(lane.name == driver.name for lane in LANES)]
        started = {kind: _started(stack, kind) for kind in dict.fromkeys(driver.server for driver in drivers)}
        for driver in drivers:
            dsn = started[driver.server]
            if not dsn:
                continue
            run = generated(driver, dsn, chosen.sequences) if chosen.sequences else behaviours(driver, dsn)
            found[driver.name] = run[0]
            surprises += run[1]
    if chosen.write:
        measured.write(found)
        print(f"wrote {measured.FILE.name}: now run tools/docs.py")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
