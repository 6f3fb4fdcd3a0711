"""Tests that depend on others, on chance, or on company."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from async_testing.verifying.model import Instability, Outcome

from tests.verify.suites import snapshot, steadied, written

BARE = {"environment": {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}}
"""Starts faster, where no plugin is needed."""
SHOP = {"shop.py": "stock = {'apple': 3}\nbought = []\n"}
EMPTIED = """
import shop


def test_full():
    assert shop.stock["apple"] == 3


def test_a():
    pass


def test_b():
    pass


def test_empty():
    shop.stock.clear()
"""
COMPANY = """
import shop


def test_a():
    pass


def test_buys():
    shop.bought.append("apple")


def test_has_bought():
    assert shop.bought
"""
CHANCE = """
from pathlib import Path

import pytest

COUNT = Path(__file__).parents[2] / "count"


@pytest.fixture(scope="session")
def run():
    number = len(COUNT.read_text()) if COUNT.exists() else 0
    COUNT.write_text("x" * (number + 1))
    return number


def test_sometimes(run):
    assert run != 1
"""


def _shows(command: str, root: Path) -> str:
    """What a plain pytest says of a command, with a plugin of the user's that arranges tests."""
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "pytest"]
    done = subprocess.run(
        [sys.executable, *words[1:], "-q", "-p", "no:cacheprovider"],
        cwd=root,
        capture_output=True,
        text=True,
        env={"PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"},
    )
    return done.stdout


class Told(NamedTuple):
    """What became of the project."""

    root: Path
    outcome: Outcome
    found: tuple[Instability, ...]
    is_same: bool

    def only(self, kind: str) -> Instability:
        (one,) = (each for each in self.found if each.kind == kind)
        return one


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What is said of a project that has one of each."""
    folder = tmp_path_factory.mktemp("unsteady") / "project"
    files = {"test_stock.py": EMPTIED, "test_company.py": COMPANY, "test_chance.py": CHANCE}
    root = written(folder, {**SHOP, **{f"tests/{name}": text for name, text in files.items()}})
    before = snapshot(root)
    outcome, found = steadied(root, "tests")
    return Told(root, outcome, found, snapshot(root) == before)


def test_a_dependence_is_narrowed_to_the_pair(told: Told) -> None:
    one = told.only("order")
    assert (one.test, one.after) == ("tests/test_stock.py::test_full", "tests/test_stock.py::test_empty")
    assert "KeyError: 'apple'" in one.message


def test_the_command_of_a_pair_shows_it_without_us(told: Told) -> None:
    assert "1 failed, 1 passed" in _shows(told.only("order").command, told.root)


def test_a_test_that_fails_alone_is_told_with_what_it_needs(told: Told) -> None:
    one = told.only("alone")
    assert one.test == "tests/test_company.py::test_has_bought"
    assert "passes after tests/test_company.py::test_buys" in one.message
    assert "1 failed" in _shows(one.command, told.root)


def test_a_test_that_differs_from_run_to_run_is_told(told: Told) -> None:
    one = told.only("repeat")
    assert one.test == "tests/test_chance.py::test_sometimes"
    assert "assert 1 != 1" in one.message
    assert "passes when the same order runs again" in one.message


def test_the_outcome_counts_them_and_the_project_is_as_it_was(told: Told) -> None:
    assert told.outcome.state == "failed"
    assert told.outcome.evidence.startswith(
        "1 depends on the order, 1 fails alone, 1 differs from run to run"
    )
    assert told.is_same


def test_a_failure_in_a_fork_is_told_only_if_a_process_fails_as_well(tmp_path: Path) -> None:
    tests = """
        import os, shop
        shop.pid = os.getpid()

        def test_a():
            assert os.getpid() == shop.pid

        def test_b():
            pass
    """.replace("\n        ", "\n")
    outcome, found = steadied(written(tmp_path, {**SHOP, "test_it.py": tests}), repeat=0, **BARE)
    assert (outcome.state, found) == ("passed", ())


def test_orders_are_the_same_for_the_same_seeds(tmp_path: Path) -> None:
    writing = """
from pathlib import Path

import pytest


@pytest.fixture(params=range(2), scope="module")
def number(request):
    return request.param


@pytest.fixture(autouse=True)
def told(request):
    with (Path(__file__).parents[1] / "orders").open("a") as stream:
        stream.write(f"{request.node.name} ")


def test_a(number):
    pass


def test_b(number):
    pass


class TestOne:
    def test_c(self):
        pass

    def test_d(self):
        pass
"""
    (tmp_path / "project").mkdir()
    root = written(tmp_path / "project", {"test_it.py": writing})
    outcome, _ = steadied(root, repeat=3, seeds=(7, 7, 8), **BARE)
    assert "seeds 7, 7, 8" in outcome.evidence
    told = (tmp_path / "orders").read_text().split()
    orders = [tuple(told[start : start + 6]) for start in range(0, 30, 6)]
    blocks = orders[1]
    assert blocks == orders[3]
    assert len({*orders}) == 4
    assert orders[2][:2] == ("test_d", "test_c")
    assert abs(blocks.index("test_c") - blocks.index("test_d")) == 1
    for one in orders:
        numbers = [name[-2] for name in one if "[" in name]
        assert numbers in (["0", "0", "1", "1"], ["1", "1", "0", "0"])


def test_options_that_hide_tests_or_write_into_the_project_are_taken_back(tmp_path: Path) -> None:
    options = "-x -n 2 --dist loadfile --lf --junitxml=out.xml --cov=. --cov-report=xml --cov-report=html"
    ini = f"[pytest]\naddopts = {options}\nlog_file = log.txt\n"
    tests = "def test_a():\n    assert False\n\n\ndef test_b():\n    pass\n\n\ndef test_c():\n    pass\n"
    root = written(tmp_path, {"pytest.ini": ini, "test_it.py": tests})
    before = snapshot(root)
    outcome, found = steadied(root, repeat=0)
    assert (outcome.state, found) == ("passed", ())
    assert "2 tests in 1 of 1 orders" in outcome.evidence
    assert snapshot(root) == before


def test_what_the_budget_does_not_reach_is_said(tmp_path: Path) -> None:
    outcome, found = steadied(
        written(tmp_path, {"test_it.py": "def test_a():\n    pass\n"}), budget=0, **BARE
    )
    assert (outcome.state, found) == ("unassessed", ())
    assert "the budget reached 0 of 2 orders" in outcome.evidence


def test_a_suite_whose_collection_leaves_threads_is_run_alone_in_processes(tmp_path: Path) -> None:
    tests = """
import threading

threading.Thread(target=threading.Event().wait, daemon=True).start()


def test_a():
    pass


def test_b():
    pass
"""
    outcome, found = steadied(written(tmp_path, {"test_it.py": tests}), repeat=0, **BARE)
    assert (outcome.state, found) == ("passed", ())
    assert "2 alone" in outcome.evidence


def test_tests_that_fail_anyway_are_left_out_and_said(tmp_path: Path) -> None:
    tests = "def test_a():\n    assert False\n\n\ndef test_b():\n    pass\n"
    outcome, found = steadied(written(tmp_path, {"test_it.py": tests}), repeat=0, **BARE)
    assert (outcome.state, found) == ("passed", ())
    assert "1 left out since they fail anyway" in outcome.evidence
