"""Rules about the whole project are asked where all of its tests are checked, and only if they are asked for."""

from __future__ import annotations

import re

import pytest

from tests.check.conftest import Folder

ASKED = ("--select", "AT816", "--no-cache")
MODULE = """\
async def used() -> None: ...


async def keep() -> int:
    return 1


async def forget() -> int:
    return 2
"""
TEST = "from app.things import keep\n\n\nasync def test_keep() -> None:\n    assert await keep() == 1\n"


@pytest.fixture
def things(folder: Folder) -> Folder:
    """A project with a function that no test calls, in line 8."""
    folder.write("pyproject.toml", "[tool.pytest.ini_options]\n")
    folder.write("app/things.py", MODULE)
    folder.write("tests/test_things.py", TEST)
    return folder


@pytest.mark.parametrize("paths", [[], ["tests"], ["."], ["tests", "app"]])
def test_the_whole_suite_tells_what_it_leaves_out(things: Folder, paths: list[str]) -> None:
    done = things.json(*ASKED, *paths)
    assert (done.code, done.found) == (1, [("AT816", 8)])
    assert done.data[0]["path"] == "app/things.py"
    assert "forget" in done.data[0]["message"]


def test_a_part_of_the_suite_tells_nothing_of_modules(things: Folder) -> None:
    assert things.json(*ASKED, "tests/test_things.py").found == []


def test_the_rules_are_asked_by_the_checklist_and_not_by_default(things: Folder) -> None:
    assert things.json("--no-cache").found == []
    assert ("AT816", 8) in things.json("--no-cache", "--checklist").found


def test_a_comment_in_the_module_and_an_ignore_by_file_hide_a_finding(things: Folder) -> None:
    assert things.json(*ASKED, "--per-file-ignores", "app/**:AT816").found == []
    line = "async def forget() -> int:"
    hidden = f"{line}  # async-testing: ignore[untested-function] goes in May"
    things.write("app/things.py", MODULE.replace(line, hidden))
    assert things.json(*ASKED).found == []


def test_an_excluded_module_is_not_told_of_and_still_calls_others(things: Folder) -> None:
    things.write(
        "app/jobs.py", "from app.things import forget\n\n\nasync def nightly() -> None:\n    await forget()\n"
    )
    things.write(
        "tests/test_jobs.py",
        "from app.jobs import nightly\n\n\nasync def test_it() -> None:\n    await nightly()\n",
    )
    assert things.json(*ASKED, "--exclude", "app/jobs.py").found == []
    assert things.json(*ASKED, "--exclude", "app/things.py").found == []


def test_a_module_that_cannot_be_parsed_is_told_and_what_it_names_counts(things: Folder) -> None:
    things.write("app/broken.py", "def broken(:\n    forget()\n")
    things.write("app/empty.py", "")
    done = things.json(*ASKED)
    assert (done.code, done.found) == (2, [("AT000", 1)])
    assert "app/broken.py" in done.out


def test_a_file_that_is_module_and_test_keeps_the_findings_of_both(things: Folder) -> None:
    things.write("pyproject.toml", "[tool.pytest.ini_options]\npython_files = ['*.py']\n")
    things.write("app/things.py", f"{MODULE}\n\ndef test_keep() -> None:\n    assert (keep, 'kept')\n")
    found = things.json("--select", "AT816,AT5", "--no-cache", "tests", "app").found
    assert sorted(found) == [("AT511", 13), ("AT816", 8)]


def test_a_baseline_takes_findings_of_modules(things: Folder) -> None:
    assert things.check(*ASKED, "--baseline", "old.json", "--write-baseline").code == 0
    assert things.check(*ASKED, "--baseline", "old.json").code == 0


def test_modules_are_counted_beside_the_files_that_were_checked(things: Folder) -> None:
    said = next(
        line for line in things.check("--checklist").lines if " finding" in line and "warning" in line
    )
    assert "other" in said.partition(" in ")[2]
    checked = re.search(r"(\d+) of (\d+) file", said)
    assert checked is None or int(checked[1]) <= int(checked[2])
