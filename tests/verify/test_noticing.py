"""Verdicts on bugs planted by hand: every kind of code, in forks and in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from async_testing.mutants.making import Mutant
from async_testing.verifying.model import Judged

from tests.verify.planting import bug, snapshot, verdicts, write

SHOP = '''\
"""A shop."""

import functools
import os

LIMIT = 3


def counted(function):
    """Count calls."""
    limit = 10

    @functools.wraps(function)
    def wrapper(*arguments):
        wrapper.calls += 1
        return function(*arguments)

    wrapper.calls = 0
    wrapper.limit = limit
    return wrapper


def total(prices, start=0):
    """Add up."""
    result = start
    for price in prices:
        result += price
    return result


@counted
def label(name):
    """Return what is printed."""
    kind: str = "plain"
    return name.strip() + kind[:0]


class Basket:
    """What is bought."""

    most = 5

    def __init__(self):
        self.items = []

    def add(self, item):
        """Add one."""
        self.items.append(item)
        return self

    def count(self):
        return (lambda items: len(items))(self.items)


class Bag(Basket):
    def add(self, item):
        return super().add(item)


def unused():
    return "never"


def countdown(number):
    while number > 0:
        number -= 1
    return number


@functools.lru_cache
def rate(country):
    return {"de": 19}[country]


def each(items):
    for item in items:
        yield item


def opened():
    return "open"
'''

LATER = '''\
"""Imported by a test only."""

FACTOR = 2


def doubled(number):
    return number * FACTOR
'''

TESTS = """\
import inspect

import pytest

from app import shop
from app.shop import LIMIT, Bag, Basket, countdown, each, label, rate, total


@pytest.fixture(scope="session")
def shop_is():
    return shop.opened()


def test_total():
    assert total([1, 2]) == 3


def test_limit():
    assert LIMIT == 3 and Basket.most == 5


def test_label():
    label("a")


def test_label_is_counted():
    before = label.calls
    assert label(" b ") == "b"
    assert (label.calls, label.limit) == (before + 1, 10)


def test_baskets():
    assert Basket().add(1).count() == 1
    assert Bag().add(1).items == [1]


def test_countdown():
    assert countdown(3) == 0


def test_rate_is_known():
    rate("de")


def test_rate():
    assert rate("de") == 19


def test_each():
    assert inspect.isgeneratorfunction(each)
    assert [*each([1])] == [1]


def test_looks_as_written():
    assert str(inspect.signature(total)) == "(prices, start=0)"
    assert "result += price" in inspect.getsource(total)


def test_it_is_open(shop_is):
    pass


def test_what_is_open(shop_is):
    assert shop_is == "open"


def test_later():
    from app.later import doubled

    assert doubled(2) == 4
"""


class Case(NamedTuple):
    """A bug and what is to be said of it."""

    before: str
    after: str
    verdict: str
    kind: str
    by: str = ""
    path: str = "app/shop.py"


CASES = [
    Case("result += price", "result -= price", "killed", "body", "test_total"),
    Case("wrapper.calls += 1", "wrapper.calls += 2", "killed", "body", "test_label_is_counted"),
    Case("limit = 10", "limit = 11", "killed", "import", "test_label_is_counted"),
    Case("LIMIT = 3", "LIMIT = 4", "killed", "import", "test_limit"),
    Case("most = 5", "most = 6", "killed", "import", "test_limit"),
    Case("start=0", "start=1", "killed", "import", "test_total"),
    Case("@counted\n", "", "killed", "import", "test_label_is_counted"),
    Case('"plain"', '"pl" + "ain"', "equivalent", ""),
    Case("kind: str", "kind: int", "equivalent", ""),
    Case("kind[:0]", "kind[:1]", "killed", "body", "test_label_is_counted"),
    Case("self.items.append(item)", "pass", "killed", "body", "test_baskets"),
    Case("return super().add(item)", "return self", "killed", "import", "test_baskets"),
    Case("len(items)", "len(items) + 1", "killed", "body", "test_baskets"),
    Case('return "never"', 'return "ever"', "untested", ""),
    Case("number -= 1", "number -= 0", "timeout", "body", "test_countdown"),
    Case("number > 0", "os._exit(3)", "killed", "body", "test_countdown"),
    Case("return number\n", "return os.kill(os.getpid(), 9)\n", "killed", "body", "test_countdown"),
    Case('{"de": 19}', '{"de": 16}', "killed", "body", "test_rate"),
    Case("yield item", "return [item]", "killed", "import", "test_each"),
    Case('return "open"', 'return "closed"', "killed", "body", "test_what_is_open"),
    Case("import functools\n", "import functools, nonsense\n", "killed", "import", "test_shop.py"),
    Case("FACTOR = 2", "FACTOR = 3", "killed", "import", "test_later", "app/later.py"),
    Case("number * FACTOR", "number / FACTOR", "killed", "import", "test_later", "app/later.py"),
    Case("self.items = []", "self.items = list()", "survived", "body"),
]

ALONE = [CASES[number] for number in (0, 3, 7, 10, 13, 14, 15, 20, 21, 23)]


def shop(folder: Path) -> Path:
    return write(folder, {"app/shop.py": SHOP, "app/later.py": LATER, "test_shop.py": TESTS})


def planted(root: Path, cases: list[Case]) -> list[Mutant]:
    return [bug(root, case.path, case.before, case.after) for case in cases]


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Judged]]:
    """All cases, two at a time, after which the project is as it was."""
    root = shop(tmp_path_factory.mktemp("forked"))
    before = snapshot(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        yield verdicts(root, planted(root, CASES), jobs=2)
    assert snapshot(root) == before


@pytest.mark.parametrize("case", CASES, ids=[f"{case.before}->{case.after}".strip() for case in CASES])
def test_a_bug_is_judged(forked: dict[str, Judged], case: Case) -> None:
    found = forked[case.after]
    assert (found.verdict, found.kind, found.by.rpartition("::")[2]) == (case.verdict, case.kind, case.by), (
        found
    )


def test_what_is_told_of_a_survivor(forked: dict[str, Judged]) -> None:
    found = forked["self.items = list()"]
    assert found.closest == "test_shop.py::test_baskets"
    assert (found.tests, found.covering) == (13, (4,))


def test_what_ended_the_process_is_told(forked: dict[str, Judged]) -> None:
    assert forked["os._exit(3)"].reason == "the process ended with 3"
    assert "nonsense" in forked["import functools, nonsense\n"].reason


def test_without_forks_the_verdicts_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    root = shop(tmp_path)
    found = verdicts(root, planted(root, ALONE), force_spawn=True, jobs=2)
    assert {case.after: found[case.after].verdict for case in ALONE} == {
        case.after: case.verdict for case in ALONE
    }
    assert {one.kind for one in found.values() if one.verdict == "killed"} == {"file"}
