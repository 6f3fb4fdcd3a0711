"""Run generated sequences of a driver."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import psycopg
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.contract.sequences.lockstep import Lane, Tally, machine
from tests.contract.sequences.table import SCHEMA


class Ran(NamedTuple):
    """How it went: what was run, and the disagreement that ended it, if any."""

    sequences: int
    steps: int
    seconds: float
    known: dict[str, int]
    disagreement: str = ""

    def __add__(self, other: Ran) -> Ran:  # type: ignore[override]
        """Both together."""
        known = Counter(self.known) + Counter(other.known)
        return Ran(
            self.sequences + other.sequences,
            self.steps + other.steps,
            self.seconds + other.seconds,
            dict(known),
            self.disagreement or other.disagreement,
        )


def ran(lane: Lane, dsn: str, sequences: int, *, derandomize: bool = False, steps: int = 15) -> Ran:
    """Run so many sequences, up to the first disagreement, which is made as short as can be."""
    for name in ("asyncio", "psycopg", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # psycopg logs each rollback that fails
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(SCHEMA)
    chosen = settings(
        max_examples=sequences,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=derandomize,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        verbosity=Verbosity.normal,
        print_blob=False,
        report_multiple_bugs=False,
    )
    tally, began = Tally(), time.monotonic()
    with asyncio.Runner() as runner, psycopg.connect(dsn, autocommit=True) as watch:
        try:
            run_state_machine_as_test(machine(lane, dsn, runner, tally, watch), settings=chosen)
        except Exception as problem:
            seconds = time.monotonic() - began
            return Ran(tally.sequences, tally.steps, seconds, tally.known, "\n".join(_told(problem)))
    return Ran(tally.sequences, tally.steps, time.monotonic() - began, tally.known)


def _told(problem: BaseException) -> Iterator[str]:
    """A disagreement in words: what differs, and the calls that lead there."""
    yield str(problem)
    yield from getattr(problem, "__notes__", [])
    for part in getattr(problem, "exceptions", ()):
        yield from _told(part)
