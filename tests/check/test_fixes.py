"""--fix mends and does nothing else; --diff shows the same and writes nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from async_testing.checking import fixes
from async_testing.checking.judging import Judged
from async_testing.checking.texts import Texts
from async_testing.finding import Finding

from tests.check.conftest import Saved, saving

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
