"""verify.py where there is much to do: in parts, in time, on changed lines, and not twice."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from async_testing.verifying import state
from async_testing.verifying.cache import Cache
from async_testing.verifying.clean import clean_run
from async_testing.verifying.launching import Target
from async_testing.verifying.model import Judged, Outcome
from async_testing.verifying.planting import Bugs
from async_testing.verifying.proof import Wishes

from tests.verify import made
from tests.verify.commanding import SCRIPT, SHOP, Shop

MUTANTS = ("tests/test_shop.py", "--module", "src/shop.py", "--only", "mutants", "-j", "1")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Its tests do not look at the total of a list, so that some bugs survive."""
    made = Shop(tmp_path)
    made.change(
        "tests/test_shop.py", "total([10, 20], discount) == expected", "total([], discount) <= expected"
    )
    return made


def verdicts(report: Any) -> dict[str, str]:
    return {one["mutant"]["fingerprint"]: one["verdict"] for one in report["mutants"]}


def noticed(report: Any) -> str:
    return next(one["evidence"] for one in report["outcomes"] if one["check"] == "noticed")


def started(shop: Shop, arguments: Sequence[str], cache: str) -> subprocess.Popen[bytes]:
    environment = {"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(shop.root.parent / cache)}
    return subprocess.Popen(
        [sys.executable, SCRIPT, *arguments],
        cwd=shop.root,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_two_shards_as_two_processes_are_the_whole(shop: Shop, tmp_path: Path) -> None:
    files = [tmp_path / f"shard-{number}.json" for number in (1, 2)]
    children = [
        started(
            shop,
            [*MUTANTS, "--shard", f"{number}/2", "--output-format", "json", "--output-file", str(file)],
            f"machine {number}",
        )
        for number, file in enumerate(files, 1)
    ]
    assert {child.wait(200) for child in children} <= {0, 1}
    shards = [json.loads(file.read_text()) for file in files]
    assert all(shard["mutants"] and shard["elsewhere"] for shard in shards)
    joined = shop.told("--combine", *map(str, files))
    whole = shop.told(*MUTANTS, "--budget", "0")
    assert verdicts(joined.data) == verdicts(whole.data)
    assert noticed(joined.data) == noticed(whole.data)
    assert (joined.code, whole.code) == (1, 1)
    assert joined.data["shard"] == ""
    lacking = shop.told("--combine", str(files[1]))
    assert lacking.data["notes"][-1] == "shard 1/2 is missing"
    assert len(lacking.data["mutants"]) == len(whole.data["mutants"])


def test_what_cannot_be_joined(shop: Shop, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    for file, said in ((bad, "is no report of verify"), (tmp_path / "none.json", "cannot be read")):
        done = shop.verify("--combine", str(file))
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert said in done.err


class Steps:
    """How many mutants were to be judged."""

    def __init__(self) -> None:
        self.total = 0

    def stage(self, text: str) -> None:
        """Nothing to show."""

    def step(self, done: int, total: int) -> None:
        self.total = total


def test_what_was_not_reached_is_judged_the_next_time(shop: Shop, tmp_path: Path) -> None:
    target = Target(shop.root, sys.executable, ("tests/test_shop.py",))
    clean = clean_run(target, ("src/shop.py",), 100, lambda event: None)
    wishes = Wishes(("src/shop.py",), ("mutants",), 1, 1, (), 1, False, None, "", 5.0, 100, True, (), None)
    cache, now = Cache(shop.root, "python", (), tmp_path / "answers"), state.State("ground", {})
    steps = Steps()

    def judged(deadline: float | None, *operators: str) -> tuple[Outcome, tuple[Judged, ...]]:
        asked = wishes._replace(operators=operators)
        outcome, found, _ = Bugs(target, clean, asked, deadline, steps).judged(
            None, cache, now, lambda judged: False
        )
        report = made.report(*found, tests=clean.tests, outcomes=(outcome,))
        cache.store(now, operators, report)
        return outcome, found

    outcome, none = judged(time.monotonic())
    assert outcome.state == "unassessed"
    assert {one.reason for one in none} == {"not reached in 5 s; the next run goes on from here"}
    _, some = judged(None, "cond*", "ret*")
    assert 0 < len(some) < len(none)
    _, rest = judged(None)
    assert steps.total == len(none) - len(some)
    assert {one.mutant for one in rest} == {one.mutant for one in none}
    assert "unassessed" not in {one.verdict for one in rest}


def test_the_same_again_is_answered_from_the_cache(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    first = shop.told(*MUTANTS)
    again = shop.told(*MUTANTS)
    if "answered from the cache" not in str(again.data["notes"]):
        pytest.skip("the scripts were edited meanwhile")
    assert again.data["seconds"] < 1
    assert verdicts(again.data) == verdicts(first.data)
    assert again.code == first.code == 1
    fresh = shop.told(*MUTANTS, "--no-cache")
    assert fresh.data["notes"] == first.data["notes"]


def test_a_test_that_is_added_is_asked_of_the_survivors(shop: Shop) -> None:
    first = shop.told(*MUTANTS)
    survivors = [name for name, verdict in verdicts(first.data).items() if verdict == "survived"]
    assert survivors
    shop.write("tests/test_shop.py", (shop.root / "tests/test_shop.py").read_text() + ADDED)
    second = shop.told(*MUTANTS)
    found = verdicts(second.data)
    assert [name for name in survivors if found[name] != "killed"] == []
    assert set(found.values()) <= {"killed", "timeout", "equivalent"}


ADDED = """

def test_total_of_a_list():
    assert total([10, 20], False) == 30
    assert total([10, 20], True) == 29
    assert total([], False) == 0
"""


def test_only_changed_lines_since_a_commit(shop: Shop) -> None:
    def git(*arguments: str) -> None:
        names = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *names, *arguments], cwd=shop.root, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    nothing = shop.verify("tests/test_shop.py", "--since", "main", "--only", "mutants")
    assert nothing.code == 0
    shop.change("src/shop.py", "result -= 1", "result -= 1 * 1")
    line = next(at for at, text in enumerate(SHOP.splitlines(), 1) if "result -= 1" in text)
    done = shop.told("tests/test_shop.py", "--since", "main", "--only", "mutants")
    assert {one["mutant"]["line"] for one in done.data["mutants"]} == {line}
    git("commit", "-q", "-a", "-m", "second")
    shop.change("src/shop.py", "return row", "return (row)")
    later = shop.told("tests/test_shop.py", "--since", "HEAD", "--only", "mutants")
    assert {one["mutant"]["line"] for one in later.data["mutants"]}.isdisjoint({line})
    done = shop.verify("tests/test_shop.py", "--since", "nowhere")
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_another_base_is_another_question(shop: Shop) -> None:
    """The same files and the same words, but the branch has moved: what it says of then does not hold."""

    def git(*arguments: str) -> None:
        names = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *names, *arguments], cwd=shop.root, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    git("switch", "-q", "-c", "branch")
    shop.change("src/shop.py", "return row", "return (row)")
    shop.change("tests/test_shop.py", "assert caught.value.args", "assert caught.value.args[:]")
    question = ("tests/test_shop.py", "--since", "main", "--only", "mutants")
    before = shop.told(*question)
    assert before.data["mutants"]
    git("commit", "-q", "-a", "-m", "second")
    git("branch", "-f", "main")
    after = shop.told(*question)
    assert after.data["mutants"] == []


def test_files_that_matter_are_those_that_a_run_can_see(shop: Shop) -> None:
    known = state.state_of(shop.root, sys.executable, ["tests/test_shop.py"])
    assert known is not None
    assert set(known.tests) == {
        "tests/test_shop.py",
        "tests/test_shop.py::test_fetch_gives_the_row",
        "tests/test_shop.py::test_fetch_of_nothing_is_not_found",
        "tests/test_shop.py::test_total",
    }
