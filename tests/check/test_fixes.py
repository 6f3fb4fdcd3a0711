"""--fix mends and does nothing else; --diff shows the same and writes nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from async_testing.checking import fixes
from async_testing.checking.dependents import dependents
from async_testing.checking.judging import Judged
from async_testing.checking.texts import Texts
from async_testing.cli import check_run
from async_testing.facts.source import SourceFile
from async_testing.finding import Finding
from async_testing.rules import Edit, Fix, Hit, Rule

from tests.check.conftest import Folder, Saved, saving

UNUSED = "x = 1  # async-testing: ignore[AT103]"
FILE = "tests/test_save.py"


def test_safe_ones_only_unless_told(saved: Saved) -> None:
    folder = saved('save("Ann")', UNUSED)
    assert folder.check().lines[-1] == "next: python check.py --fix"
    done = folder.check("--fix")
    assert (done.code, done.lines[-3]) == (1, "1 finding mended")
    assert folder.read(FILE).decode() == saving('save("Ann")', "x = 1")
    done = folder.check("--fix", "--unsafe-fixes")
    assert (done.code, done.lines[0]) == (0, "1 finding mended")
    assert folder.read(FILE).decode() == saving('await save("Ann")', "x = 1")


def test_a_second_time_changes_nothing(saved: Saved) -> None:
    folder = saved('save("Ann")', UNUSED, 'save("Bob")')
    folder.check("--fix", "--unsafe-fixes")
    before = folder.read(FILE), (folder.root / FILE).stat().st_mtime_ns
    assert folder.check("--fix", "--unsafe-fixes").lines[0] == "no findings in 1 file"
    assert (folder.read(FILE), (folder.root / FILE).stat().st_mtime_ns) == before


def test_diff_shows_and_leaves_the_file(saved: Saved) -> None:
    folder = saved('save("Ann")', UNUSED)
    before = folder.read(FILE)
    done = folder.check("--diff", "--unsafe-fixes", "--all")
    assert done.code == 1
    assert folder.read(FILE) == before
    assert done.lines[-1] == "next: python check.py --unsafe-fixes --all --fix"
    patch = done.out.partition("2 findings would be mended")[0]
    applied = subprocess.run(
        ["patch", "-p0"], cwd=folder.root, input=patch, text=True, capture_output=True, check=False
    )
    assert applied.returncode == 0, applied.stdout
    assert folder.read(FILE).decode() == saving('await save("Ann")', "x = 1")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: b"# coding: latin-1\n" + text.replace("Ann", "Ä").encode("latin-1"),
        lambda text: text.replace("x = 1", "y = 'é😀'; x = 1").encode(),
        lambda text: text.replace("import pytest", "import pytest\f\n\f").encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.replace("    raise", "\traise").encode(),
    ],
)
def test_all_else_stays_byte_for_byte(change: object, saved: Saved) -> None:
    assert callable(change)
    folder = saved('await save("Ann")', UNUSED)
    before = change(saving('await save("Ann")', UNUSED))
    folder.write(FILE, before)
    assert folder.check("--fix").code == 0
    assert folder.read(FILE) == before.replace(b"  # async-testing: ignore[AT103]", b"")


def test_permissions_stay_and_nothing_is_left_behind(saved: Saved) -> None:
    folder = saved(UNUSED)
    (folder.root / FILE).chmod(0o755)
    folder.check("--fix", "--no-cache")
    assert (folder.root / FILE).stat().st_mode & 0o777 == 0o755
    assert [path.name for path in (folder.root / "tests").iterdir()] == ["test_save.py"]


def test_a_link_out_of_the_project_is_never_written(saved: Saved, tmp_path: Path) -> None:
    folder = saved('await save("Ann")')
    outside = tmp_path / "test_outside.py"
    outside.write_text(saving(UNUSED), encoding="utf-8")
    (folder.root / "tests/test_link.py").symlink_to(outside)
    folder.check("--fix")
    folder.check("--fix", "tests/test_link.py")
    assert outside.read_text(encoding="utf-8") == saving(UNUSED)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_file_is_told_of(saved: Saved) -> None:
    folder = saved(UNUSED)
    (folder.root / FILE).chmod(0o444)
    assert "is read-only" in folder.check("--fix").out


def finding(line: int, *edits: tuple[int, int, str], code: str = "AT999", safe: bool = True) -> Finding:
    told = [{"start": start, "end": end, "text": text} for start, end, text in edits]
    fix: dict[str, object] = {"title": "", "safe": safe, "edits": told}
    return Finding(code, "x", "error", "a.py", line, 1, line, "", "", fix)


def mended(tmp_path: Path, text: str, *found: Finding, then: list[list[Finding]] | None = None) -> str:
    """The file after its findings were mended; ``then`` is what later rounds find."""
    (tmp_path / "a.py").write_bytes(text.encode())
    rounds = iter(then or [])
    done = fixes.mend(
        Judged("a.py", found),
        Texts(tmp_path),
        lambda path, data: Judged(path, tuple(next(rounds, []))),
        unsafe=False,
    )
    return done.data.decode() if done else text


def test_a_fix_that_does_not_parse_is_dropped(tmp_path: Path) -> None:
    assert (
        mended(tmp_path, "a = 1\nb = 2\n", finding(1, (0, 5, "a = (")), finding(2, (6, 7, "c")))
        == "a = 1\nc = 2\n"
    )


def test_fixes_that_overlap_wait_for_the_next_round(tmp_path: Path) -> None:
    first, second = finding(1, (0, 5, "aa = 1")), finding(1, (4, 5, "2"), code="AT998")
    later = finding(1, (5, 6, "2"), code="AT998")
    assert mended(tmp_path, "a = 1\n", first, second, then=[[later], []]) == "aa = 2\n"


def test_a_fix_that_mends_nothing_is_taken_back(tmp_path: Path) -> None:
    one = finding(1, (0, 0, "+"))
    other = finding(2, (6, 7, "b"), code="AT998")
    assert mended(tmp_path, "+1\n\n\nnum\n", one, other, then=[[one], [one]]) == "+1\n\n\nnbm\n"


def test_fixes_that_break_each_other_are_done_one_by_one(tmp_path: Path) -> None:
    one, other = finding(1, (0, 1, "[")), finding(1, (2, 3, ")"), code="AT998")
    assert mended(tmp_path, "(1)\n", one, other) == "(1)\n"


def test_an_edit_outside_of_the_text_is_dropped(tmp_path: Path) -> None:
    assert mended(tmp_path, "a = 1\n", finding(1, (3, 99, ""))) == "a = 1\n"


def test_unsafe_ones_are_left(tmp_path: Path) -> None:
    assert mended(tmp_path, "a = 1\n", finding(1, (0, 1, "b"), safe=False)) == "a = 1\n"


def test_new_lines_are_as_in_the_file(tmp_path: Path) -> None:
    assert (
        mended(tmp_path, "a = 1\r\nb = 2\r\n", finding(1, (5, 5, "\nc = 3"))) == "a = 1\r\nc = 3\r\nb = 2\r\n"
    )


def test_a_line_that_several_fixes_put_in_is_put_in_once(tmp_path: Path) -> None:
    line = (0, 0, "import b\n")
    found = finding(1, line, (4, 5, "b")), finding(2, line, (10, 11, "b"))
    assert mended(tmp_path, "a = 1\nb = 1\n", *found) == "import b\na = b\nb = b\n"


def test_one_that_breaks_among_many_costs_few_looks(tmp_path: Path) -> None:
    text = "a = 1\n" * 500
    (tmp_path / "a.py").write_text(text)
    found = [finding(number + 1, (6 * number + 4, 6 * number + 5, "2")) for number in range(500)]
    found[123] = finding(124, (6 * 123 + 4, 6 * 123 + 5, "("))
    looks = []

    def look(path: str, data: bytes) -> Judged:
        looks.append(data)
        left = [index for index, line in enumerate(data.splitlines()) if line != b"a = 2"]
        return Judged(path, tuple(finding(index + 1, (6 * index + 4, 6 * index + 5, "(")) for index in left))

    done = fixes.mend(Judged("a.py", tuple(found)), Texts(tmp_path), look, unsafe=False)
    assert done is not None
    assert done.data.count(b"a = 2") == 499
    assert len(looks) < 25


def test_two_fixes_that_undo_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a = 1\n")

    def look(path: str, data: bytes) -> Judged:
        code, text = ("AT998", "1") if data == b"a = 2\n" else ("AT999", "2")
        return Judged(path, (finding(1, (4, 5, text), code=code),))

    done = fixes.mend(look("a.py", b"a = 1\n"), Texts(tmp_path), look, unsafe=False)
    assert done is not None
    assert done.data == b"a = 2\n"


def test_what_may_look_at_a_changed_file_is_found_by_its_text(tmp_path: Path) -> None:
    for path, text in {
        "tests/helpers/__init__.py": "from .calls import call\n",
        "tests/helpers/calls.py": "",
        "tests/helpers/other.py": "from . import calls\n",
        "tests/test_a.py": "from tests.helpers import call\n",
        "tests/test_b.py": "import json  # recalls nothing\n",
        "tests/api/conftest.py": "",
        "tests/api/test_c.py": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    paths = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.py"))
    texts = Texts(tmp_path)
    assert dependents(["tests/test_b.py"], paths, texts) == []
    assert dependents(["tests/api/conftest.py"], paths, texts) == ["tests/api/test_c.py"]
    assert dependents(["tests/helpers/calls.py"], paths, texts) == [
        "tests/helpers/__init__.py",
        "tests/helpers/other.py",
        "tests/test_a.py",
    ]


def following(source: SourceFile) -> Iterator[Hit]:
    """A rule about the word "old", in a test file only where the conftest says "new"."""
    place = source.text.find("old")
    above = [one.text for one in source.workspace.conftests(source.path)]
    if place >= 0 and (source.is_conftest or "new" in above[0]):
        line = source.text[:place].count("\n") + 1
        yield Hit(line, "old", "new", Fix("renew", (Edit(place, place + 3, "new"),)))


@pytest.mark.parametrize("flag", ["--fix", "--diff"])
def test_a_fix_that_shows_another_elsewhere_is_followed_in_the_same_run(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, flag: str
) -> None:
    module = ModuleType("made_up")
    vars(module)["check"] = following
    monkeypatch.setattr(check_run, "every", lambda: [Rule("AT999", "made-up", "stable", "error", (), module)])
    for path in ("tests/conftest.py", "tests/test_a.py", "tests/test_b.py"):
        folder.write(path, "x = 'old'\n")
    done = folder.check(flag, "--no-cache", "--all")
    assert "3 findings" in done.out
    told = {path.name: path.read_text(encoding="utf-8") for path in (folder.root / "tests").glob("*.py")}
    assert set(told.values()) == {"x = 'new'\n" if flag == "--fix" else "x = 'old'\n"}
    assert done.out.count("+x = 'new'") == (3 if flag == "--diff" else 0)


@pytest.mark.parametrize(
    ("written", "mended_to"),
    [
        ("assert repo.save.has_calls([call(1), call(2)])", "repo.save.assert_has_awaits([call(1), call(2)])"),
        ("assert await repo.save.has_calls([call(1)])", "repo.save.assert_has_awaits([call(1)])"),
        ("assert repo.save.called_once_with(2)", "repo.save.assert_awaited_once_with(2)"),
        ("assert repo.save.any_call", None),
    ],
)
def test_a_misspelled_assertion_keeps_its_arguments(
    written: str, mended_to: str | None, folder: Folder
) -> None:
    lines = ["from unittest.mock import AsyncMock, call", "", "", "async def test_save(act) -> None:"]
    lines += ["    repo = AsyncMock()", "    await act(repo)", f"    {written}", ""]
    folder.write(FILE, "\n".join(lines))
    folder.check("--fix", "--unsafe-fixes", "--preview")
    assert folder.read(FILE).decode().splitlines()[6].strip() == (mended_to or written)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("has_calls", "raises AttributeError since Python 3.12"),
        ("awaited_once_with", "is made up on the spot"),
        ("assert_called_onec", "raises AttributeError"),
    ],
)
def test_a_misspelled_assertion_is_told_as_what_becomes_of_it(name: str, told: str, folder: Folder) -> None:
    lines = ["from unittest.mock import AsyncMock", "", "", "def test_save(act) -> None:"]
    lines += ["    repo = AsyncMock()", "    act(repo)", f"    repo.save.{name}(1)", ""]
    folder.write(FILE, "\n".join(lines))
    assert f"repo.save.{name} {told}" in folder.check("--all").out
