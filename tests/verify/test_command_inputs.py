"""What verify.py says to wrong input and of what goes on, and that nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.verify.commanding import SCRIPT, Shop


def test_progress_goes_to_standard_error(shop: Shop) -> None:
    done = shop.verify("tests/test_shop.py", "--only", "complete", "--no-cache")
    assert done.err.splitlines() == ["verify.py: the tests as they are"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.py"], "none.py: no such file"),
        (["tests", "--module", "none.py"], "none.py: no such file"),
        (["tests", "--module", "src"], "is a folder"),
        (["tests", "--module", "pyproject.toml"], "a .py or .sql file is expected"),
        (["tests", "--only", "speed"], "steady, complete, mutants, replay are known"),
        (["tests", "--only", ","], "are known"),
        (["tests", "--budget", "-1"], "a number from 0 is expected"),
        (["tests", "--budget", "nan"], "a number from 0 is expected"),
        (["tests", "--repeat", "0"], "a number from 1 is expected"),
        (["tests", "-j", "0"], "a number from 1 is expected"),
        (["tests", "--module", "src/shop.py", "--shard", "3/2"], "K/N is expected"),
        (["tests", "--module", "src/shop.py", "--operators", "none"], "there is no such one"),
        (["tests", "--since", "HEAD"], "--since"),
        (["tests", "--root", "none"], "no such folder"),
        (["tests", "--python", "none"], "no such file"),
        (["tests", "--schema", "none.sql"], "no such file"),
        (["tests", "--output-format", "html"], "--output-file"),
        (["--combine", "x.json"], "x.json cannot be read"),
        (["tests", "--combine", "x.json"], "leave TESTS out"),
        (["--combine", "x.json", "--only", "steady"], "leave --only out"),
        (["--replay", "x", "--", "-x"], "leave -- out"),
        (["..", "--root", "."], "lies outside"),
    ],
)
def test_what_makes_no_sense_is_one_line(shop: Shop, arguments: list[str], told: str) -> None:
    before = shop.files()
    done = shop.verify(*arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert done.err.count("\n") == 1
    assert shop.files() == before


def test_a_module_that_names_do_not_tell_has_to_be_given(shop: Shop) -> None:
    shop.write("src/other.py", "def one():\n    return 1\n")
    shop.change("tests/test_shop.py", "import asyncio\n", "import asyncio\n\nimport src.other\n")
    (shop.root / "tests" / "test_shop.py").rename(shop.root / "tests" / "test_all_of_it.py")
    done = shop.verify("tests/test_all_of_it.py")
    assert done.code == 2
    assert "give --module src/other.py --module src/shop.py" in done.err


def test_a_test_file_that_does_not_tell_its_module_is_told_of(shop: Shop) -> None:
    shop.write("src/other.py", "def half(number):\n    return number / 2\n")
    shop.write(
        "tests/test_sums.py",
        "from src import other, shop\n\n\ndef test_it():\n    assert other.half(shop.total([4], False)) == 2\n",
    )
    done = shop.told("tests", "--only", "complete")
    assert done.data["modules"] == ["src/shop.py"]
    assert any("is not told by tests/test_sums.py" in one for one in done.data["notes"])


def test_the_only_module_that_is_imported_is_under_test(shop: Shop) -> None:
    shop.write("src/__init__.py", "from .shop import total\n")
    (shop.root / "tests/test_shop.py").unlink()
    shop.write(
        "tests/test_sums.py", "from src import total\n\n\ndef test_it():\n    assert total([4], False) == 4\n"
    )
    done = shop.told("tests", "--only", "complete")
    assert done.data["modules"] == ["src/shop.py"]


def test_help_is_quick_and_names_every_flag(shop: Shop) -> None:
    done = shop.verify("--help")
    assert done.code == 0
    imported = shop.verify("--help", PYTHONPROFILEIMPORTTIME="1").err
    assert "async_testing.verifying" not in imported
    assert "subprocess" not in imported


def test_an_interrupted_run_leaves_nothing_behind(shop: Shop, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    shop.write("tests/test_shop.py", "import time\n\ndef test_x():\n    time.sleep(600)\n")
    before = shop.files()
    running = subprocess.Popen(
        [sys.executable, str(SCRIPT), "tests/test_shop.py", "--module", "src/shop.py"],
        cwd=shop.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary), "XDG_CACHE_HOME": str(tmp_path)},
    )
    for _ in range(300):
        if list(temporary.rglob("events.jsonl")):
            break
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    out, error = running.communicate(timeout=60)
    assert running.returncode == 2
    assert error.splitlines()[-1] == "verify.py: interrupted"
    assert (out, list(temporary.iterdir())) == ("", [])
    assert shop.files() == before


def test_an_interpreter_without_pytest_is_told(shop: Shop, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -I "$@"\n')
    python.chmod(0o755)
    done = shop.verify("tests", "--only", "steady", "--python", str(python), "--no-cache")
    assert done.code == 2
    assert "No module named 'pytest'; name the interpreter that has it with --python" in done.out
