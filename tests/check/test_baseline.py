"""A baseline hides what was there before, wherever it moves, and nothing else."""

from __future__ import annotations

import json

import pytest

from tests.check.conftest import Saved, saving

WRITE = ("--baseline", "known.json", "--write-baseline")
READ = ("--baseline", "known.json")


def test_written_then_hidden_then_told_when_mended(saved: Saved) -> None:
    folder = saved('save("Ann")', 'save("Bob")')
    written = folder.check(*WRITE)
    assert (written.code, written.lines[0]) == (0, "known.json lists 2 findings")
    hidden = folder.check(*READ)
    assert (hidden.code, hidden.lines[0]) == (0, "no findings in 1 file; 2 in known.json")
    saved('save("Ann")')
    told = folder.check(*READ)
    assert told.code == 0
    assert told.lines[0] == (
        "known.json lists what is not found any more: AT103 in tests/test_save.py (test_save_returns); "
        "--write-baseline takes it out"
    )
    assert folder.check(*WRITE).lines[0] == "known.json lists 1 finding"


def test_lines_may_move_and_a_new_finding_is_not_hidden(saved: Saved) -> None:
    folder = saved('save("Ann")')
    folder.check(*WRITE)
    folder.write("tests/test_save.py", "# new\n\n" + saving("x = 1", '  save("Ann")'.strip(), 'save("Bob")'))
    assert folder.json(*READ).found == [("AT103", 14)]


def test_the_same_line_again_is_a_new_finding(saved: Saved) -> None:
    folder = saved('save("Ann")')
    folder.check(*WRITE)
    saved('save("Ann")', 'save("Ann")')
    assert folder.json(*READ).found == [("AT103", 11)]


def test_another_function_another_file_another_line(saved: Saved) -> None:
    folder = saved('save("Ann")')
    folder.check(*WRITE)
    text = folder.read("tests/test_save.py").decode()
    folder.write("tests/test_other.py", text)
    folder.write("tests/test_save.py", text.replace("test_save_returns", "test_renamed"))
    assert len(folder.json(*READ).data) == 2


def test_the_file_is_stable_and_readable(saved: Saved) -> None:
    folder = saved('save("Bob")', 'save("Ann")')
    saved('save("Ann")', path="tests/test_a.py")
    folder.check(*WRITE)
    first = folder.read("known.json")
    folder.check(*WRITE)
    assert folder.read("known.json") == first
    entries = json.loads(first)["findings"]
    assert [(one["path"], one["source"]) for one in entries] == [
        ("tests/test_a.py", 'save("Ann")'),
        ("tests/test_save.py", 'save("Ann")'),
        ("tests/test_save.py", 'save("Bob")'),
    ]
    assert entries[0]["in"] == "test_save_returns"
    assert first.count(b"\n") == 8


def test_what_a_run_does_not_look_at_stays_in_the_file(saved: Saved) -> None:
    folder = saved('save("Ann")')
    saved('save("Ann")', path="tests/test_other.py")
    folder.check(*WRITE)
    assert folder.check(*WRITE, "tests/test_other.py").lines[0] == "known.json lists 2 findings"
    assert folder.check(*WRITE, "--select", "AT105").lines[0] == "known.json lists 2 findings"
    assert folder.check(*READ, "--select", "AT105").lines[0] == "no findings in 2 files"
    (folder.root / "tests/test_other.py").unlink()
    assert "what is not found any more" in folder.check(*READ).out
    assert folder.check(*WRITE).lines[0] == "known.json lists 1 finding"


def test_a_report_for_programs_holds_only_the_new(saved: Saved) -> None:
    folder = saved('save("Ann")')
    done = folder.json(*WRITE)
    assert (done.code, done.data) == (0, [])
    assert folder.json(*READ).data == []


def test_a_file_that_cannot_be_judged_is_not_hidden(saved: Saved) -> None:
    folder = saved('save("Ann")')
    folder.write("tests/test_broken.py", "(")
    assert folder.check(*WRITE).code == 2
    assert folder.json(*READ).found == [("AT000", 1)]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"version": 2, "findings": []}', '{"version": 1, "findings": [1]}']
)
def test_what_is_no_baseline_is_one_line(content: str, saved: Saved) -> None:
    folder = saved('save("Ann")')
    folder.write("known.json", content)
    done = folder.check(*READ)
    assert (done.code, done.out) == (2, "")
    assert (
        done.err == "check.py: known.json is no baseline of check.py: write it anew with --write-baseline\n"
    )


def test_a_baseline_that_is_missing(saved: Saved) -> None:
    done = saved('save("Ann")').check(*READ)
    assert (done.code, done.err) == (
        2,
        "check.py: known.json does not exist: add --write-baseline to write it\n",
    )
