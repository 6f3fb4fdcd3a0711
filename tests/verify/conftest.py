"""Fixtures that several modules share."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from async_testing.verifying.model import Judged
from async_testing.verifying.reports import html

from tests.verify.commanding import Shop
from tests.verify.made import judged, mutant, report, some_tests
from tests.verify.pages import MISSED, SOURCE, full


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """What these tests start can be interrupted, also where they run in the background, whose shell ignores SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
def page_of_everything() -> str:
    return html.render(full(MISSED), {"src/dao.py": SOURCE})


@pytest.fixture(scope="module")
def large() -> str:
    """Two hundred tests, seven hundred mutants in sixty functions."""
    tests = some_tests(200)
    mutants: list[Judged] = []
    for number in range(700):
        covering = tuple(sorted({(number * step) % 200 for step in range(1, 9)}))
        verdict = "survived" if number % 20 == 0 else "killed"
        by = "" if number % 20 == 0 else tests[covering[0]].name
        planted = mutant(number, line=number % 400 + 1, scope=f"Class{number % 6}.method_{number % 60}")
        mutants.append(judged(0, verdict, mutant=planted, by=by, covering=covering))
    source = "".join(f"    value = {number}\n" for number in range(400))
    return html.render(report(*mutants, tests=tests), {"src/dao.py": source})
