"""0 clean, 1 findings, 2 could not judge; bad input is one line on stderr."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.check.conftest import SCRIPT, Folder, Saved, saving


def test_clean_is_0_and_names_the_next_command(saved: Saved) -> None:
    done = saved('await save("Ann")').check()
    assert (done.code, done.err) == (0, "")
    assert done.lines == ["no findings in 1 file", "next: python -m pytest"]


def test_findings_are_1_unless_asked_otherwise(saved: Saved) -> None:
    folder = saved('save("Ann")')
    assert folder.check().code == 1
    assert folder.check("--exit-zero").code == 0


def test_only_findings_of_severity_info_are_0(folder: Folder) -> None:
    folder.write("pyproject.toml", "[tool.pytest.ini_options]\n")
    folder.write(
        "tests/test_save.py",
        "import pytest\n\n\ndef test_save_returns(save) -> None:\n"
        "    try:\n        done = save()\n    except Exception:\n        pytest.fail('no')\n    assert done\n",
    )
    done = folder.json("--select", "hidden-by-fail", "--preview")
    assert [(one["severity"], one["line"]) for one in done.data] == [("info", 8)]
    assert done.code == 0
    text = folder.check("--select", "hidden-by-fail", "--preview")
    assert (text.code, text.lines[-2]) == (0, "1 finding (1 info) in 1 of 1 file")


FAILING = """
CODE = "AT999"


def check(source):
    if source.path.endswith("test_odd.py"):
        raise LookupError("no such\\nthing")
    return iter(())
"""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_rule_that_fails_is_2_in_one_line_that_names_it(saved: Saved, tmp_path: Path, jobs: str) -> None:
    folder = saved('save("Ann")')
    folder.write("tests/test_odd.py", saving('await save("Ann")'))
    scripts = tmp_path / "scripts"
    shutil.copytree(SCRIPT.parent, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "async_testing/rules/always_failing.py").write_text(FAILING)
    command = [
        sys.executable,
        scripts / "check.py",
        "--no-cache",
        "--jobs",
        jobs,
        "--output-format",
        "concise",
    ]
    done = subprocess.run(command, cwd=folder.root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.splitlines()[:2] == [
        "tests/test_odd.py:1:1: AT000 not-judged could not judge: rule AT999 failed (LookupError: no such thing)",
        "tests/test_save.py:10:5: AT103 unawaited-call save(...) makes a coroutine that nobody awaits [unsafe fix]",
    ]
    left_out = [*command, "--ignore", "AT999"]
    assert subprocess.run(left_out, cwd=folder.root, capture_output=True, check=False).returncode == 1


def test_a_file_that_does_not_parse_is_2_and_the_findings_are_still_told(saved: Saved) -> None:
    folder = saved('save("Ann")')
    folder.write("tests/test_broken.py", "def test(:\n")
    done = folder.json()
    assert done.code == 2
    assert done.found == [("AT000", 1), ("AT103", 10)]
    assert folder.check("--exit-zero").code == 2
    text = folder.check()
    assert text.lines[0].startswith("tests/test_broken.py:1:1: AT000 not-judged Python 3.")
    assert text.lines[-2].endswith("; 1 file could not be judged; --unsafe-fixes mends 1")
    assert text.lines[-1] == "next: python -m py_compile tests/test_broken.py"


@pytest.mark.parametrize("content", [b"x = '\xff'\n", b"x = '\0'\n", b"(" * 5000])
def test_a_file_that_is_no_python_text_is_2(content: bytes, saved: Saved) -> None:
    folder = saved('await save("Ann")')
    folder.write("tests/test_odd.py", content)
    done = folder.json()
    assert (done.code, [one["path"] for one in done.data]) == (2, ["tests/test_odd.py"])


def test_nothing_to_check_is_2(folder: Folder) -> None:
    done = folder.check()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("check.py: no test file in ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere"),
        (["--root", "nowhere"], "--root nowhere is no folder"),
        (["--select", "AT9999"], 'there is no rule "AT9999"'),
        (["--select", "unawaited-cal"], "did you mean unawaited-call?"),
        (["--explain", "nothing"], 'there is no rule "nothing"'),
        (["--per-file-ignores", "x"], "it takes GLOB:RULES"),
        (["--ignore", "ALL"], "no rule is left"),
        (["--checklist=other"], "--checklist=seed"),
        (["--unsafe-fixes"], "--unsafe-fixes goes with"),
        (["--write-baseline"], "needs --baseline FILE"),
        (["--fix", "--diff"], "give one of them"),
        (["--diff", "--output-format", "json"], "--diff goes with"),
        (["--statistics", "--output-format", "sarif"], "--statistics goes with"),
        (["-", "tests"], "judged alone"),
        (["--stdin-filename", "x.py"], "goes with -"),
        (["--jobs", "-1"], "--jobs"),
        (["--output-format", "xml"], "--output-format"),
        ([""], "empty"),
        (["--output-file", "no/such/folder"], "cannot be written"),
        (["a\0b"], ""),
    ],
)
def test_a_wrong_command_line_is_one_line(arguments: list[str], said: str, saved: Saved) -> None:
    done = saved('await save("Ann")').check(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("check.py: ")
    assert done.err.count("\n") == 1
    assert said in done.err


def test_as_a_script_from_elsewhere(saved: Saved, tmp_path: Path) -> None:
    folder = saved('save("Ann")')
    for flags in (["-I", "-S"], ["-P", "-Werror"]):
        done = subprocess.run(
            [sys.executable, *flags, SCRIPT, folder.root / "tests", "--no-cache"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout.startswith("project/tests/test_save.py:10:5: AT103 unawaited-call ")


def test_installed_in_the_project_it_does_not_check_itself(saved: Saved) -> None:
    folder = saved('await save("Ann")')
    skill = folder.root / ".claude/skills/async-testing-expert"
    shutil.copytree(SCRIPT.parent, skill / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (skill / "SKILL.md").write_text("---\nname: async-testing-expert\n---\n")
    done = subprocess.run(
        [sys.executable, skill / "scripts/check.py", ".", "--no-cache"],
        cwd=folder.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "no findings in 1 file" in done.stdout


def test_a_reader_that_stops_reading_is_no_traceback(saved: Saved) -> None:
    folder = saved(*['save("Ann")'] * 2000)
    done = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' '{SCRIPT}' --all --output-format json --no-cache | head -1"],
        cwd=folder.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[\n", "")
