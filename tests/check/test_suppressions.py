"""Comments that hide findings, and what is said about those that hide nothing."""

from __future__ import annotations

import pytest

from tests.check.conftest import Saved

MARK = "# async-testing: ignore"


@pytest.mark.parametrize(
    "lines",
    [
        [f'save("Ann")  {MARK}[AT103]'],
        [f'save("Ann")  {MARK}[unawaited-call] the scheduler awaits it'],
        [f'save("Ann")  {MARK}[at103]'],
        [f'save("Ann")  # noqa  {MARK}[AT103]  # type: ignore'],
        ['save("Ann")  #async-testing:ignore[ AT103 ,]'],
        ["save(", f'    "Ann"  {MARK}[AT103]', ")"],
        ["save(", '    "Ann"', f")  {MARK}[AT103]"],
        [f"save(  {MARK}[AT103]", '    "Ann"', ")"],
        ["x = 1  # async-testing: ignore-file[AT103] made by a program", 'save("Ann")', 'save("Bob")'],
        [f'x = 1; save("Ann")  {MARK}[AT103]'],
    ],
)
def test_hidden(lines: list[str], saved: Saved) -> None:
    done = saved(*lines).json()
    assert (done.code, done.found) == (0, [])


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([f"{MARK}[AT103]", 'save("Ann")'], [("AT002", 10), ("AT103", 11)]),
        ([f'await save("Ann")  {MARK}[AT103]'], [("AT002", 10)]),
        (['await save("Ann")  # async-testing: ignore-file[AT103]'], [("AT002", 10)]),
        ([f'save("Ann")  {MARK}'], [("AT001", 10), ("AT103", 10)]),
        ([f'save("Ann")  {MARK}[]'], [("AT001", 10), ("AT103", 10)]),
        ([f'save("Ann")  {MARK}[AT103, nothing]'], [("AT001", 10)]),
        ([f'save("Ann")  {MARK}[ALL]'], [("AT001", 10), ("AT103", 10)]),
        ([f'save("Ann")  {MARK}[AT000]'], [("AT001", 10), ("AT103", 10)]),
        (['save("Ann")  # async-testing: allow[AT103]'], [("AT001", 10), ("AT103", 10)]),
        ([f'save("{MARK}[AT103]")'], [("AT103", 10)]),
        ([f"with a:  {MARK}[AT103]", '    save("Ann")'], [("AT002", 10), ("AT103", 11)]),
        (['save("Ann")', f"x = 1  {MARK}[AT103]"], [("AT002", 11), ("AT103", 10)]),
    ],
)
def test_not_hidden(lines: list[str], found: list[tuple[str, int]], saved: Saved) -> None:
    done = saved(*lines).json()
    assert (done.code, sorted(done.found)) == (1, found)


def test_a_rule_that_is_not_asked_leaves_its_comment_alone(saved: Saved) -> None:
    folder = saved(f'await save("Ann")  {MARK}[AT103]')
    assert folder.json("--ignore", "AT103").found == []
    assert folder.json("--per-file-ignores", "tests:AT103").found == []
    assert folder.json("--ignore", "AT002").found == []


def test_how_many_are_hidden_is_said(saved: Saved) -> None:
    done = saved(f'save("Ann")  {MARK}[AT103]').check()
    assert done.lines[0] == "no findings in 1 file; 1 suppressed by comments"


def test_several_on_a_statement_each_hide_their_own(saved: Saved) -> None:
    done = saved(
        "for name in (", f"    await save(1),  {MARK}[AT103]", "):", f'    save("A")  {MARK}[AT103]'
    ).json()
    assert done.found == [("AT002", 11)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"x = 1  {MARK}[AT103] reason", "x = 1"),
        (f"x = 1  {MARK}[AT103] reason  # noqa", "x = 1  # noqa"),
        (f"x = 1  # noqa {MARK}[AT103] reason", "x = 1  # noqa"),
        (f'save("Ann")  {MARK}[AT103, AT105] reason', f'save("Ann")  {MARK}[AT103] reason'),
        (f"{MARK}[AT103] reason\n    x = 1", "x = 1"),
        (f"x = 1{MARK}[AT103]\f", "x = 1\f"),
    ],
)
def test_an_unused_one_is_taken_out_and_nothing_else(before: str, after: str, saved: Saved) -> None:
    folder = saved(before, "await save('x')")
    wanted = folder.read("tests/test_save.py").decode().replace(before, after)
    assert folder.check("--fix").code == 0
    assert folder.read("tests/test_save.py").decode() == wanted


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_with_other_line_ends(end: str, saved: Saved) -> None:
    folder = saved(f'save("Ann")  {MARK}[AT103]', f"x = 1  {MARK}[AT103]")
    text = folder.read("tests/test_save.py").decode().replace("\n", end)
    folder.write("tests/test_save.py", text)
    assert folder.json().found == [("AT002", 11)]
    assert folder.check("--fix").code == 0
    assert folder.read("tests/test_save.py").decode() == text.replace(f"x = 1  {MARK}[AT103]", "x = 1")
