"""A run that was cut or interrupted is gone on with, and is no answer to the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from async_testing.verifying.model import Outcome
from async_testing.verifying.planting import kept_on_the_way

from tests.verify.caching import QUESTION, Project
from tests.verify.commanding import SCRIPT, Shop
from tests.verify.made import judged
from tests.verify.test_scale_cache import project as project  # a fixture

SLOW = """
import time

import pytest

from src.shop import total


@pytest.mark.parametrize("prices", [[1], [2, 3], [4, 5, 6]])
def test_total(prices):
    time.sleep(0.4)
    assert total(prices, True) == sum(prices) - 1
"""


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_failed_answer_that_was_cut_is_asked_again(project: Project) -> None:
    cut = Outcome("noticed", "failed", "1 of 2 mutants noticed, 1 not judged", is_cut=True)
    project.store(judged(1, "survived"), judged(2, "unassessed"), outcomes=(cut,))
    assert project.cache.report(project.state, QUESTION) is None
    assert project.known() == [1]


def test_what_is_edited_and_undone_is_known_again(project: Project) -> None:
    project.store(judged(1), judged(2, "survived"))
    project.replace("src/dao.py", "LIMIT = 3", "LIMIT = 4")
    assert project.known() == []
    project.store(judged(3))
    assert project.known() == [3]
    project.replace("src/dao.py", "LIMIT = 4", "LIMIT = 3")
    assert project.known() == [1, 2]


def test_a_larger_budget_looks_at_orders_that_a_small_one_did_not_reach(shop: Shop) -> None:
    shop.write("tests/test_shop.py", SLOW.replace("0.4", "0.2"))
    steady = ("tests/test_shop.py", "--only", "steady")
    short = shop.told(*steady, "--budget", "3")
    assert short.states["steady"] == "unassessed" or "as far as the time reached" in short.out
    long = shop.told(*steady, "--budget", "100")
    assert long.states["steady"] == "passed"
    assert "4 of 4 orders" in long.out
    assert "as far as the time reached" not in long.out


def test_what_was_judged_before_an_interruption_is_kept(shop: Shop, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    shop.write("tests/test_shop.py", SLOW.replace("time.sleep(0.4)", f"open({str(runs)!r}, 'a').write('x')"))
    shop.change("tests/test_shop.py", "assert", "time.sleep(0.3); assert")
    asked = ["tests/test_shop.py", "--module", "src/shop.py", "--only", "mutants", "-j", "1", "--budget", "0"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(shop.cache)}
    command = [sys.executable, str(SCRIPT), *asked]
    with subprocess.Popen(
        command, cwd=shop.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        while running.poll() is None and not (runs.is_file() and runs.stat().st_size > 9):
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "bugs is kept, the same command goes on from there" in said.splitlines()[-1]
    (kept,) = shop.cache.rglob("verify-verdicts-*")
    assert b'"verdict":"' in kept.read_bytes()


def test_verdicts_are_kept_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 1.0, 11.0, 11.0, 12.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    kept: list[int] = []
    found = [
        *kept_on_the_way(iter([judged(1), judged(2), judged(3)]), lambda done: bool(kept.append(len(done))))
    ]
    assert len(found) == 3
    assert kept == [2]


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_run(shop: Shop) -> None:
    started = time.monotonic()
    done = shop.verify(
        "tests/test_shop.py", "--output-format", "json", "--output-file", "missing/report.json"
    )
    assert (done.code, done.err.strip()) == (2, "verify.py: missing: no such folder")
    assert not shop.cache.exists()
    assert time.monotonic() - started < 60


def test_a_report_has_the_mode_of_any_file(shop: Shop) -> None:
    done = shop.verify("tests/test_shop.py", "--only", "complete", "--output-file", "report.txt")
    assert done.code in (0, 1), done.err
    beside = shop.write("other.txt", "")
    assert (shop.root / "report.txt").stat().st_mode == beside.stat().st_mode
