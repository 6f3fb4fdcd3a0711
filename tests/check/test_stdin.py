"""Standard input, judged as if it were a file of the project."""

from __future__ import annotations

import subprocess
import sys

from tests.check.conftest import SCRIPT, Saved, saving

BAD = saving('save("Ann")', "x = 1  # async-testing: ignore[AT103]").encode()


def test_as_a_file_of_the_project(saved: Saved) -> None:
    folder = saved('await save("Ann")')
    done = folder.json("-", "--stdin-filename", "tests/test_save.py", stdin=BAD)
    assert (done.code, done.found) == (1, [("AT103", 10), ("AT002", 11)])
    assert {one["path"] for one in done.data} == {"tests/test_save.py"}
    assert folder.json("-", "--stdin-filename", "tests/new/test_new.py", stdin=BAD).code == 1
    assert folder.json("-", stdin=BAD).data[0]["path"] == "test_stdin.py"


def test_what_the_project_says_of_that_path_holds(saved: Saved) -> None:
    folder = saved('await save("Ann")')
    as_file = ("-", "--stdin-filename", "tests/test_save.py", "--ignore", "AT002")
    assert folder.json(*as_file, "--per-file-ignores", "tests/*:AT103", stdin=BAD).data == []
    assert folder.json(*as_file, "--exclude", "tests", stdin=BAD).data == []


def test_text_shows_the_lines_that_came_in(saved: Saved) -> None:
    folder = saved("pass")
    done = folder.check("-", "--stdin-filename", "tests/test_save.py", stdin=BAD)
    assert '  10 | save("Ann")' in done.lines
    assert done.lines[-1] == "next: python check.py - --stdin-filename tests/test_save.py --diff"


def test_diff_shows_what_would_be_mended(saved: Saved) -> None:
    folder = saved("pass")
    before = folder.read("tests/test_save.py")
    done = folder.check("-", "--stdin-filename", "tests/test_save.py", "--diff", "--unsafe-fixes", stdin=BAD)
    assert '+    await save("Ann")' in done.lines
    assert folder.read("tests/test_save.py") == before


def test_broken_empty_and_binary(saved: Saved) -> None:
    folder = saved("pass")
    assert folder.json("-", stdin=b"def (").found == [("AT000", 1)]
    assert folder.json("-", stdin=b"\xff\x00").code == 2
    assert folder.json("-", stdin=b"").code == 0


def test_a_path_outside_of_the_root(saved: Saved) -> None:
    done = saved("pass").check("-", "--root", "tests", "--stdin-filename", "../x/test_a.py", stdin=BAD)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_through_a_pipe(saved: Saved) -> None:
    folder = saved("pass")
    done = subprocess.run(
        [sys.executable, SCRIPT, "-", "--output-format", "concise"],
        cwd=folder.root,
        input=BAD,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.startswith(b"test_stdin.py:10:5: AT103 ")
