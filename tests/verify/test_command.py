"""verify.py as its users call it: what is asked, what is told, and the exit code."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.verify.commanding import Shop


def test_everything_is_asked_and_passes(shop: Shop) -> None:
    before = shop.files()
    done = shop.told("tests/test_shop.py", "--module", "src/shop.py", "--budget", "0")
    assert done.states == {"green": "passed", "steady": "passed", "complete": "passed", "noticed": "passed"}
    assert done.code == 0
    assert done.data["modules"] == ["src/shop.py"]
    assert done.data["arguments"] == ["tests/test_shop.py"]
    assert done.data["interpreter"] == str(Path(sys.executable).absolute())
    assert {one["outcome"] for one in done.data["tests"]} == {"passed"}
    assert {one["verdict"] for one in done.data["mutants"]} <= {"killed", "timeout", "equivalent"}
    assert shop.files() == before


def test_a_bug_that_no_test_notices_is_told_with_its_line(shop: Shop) -> None:
    shop.change(
        "tests/test_shop.py", "assert total([10, 20], discount) == expected", "total([10, 20], discount)"
    )
    done = shop.verify("tests/test_shop.py", "--only", "mutants", "--no-cache")
    lines = done.out.splitlines()
    assert done.code == 1
    assert re.fullmatch(r"FAIL noticed: \d+ of \d+ mutants noticed \(.*", lines[1])
    assert any(one.startswith("src/shop.py:") and " survived: `" in one for one in lines)
    assert any(one.startswith("    to notice: ") for one in lines)
    assert len(lines) <= 25
    assert len(done.out.encode()) <= 2001
    assert lines[-1].startswith("next: have a test notice src/shop.py:")


def test_all_prints_every_survivor(shop: Shop) -> None:
    shop.change(
        "tests/test_shop.py", "assert total([10, 20], discount) == expected", "total([10, 20], discount)"
    )
    arguments = ["tests/test_shop.py", "--only", "mutants"]
    told = shop.told(*arguments)
    survived = [one for one in told.data["mutants"] if one["verdict"] == "survived"]
    whole = shop.verify(*arguments, "--all")
    assert whole.out.count(" survived: `") == len(survived)


def test_what_fails_anyway_is_told_first(shop: Shop) -> None:
    shop.change("src/shop.py", "result -= 1", "result -= 2")
    done = shop.verify("tests/test_shop.py", "--only", "complete", "--no-cache")
    lines = done.out.splitlines()
    assert done.code == 1
    assert lines[1].startswith("FAIL green: 3 passed, 1 failed")
    assert "tests/test_shop.py::test_total[True-29]: assert 28 == 29" in done.out
    assert lines[-1].startswith("next: ")
    assert "-m pytest" in lines[-1]


@pytest.mark.parametrize(
    ("text", "state", "code", "told"),
    [
        pytest.param("def test_x(:\n", "failed", 1, "cannot be collected", id="no Python"),
        pytest.param("import nowhere\n", "failed", 1, "No module named 'nowhere'", id="an import that fails"),
        pytest.param("VALUE = 1\n", "unassessed", 2, "no test was collected", id="no test"),
        pytest.param(
            "import pytest\n\ndef test_x():\n    pytest.skip('no')\n",
            "unassessed",
            2,
            "1 skipped",
            id="only skipped",
        ),
        pytest.param(
            "import os\n\ndef test_x():\n    os._exit(3)\n", "failed", 1, "exit code 3", id="ends itself"
        ),
    ],
)
def test_a_suite_that_does_not_run_has_a_clear_outcome(
    shop: Shop, text: str, state: str, code: int, told: str
) -> None:
    shop.write("tests/test_shop.py", text)
    done = shop.told("tests/test_shop.py", "--module", "src/shop.py", "--no-cache")
    assert done.code == code
    assert done.states == {
        "green": state,
        "steady": "unassessed",
        "complete": "unassessed",
        "noticed": "unassessed",
    }
    assert told in done.data["outcomes"][0]["evidence"]


def test_a_test_that_hangs_is_cut_off(shop: Shop) -> None:
    shop.write("tests/test_shop.py", "import time\n\ndef test_x():\n    time.sleep(600)\n")
    started = time.monotonic()
    done = shop.told("tests/test_shop.py", "--module", "src/shop.py", "--timeout", "9", "--no-cache")
    assert time.monotonic() - started < 90
    assert done.code == 1
    assert "did not end within 9 s in tests/test_shop.py::test_x" in done.data["outcomes"][0]["evidence"]


def test_a_mutant_that_hangs_costs_what_its_test_may_take(shop: Shop) -> None:
    """Not what setting up may take: that of a fork is over when the test begins."""
    shop.write("src/emptied.py", "def emptied(rows):\n    while rows:\n        rows.pop()\n    return rows\n")
    shop.write(
        "tests/test_emptied.py",
        "from src.emptied import emptied\n\ndef test_emptied():\n    assert emptied([1, 2]) == []\n",
    )
    started = time.monotonic()
    done = shop.told(
        *("tests/test_emptied.py", "--module", "src/emptied.py", "--only", "mutants"),
        *("--operators", "call-removed", "--no-cache"),
    )
    assert time.monotonic() - started < 30
    assert [one["verdict"] for one in done.data["mutants"]] == ["timeout"]


def test_only_what_is_asked_is_answered(shop: Shop) -> None:
    assert list(shop.told("tests", "--only", "steady", "--no-cache").states) == ["green", "steady"]


def test_orders_and_seeds_are_those_asked_for(shop: Shop) -> None:
    done = shop.told("tests", "--only", "steady", "--repeat", "2", "--seed", "71", "--no-cache")
    assert done.data["seeds"] == [71, 72]
    assert "seeds 71, 72" in done.data["outcomes"][1]["evidence"]


def test_operators_are_those_asked_for(shop: Shop) -> None:
    listed = shop.verify("--list-operators")
    names = [one.partition(":")[0] for one in listed.out.splitlines()]
    assert listed.code == 0
    assert len(names) > 50
    done = shop.told(
        "tests/test_shop.py", "--only", "mutants", "--operators", "condition*,return-*", "--no-cache"
    )
    planted = {one["mutant"]["operator"] for one in done.data["mutants"]}
    assert planted
    assert all(one.startswith(("condition", "return-")) for one in planted)


def test_what_time_does_not_suffice_for_is_not_judged(shop: Shop) -> None:
    shop.write(
        "tests/conftest.py",
        """
        import os
        import time

        import pytest

        COLLECTED_IN = os.getpid()


        @pytest.fixture(autouse=True)
        def slow_in_forks():
            if os.getpid() != COLLECTED_IN:
                time.sleep(1.5)
        """,
    )
    done = shop.told("tests/test_shop.py", "--only", "mutants", "--budget", "25", "-j", "1", "--no-cache")
    reasons = {one["reason"] for one in done.data["mutants"] if one["verdict"] == "unassessed"}
    assert reasons == {"not reached in 25 s; without --no-cache the next run would go on from here"}
    assert done.states == {"green": "passed", "noticed": "unassessed"}
    assert done.code == 2


def test_the_next_run_goes_on_from_there(shop: Shop) -> None:
    arguments = ["tests/test_shop.py", "--only", "mutants"]
    first = shop.told(*arguments, "--operators", "c*")
    again = shop.told(*arguments, "--operators", "c*")
    assert [one["verdict"] for one in again.data["mutants"]] == [
        one["verdict"] for one in first.data["mutants"]
    ]
    assert "answered from the cache" in again.data["notes"][-1]
    shop.change("src/shop.py", "result -= 1", "result -= 2")
    assert shop.told(*arguments, "--operators", "c*").states["green"] == "failed"


def test_nothing_is_kept_without_a_cache(shop: Shop) -> None:
    shop.told("tests/test_shop.py", "--only", "complete", "--no-cache")
    assert not list(shop.cache.rglob("verify-*"))
    shop.told("tests/test_shop.py", "--only", "complete")
    assert list(shop.cache.rglob("verify-*"))


def git(shop: Shop, *words: str) -> None:
    quiet = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *quiet, *words], cwd=shop.root, check=True, capture_output=True)


def test_since_looks_at_what_was_changed(shop: Shop) -> None:
    git(shop, "init", "-q")
    git(shop, "add", ".")
    git(shop, "commit", "-qm", "first")
    nothing = shop.verify("tests", "--since", "HEAD")
    assert (nothing.code, "nothing to verify" in nothing.out) == (0, True)
    shop.change("src/shop.py", "result -= 1", "result -= 1 if discount else 0")
    done = shop.told("tests", "--since", "HEAD", "--only", "complete,mutants")
    assert done.data["modules"] == ["src/shop.py"]
    assert {one["mutant"]["line"] for one in done.data["mutants"]} == {22}


def test_shards_are_joined(shop: Shop, tmp_path: Path) -> None:
    arguments = ["tests/test_shop.py", "--only", "mutants", "--no-cache"]
    files = [str(tmp_path / f"{number}.json") for number in (1, 2)]
    for number, file in enumerate(files, 1):
        written = ["--output-format", "json", "--output-file", file]
        shop.verify(*arguments, "--shard", f"{number}/2", *written)
    joined = shop.told("--combine", *files)
    whole = shop.told(*arguments)
    found = [
        {(one["mutant"]["fingerprint"], one["verdict"]) for one in report.data["mutants"]}
        for report in (joined, whole)
    ]
    assert found[0] == found[1]
    assert joined.code == whole.code == 0
    assert joined.data["notes"] == []


def test_spawned_processes_say_the_same(shop: Shop) -> None:
    arguments = ["tests/test_shop.py", "--only", "mutants", "--operators", "condition*", "--no-cache"]
    found = [
        {
            (one["mutant"]["fingerprint"], one["verdict"])
            for one in shop.told(*arguments, *more).data["mutants"]
        }
        for more in ([], ["--spawn"])
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("name", "begins"), [("junit", "<?xml"), ("html", "<!doctype html>"), ("stryker", "{")]
)
def test_other_formats_are_written(shop: Shop, tmp_path: Path, name: str, begins: str) -> None:
    file = tmp_path / "report"
    given = ["--output-format", name, "--output-file", str(file)]
    done = shop.verify(
        "tests/test_shop.py", "--only", "complete,mutants", "--operators", "condition*", *given
    )
    assert done.code == 0
    assert file.read_text().startswith(begins)
    assert "src/shop.py" in file.read_text()
    assert done.out.splitlines()[-1] == f"the whole report: {file}"


def test_arguments_of_pytest_are_passed_on(shop: Shop) -> None:
    done = shop.told(
        "tests", "--module", "src/shop.py", "--only", "complete", "--no-cache", "--", "-k", "fetch"
    )
    assert [one["name"].rpartition("::")[2] for one in done.data["tests"]] == [
        "test_fetch_gives_the_row",
        "test_fetch_of_nothing_is_not_found",
    ]


def test_the_project_is_found_from_the_tests(shop: Shop, tmp_path: Path) -> None:
    by_tests = shop.verify("shop/tests/test_shop.py", "--only", "complete", cwd=tmp_path)
    by_root = shop.verify("tests/test_shop.py", "--root", "shop", "--only", "complete", cwd=tmp_path)
    assert (by_tests.code, by_root.code) == (0, 0)


def test_the_interpreter_of_the_project_is_taken_and_named(shop: Shop) -> None:
    place = shop.root / ".venv" / "bin"
    place.mkdir(parents=True)
    (place / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (place / "python").chmod(0o755)
    done = shop.verify("tests/test_shop.py", "--only", "complete")
    assert str(place / "python") in done.out.splitlines()[0]


def test_why_forks_are_not_used_is_said(shop: Shop) -> None:
    shop.write(
        "tests/conftest.py",
        "import threading\n\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n",
    )
    done = shop.told("tests/test_shop.py", "--only", "mutants", "--operators", "return-none", "--no-cache")
    assert done.data["mutants"]
    assert (
        "in processes of their own since 2 threads run when the tests are collected"
        in (done.data["outcomes"][-1]["evidence"])
    )
