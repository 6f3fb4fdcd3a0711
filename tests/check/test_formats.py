"""What is printed: sized for an agent, or whole for a program."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest
from async_testing import reports
from async_testing.formats import MACHINES, text

from tests.check.conftest import Folder, Saved, saving

SCHEMA = json.loads((Path(__file__).parent / "sarif.json").read_text(encoding="utf-8"))
ODD = "tests/test_ö, 100%: x.py"


@pytest.fixture
def odd(saved: Saved) -> Folder:
    """A finding in a file with an odd name, and one in a file that does not parse."""
    folder = saved('save("Ann")', "x = 1  # async-testing: ignore[AT103]", path=ODD)
    folder.write("tests/test_broken.py", "def (:\n")
    return folder


def test_full_explains_a_rule_once(saved: Saved) -> None:
    done = saved('save("Ann")', "if x:\tsave(  # é")  # a tab, and no end
    done.write("tests/test_save.py", saving('save("Ann")', '\tsave("é", "b")  # c'.strip()))
    assert done.check().lines == [
        "tests/test_save.py:10:5: AT103 unawaited-call save(...) makes a coroutine that nobody awaits [unsafe fix]",
        '  10 | save("Ann")',
        "     | ^^^^^^^^^^^",
        "  why: A coroutine is made by a call and dropped: nothing of it ever runs.",
        "  instead: await save(...)",
        "tests/test_save.py:11:5: AT103 unawaited-call save(...) makes a coroutine that nobody awaits [unsafe fix]",
        '  11 | save("é", "b")  # c',
        "     | ^^^^^^^^^^^^^^",
        "  instead: await save(...)",
        "2 findings (2 errors) in 1 of 1 file; --unsafe-fixes mends 2",
        "next: python check.py --explain AT103",
    ]


def test_a_long_line_and_one_that_cannot_be_printed(saved: Saved) -> None:
    done = saved(f'save("\x1b[31m{"x" * 200}")').check()
    assert "\x1b" not in done.out
    assert max(map(len, done.lines)) < 120


@pytest.mark.parametrize("name", ["full", "concise"])
@pytest.mark.parametrize("number", [3, 8, 24, 30, 500])
def test_text_is_sized(name: str, number: int, saved: Saved) -> None:
    folder = saved(*['save("Ann")'] * number)
    done = folder.check("--output-format", name)
    assert len(done.lines) <= 25
    assert len(done.out.encode()) <= 2000
    assert done.lines[-1].startswith("next: ")
    assert done.lines[-2].startswith(f"{number} findings ({number} errors)")
    shown = sum(line.startswith("tests/") for line in done.lines)
    left = int(found[1]) if (found := re.search(r"… (\d+) more: --all shows them", done.out)) else 0
    assert shown + left == number
    assert shown >= min(number, 10)
    whole = folder.check("--output-format", name, "--all")
    assert sum(line.startswith("tests/") for line in whole.lines) == number


def test_the_sizes_are_those_of_the_other_scripts() -> None:
    assert (text.LINES, text.BYTES) == (reports.LINES, reports.BYTES)


def test_the_most_important_come_first(odd: Folder) -> None:
    lines = odd.check("--output-format", "concise").lines
    assert [line.split(": ")[-1].split()[0] if ODD in line else "AT000" for line in lines[:3]] != []
    assert [re.findall(r"AT\d{3}", line)[0] for line in lines[:3]] == ["AT000", "AT103", "AT002"]


def test_concise_is_one_line_each(odd: Folder) -> None:
    line = odd.check("--output-format", "concise", ODD).lines[0]
    assert (
        line
        == f"{ODD}:10:5: AT103 unawaited-call save(...) makes a coroutine that nobody awaits [unsafe fix]"
    )


def test_json_is_an_array_of_objects(odd: Folder) -> None:
    done = odd.json()
    assert done.err == ""
    assert done.found == [("AT000", 1), ("AT103", 10), ("AT002", 11)]
    first = done.data[1]
    assert list(first) == [
        "code",
        "name",
        "severity",
        "path",
        "line",
        "column",
        "end_line",
        "message",
        "instead",
        "fix",
    ]
    assert (first["path"], first["column"], first["end_line"]) == (ODD, 5, 10)
    assert first["fix"]["safe"] is False


def test_github_commands_are_escaped(odd: Folder) -> None:
    lines = odd.check("--output-format", "github").lines
    assert lines[1] == (
        "::error title=AT103 unawaited-call,file=tests/test_ö%2C 100%25%3A x.py,line=10,col=5,endLine=10"
        "::save(...) makes a coroutine that nobody awaits; instead: await save(...)"
    )
    assert [line.split()[0] for line in lines] == ["::error", "::error", "::warning"]


def test_gitlab_has_its_fields_and_fingerprints_that_survive_moved_lines(odd: Folder) -> None:
    before = odd.check("--output-format", "gitlab").data
    assert [one["severity"] for one in before] == ["blocker", "major", "minor"]
    assert before[1]["location"] == {"path": ODD, "lines": {"begin": 10, "end": 10}}
    assert len({one["fingerprint"] for one in before}) == 3
    odd.write(ODD, b"# moved\n" + odd.read(ODD))
    after = odd.check("--output-format", "gitlab").data
    assert [one["fingerprint"] for one in after] == [one["fingerprint"] for one in before]


def sarif(folder: Folder) -> dict[str, Any]:
    report: dict[str, Any] = folder.check("--output-format", "sarif").data
    jsonschema.validate(report, SCHEMA)
    return report


def test_sarif_is_valid_and_complete(odd: Folder) -> None:
    run = sarif(odd)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["AT002", "AT103"]
    assert "## Why is this bad" in rules[1]["help"]["text"]
    first = run["results"][0]
    assert rules[first["ruleIndex"]]["id"] == first["ruleId"] == "AT103"
    place = first["locations"][0]["physicalLocation"]
    assert unquote(place["artifactLocation"]["uri"]) == ODD
    assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert place["region"] == {"startLine": 10, "startColumn": 5, "endLine": 10}
    assert first["partialFingerprints"].keys() == {"asyncTestingFinding/v1"}
    invocation = run["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert len(invocation["toolExecutionNotifications"]) == 1


def test_sarif_of_nothing_is_valid(saved: Saved) -> None:
    run = sarif(saved('await save("Ann")'))["runs"][0]
    assert (run["results"], run["invocations"][0]["executionSuccessful"]) == ([], True)


def test_junit_can_be_read(odd: Folder) -> None:
    odd.write("tests/test_control.py", saving('save("\x01<&\\"")'))
    root = ElementTree.fromstring(odd.check("--output-format", "junit").out)
    assert root.attrib == {"name": "async-testing check", "tests": "4", "failures": "3", "errors": "1"}
    cases = root.findall("testsuite/testcase")
    assert {case.attrib["classname"] for case in cases} == {
        ODD,
        "tests/test_broken.py",
        "tests/test_control.py",
    }
    assert sorted(case[0].tag for case in cases) == ["error", "failure", "failure", "failure"]


def test_junit_of_nothing_has_a_passed_case(saved: Saved) -> None:
    root = ElementTree.fromstring(saved('await save("Ann")').check("--output-format", "junit").out)
    assert [len(case) for case in root.findall("testsuite/testcase")] == [0]


@pytest.mark.parametrize("name", MACHINES)
def test_a_program_gets_all_and_nothing_else(name: str, saved: Saved) -> None:
    folder = saved(*['save("Ann")'] * 300)
    done = folder.check("--output-format", name)
    assert (done.code, done.err) == (1, "")
    assert done.out.count("unawaited-call") >= 300 or name == "sarif"
    assert "next: " not in done.out
    assert folder.check("--output-format", name, "--fix").out == done.out


@pytest.mark.parametrize("name", ["concise", *MACHINES])
def test_a_report_in_a_file_is_whole(name: str, saved: Saved) -> None:
    folder = saved(*['save("Ann")'] * 60)
    done = folder.check("--output-format", name, "--output-file", "report.txt")
    assert (done.code, done.err) == (1, "")
    assert done.lines == ([] if name in MACHINES else done.lines[-2:])
    assert folder.read("report.txt").decode().count("\n") >= 60


def test_paths_are_as_seen_from_the_working_folder(saved: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = saved('save("Ann")')
    folder.write("tests/deep/x", "")
    monkeypatch.chdir(folder.root / "tests")
    assert folder.json("test_save.py").data[0]["path"] == "test_save.py"
    monkeypatch.chdir(folder.root / "tests/deep")
    assert folder.json("..").data[0]["path"] == "../test_save.py"
    monkeypatch.chdir(folder.root.parent)
    assert folder.json("project").data[0]["path"] == "project/tests/test_save.py"


def test_statistics(odd: Folder) -> None:
    assert odd.check("--statistics").lines[:3] == [
        "1  AT000 not-judged",
        "1  AT002 unused-suppression  [fix]",
        "1  AT103 unawaited-call  [fix]",
    ]
    assert odd.json("--statistics").data[1] == {
        "count": 1,
        "code": "AT002",
        "name": "unused-suppression",
        "fixable": True,
    }


@pytest.mark.parametrize("flag", ["--checklist", "--checklist=seed"])
def test_the_checklist_is_reported_in_size(flag: str, saved: Saved) -> None:
    folder = saved('save("Ann")')
    done = folder.check(flag, "tests")
    assert len(done.lines) <= 25
    assert len(done.out.encode()) <= 2000
    assert re.search(r"^checklist: \d+ passed, \d+ failed, \d+ unassessed$", done.out, re.MULTILINE)
    assert len(folder.check(flag, "tests", "--all").lines) > 30
