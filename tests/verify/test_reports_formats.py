"""The report for programs: Stryker's JSON and JUnit's XML, each as its schema has it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from async_testing.verifying import counting
from async_testing.verifying.model import Gap, Instability, Outcome, Report, Statement
from async_testing.verifying.reports import junit, stryker

from tests.verify.made import judged, mutant, report, some_tests

SCHEMA = json.loads((Path(__file__).parent / "stryker.json").read_text(encoding="utf-8"))
SOURCE = "".join(f"    value = {number}\n" for number in range(1, 11))
VERDICTS = ("killed", "timeout", "survived", "untested", "equivalent", "unassessed")
HOSTILE = "<a> & \" ' ]]> \x00\x1b[31m \udcff \u202e\n"


def everything(word: str = "x") -> Report:
    """One mutant of each verdict, and something of every kind."""
    mutants = [
        judged(number, verdict, kind="import" if number == 2 else "body", reason=word if number == 6 else "")
        for number, verdict in enumerate(VERDICTS, 1)
    ]
    return report(
        *mutants,
        outcomes=(
            Outcome("green", "failed", f"1 test failed {word}", 0.4),
            Outcome("steady", "failed", "2 findings", 1234.5),
            Outcome("complete", "failed", "1 path"),
            counting.outcome(mutants, 2),
            Outcome("replayed", "unassessed", "no record"),
        ),
        tests=(
            *some_tests(2),
            some_tests(3)[2]._replace(outcome="failed", message=word),
            some_tests(4)[3]._replace(outcome="skipped"),
        ),
        instabilities=(
            Instability("order", f"tests/test_dao.py::{word}", word, word, (3, 5), f"pytest {word}"),
            Instability("leak", "tests/test_dao.py::test_1", word),
        ),
        statements=(
            Statement("rejected", word, f"SELECT {word}", word, "tests/test_dao.py", 7),
            Statement("unassessed", word, word, "tests/test_dao.py::test_1", "", 0),
        ),
        gaps=(Gap("src/dao.py", 7, 8, "DAO.find", f"{word} missing", "test_find_missing"),),
    )


def document(whole: Report, sources: Mapping[str, str]) -> Any:
    told = json.loads(stryker.render(whole, sources))
    jsonschema.validate(told, SCHEMA)
    return told


def mutants_of(whole: Report, sources: Mapping[str, str]) -> list[dict[str, Any]]:
    return [one for file in document(whole, sources)["files"].values() for one in file["mutants"]]


@pytest.mark.parametrize("word", ["x", HOSTILE, ""])
def test_stryker_is_as_the_schema_has_it(word: str) -> None:
    document(everything(word), {"src/dao.py": SOURCE})
    document(everything(word), {})
    document(report(), {"src/dao.py": ""})


def test_stryker_knows_every_verdict() -> None:
    found = mutants_of(everything(), {"src/dao.py": SOURCE})
    assert [one["status"] for one in found] == [
        "Killed",
        "Timeout",
        "Survived",
        "NoCoverage",
        "Ignored",
        "Pending",
    ]
    assert [one["static"] for one in found] == [False, True, False, False, False, False]
    assert found[5]["statusReason"] == "x"
    assert "statusReason" not in found[0]
    assert found[2]["description"] == "assert that value is 3"


def test_stryker_knows_who_ran_and_who_noticed() -> None:
    tests = some_tests(3)
    one = judged(1, by=tests[2].name, covering=(0, 2), tests=2, seconds=0.25)
    told = document(report(one, tests=tests), {"src/dao.py": SOURCE, "tests/test_dao.py": "text\n"})
    (found,) = told["files"]["src/dao.py"]["mutants"]
    assert (found["coveredBy"], found["killedBy"]) == (["0", "2"], ["2"])
    assert (found["testsCompleted"], found["duration"]) == (2, 250)
    file = told["testFiles"]["tests/test_dao.py"]
    assert file["source"] == "text\n"
    assert file["tests"][2] == {"id": "2", "name": "test_2", "location": {"start": {"line": 21, "column": 1}}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    value = 3", "    value = 4"),
        ("    value = 3", "    value = 30"),
        ("    value = 3", "    value"),
        ("    value = 3", "    other(value) = 3"),
        ("    value = 3\n    value = 4", "    value = 4"),
        ("    value = 3\n    value = 4", "    value = 3\n    value = 40"),
        ("    value = 3", "    value = value = 3"),
        ("    value = 3", "    pass\n    value = 3"),
        ("    value = 3", ""),
    ],
)
def test_stryker_replaces_exactly_what_differs(before: str, after: str) -> None:
    one = judged(3, mutant=mutant(3, before=before, after=after, end_line=3 + before.count("\n")))
    (found,) = mutants_of(report(one), {"src/dao.py": SOURCE})
    lines = SOURCE.splitlines(keepends=True)
    start, end = (
        sum(map(len, lines[: place["line"] - 1])) + place["column"] - 1
        for place in (found["location"]["start"], found["location"]["end"])
    )
    assert start < end
    assert SOURCE[:start] + found["replacement"] + SOURCE[end:] == SOURCE.replace(before, after, 1)


def test_stryker_marks_no_more_than_the_words_that_differ() -> None:
    one = judged(3, mutant=mutant(3, before="    value = 3", after="    valve = 3"))
    (found,) = mutants_of(report(one), {"src/dao.py": SOURCE})
    assert found["location"] == {"start": {"line": 3, "column": 5}, "end": {"line": 3, "column": 10}}
    assert found["replacement"] == "valve"


def test_stryker_of_a_source_that_is_another_by_now() -> None:
    (found,) = mutants_of(report(judged(3)), {"src/dao.py": "a\nb\nsomething else\n"})
    assert found["location"] == {"start": {"line": 3, "column": 1}, "end": {"line": 3, "column": 15}}
    assert found["replacement"] == "    value = 4"


# As Jenkins' schema for JUnit reports has it
SUMS = {"name", "tests", "failures", "errors", "time"}
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": (SUMS, {"testsuite"}),
    "testsuite": (SUMS | {"skipped"}, {"properties", "testcase"}),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time"}, {"failure", "error", "skipped"}),
    **dict.fromkeys(("failure", "error", "skipped"), ({"type", "message"}, set())),
}


def tree(whole: Report) -> ElementTree.Element:
    text = junit.render(whole, {})
    found = ElementTree.fromstring(text.encode())
    for element in found.iter():
        attributes, children = ALLOWED[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children
        assert "time" not in attributes or re.fullmatch(r"\d+\.\d{3}", element.get("time", ""))
    for element in (found, *found.iter("testsuite")):
        cases = list(element.iter("testcase"))
        assert int(element.get("tests", "")) == len(cases)
        for name in ("failures", "errors", "skipped"):
            kind = name.removesuffix("s")
            if name in element.attrib:
                assert int(element.get(name, "")) == sum(case.find(kind) is not None for case in cases)
    return found


@pytest.mark.parametrize("word", ["x", HOSTILE, ""])
def test_junit_is_as_the_schema_has_it(word: str) -> None:
    tree(everything(word))
    tree(report(outcomes=()))


def test_junit_has_a_suite_for_each_question() -> None:
    found = tree(everything())
    assert [one.get("name") for one in found] == ["green", "steady", "complete", "noticed", "replayed"]
    failures = {
        one.get("name"): (one.get("failures"), one.get("errors"), one.get("skipped")) for one in found
    }
    assert failures == {
        "green": ("2", "0", "1"),
        "steady": ("3", "0", "0"),
        "complete": ("2", "0", "0"),
        "noticed": ("3", "1", "1"),
        "replayed": ("1", "2", "0"),
    }


def test_junit_tells_where_a_survivor_is() -> None:
    (case,) = [
        one for one in tree(everything()).iter("testcase") if one.get("name", "").startswith("line 3, ")
    ]
    assert case.get("classname") == "src/dao.py"
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == (
        "src/dao.py:3: survived: sql-where; to notice it: assert that value is 3"
    )
    assert failure.text == "src/dao.py:3\n-     value = 3\n+     value = 4"


def test_junit_of_passed_questions_has_no_failures() -> None:
    passed = report(judged(1), outcomes=(counting.outcome([judged(1)]),))
    found = tree(passed)
    assert (found.get("tests"), found.get("failures"), found.get("errors")) == ("2", "0", "0")


def test_junit_of_a_gap_and_of_an_order() -> None:
    messages = [
        one.get("message")
        for one in tree(everything()).iter("failure")
        if one.get("type") in ("gap", "order")
    ]
    assert messages == ["after x: x", "src/dao.py:7: DAO.find: x missing"]
