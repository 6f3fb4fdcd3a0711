"""Which rules are asked: by code, prefix, name or ALL, in pyproject.toml and on the command line."""

from __future__ import annotations

import pytest
from async_testing.checking.selection import Known, Wishes, matches, select
from async_testing.finding import UsageError

from tests.check.conftest import Saved

RULES = [
    Known("AT101", "one", "stable"),
    Known("AT102", "two", "preview"),
    Known("AT201", "three", "stable"),
    Known("AT801", "four", "checklist"),
    Known("AT802", "five", "seed"),
]


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        ([Wishes()], "AT101 AT201"),
        ([Wishes(preview=True)], "AT101 AT102 AT201"),
        ([Wishes(checklist="own")], "AT101 AT201 AT801"),
        ([Wishes(checklist="seed")], "AT101 AT201 AT801 AT802"),
        ([Wishes(select=("ALL",))], "AT101 AT201"),
        ([Wishes(select=("AT1",))], "AT101"),
        ([Wishes(select=("AT1",), preview=True)], "AT101 AT102"),
        ([Wishes(select=("two",))], "AT102"),
        ([Wishes(select=("at102",))], "AT102"),
        ([Wishes(extend_select=("five",))], "AT101 AT201 AT802"),
        ([Wishes(ignore=("AT1",))], "AT201"),
        ([Wishes(ignore=("ALL",), extend_select=("AT1",))], "AT101"),
        ([Wishes(ignore=("AT1",), extend_select=("one",))], "AT101 AT201"),
        ([Wishes(select=("ALL",), ignore=("one",))], "AT201"),
        ([Wishes(ignore=("one",)), Wishes(select=("AT1",))], "AT101"),
        ([Wishes(select=("AT1",)), Wishes(ignore=("one",), extend_select=("AT2",))], "AT201"),
        ([Wishes(ignore=("one",)), Wishes(ignore=("three",), preview=True)], "AT102"),
    ],
)
def test_layers(layers: list[Wishes], codes: str) -> None:
    assert " ".join(sorted(select(RULES, layers).codes)) == codes


@pytest.mark.parametrize("word", ["AT3", "AT1011", "T1", "unknown", "", "A", "AT10x"])
def test_a_word_that_is_no_rule(word: str) -> None:
    with pytest.raises(UsageError, match="there is no rule"):
        select(RULES, [Wishes(ignore=(word,))])


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("tests/old/test_a.py", "tests/old/*", True),
        ("tests/old/deep/test_a.py", "tests/old/**", True),
        ("tests/old/test_a.py", "tests/old", True),
        ("tests/old/test_a.py", "./tests/old/", True),
        ("tests/older/test_a.py", "tests/old", False),
        ("tests/test_a.py", "test_a.py", True),
        ("test_a.py", "**/test_a.py", True),
        ("tests/test_a.py", "test_*.py", True),
        ("tests/old/test_a.py", "old", True),
        ("tests/test_a.py", "tests/test_b.py", False),
    ],
)
def test_patterns_of_paths(path: str, pattern: str, expected: bool) -> None:
    assert matches(path, pattern) is expected


@pytest.mark.parametrize(
    ("table", "arguments", "found"),
    [
        ("", [], ["AT103"]),
        ('select = ["AT1"]', [], ["AT103"]),
        ('ignore = ["unawaited-call"]', [], []),
        ('ignore = ["unawaited-call"]', ["--select", "AT103"], ["AT103"]),
        ("", ["--ignore", "AT103,AT002"], []),
        ("", ["--ignore", "AT002", "--ignore", "AT103"], []),
        ('per-file-ignores = {"tests/*" = ["AT103"]}', [], []),
        ('per-file-ignores = {"other/*" = ["ALL"]}', [], ["AT103"]),
        ("", ["--per-file-ignores", "tests/**:AT1"], []),
        ("preview = false\nchecklist = false", [], ["AT103"]),
    ],
)
def test_table_and_command_line(table: str, arguments: list[str], found: list[str], saved: Saved) -> None:
    folder = saved('save("Ann")')
    folder.write("pyproject.toml", f"[tool.pytest.ini_options]\n[tool.async-testing]\n{table}\n")
    done = folder.json(*arguments)
    assert [code for code, _ in done.found] == found
    assert done.code == bool(found)


def test_excluded_files_are_not_looked_at(saved: Saved) -> None:
    folder = saved('save("Ann")')
    saved('save("Ann")', path="tests/old/test_old.py")
    folder.write("pyproject.toml", '[tool.async-testing]\nexclude = ["tests/old"]\n')
    assert [one["path"] for one in folder.json().data] == ["tests/test_save.py"]
    assert folder.check("--exclude", "test_save.py").code == 2


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('selct = ["AT1"]', 'has no key "selct"'),
        ('select = "AT1"', "select has to be a list of strings"),
        ("select = [1]", "select has to be a list of strings"),
        ('select = ["AT77"]', 'there is no rule "AT77"'),
        ('per-file-ignores = ["AT1"]', "has to be a table"),
        ('per-file-ignores = {"x" = ["AT77"]}', 'there is no rule "AT77"'),
        ("preview = 1", "preview has to be true or false"),
        ('checklist = "yes"', "checklist has to be true"),
        ("select = [", "is not valid TOML"),
    ],
)
def test_a_mistake_in_the_table_is_one_line(table: str, said: str, saved: Saved) -> None:
    folder = saved('save("Ann")')
    folder.write("pyproject.toml", f"[tool.async-testing]\n{table}\n")
    done = folder.check()
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


def test_the_table_of_another_kind(saved: Saved) -> None:
    folder = saved('save("Ann")')
    folder.write("pyproject.toml", "[tool]\nasync-testing = 3\n")
    assert "has to be a table" in folder.check().err


def test_listing_and_explaining(saved: Saved) -> None:
    folder = saved('save("Ann")')
    short, whole = folder.check("--list-rules"), folder.check("--list-rules", "--all")
    assert short.code == whole.code == 0
    assert len(short.lines) <= 25
    assert len(short.out.encode()) <= 2000
    assert whole.lines[0].startswith("AT000 not-judged ")
    assert {one["code"] for one in folder.json("--list-rules").data} == {
        line.split()[0] for line in whole.lines[:-1]
    }
    for name in ("AT103", "unawaited_call", "unawaited-call"):
        assert folder.check("--explain", name).lines[0] == "# AT103 unawaited-call (stable, error)"
    assert "## Use instead" in folder.json("--explain", "AT002").data["documentation"]
