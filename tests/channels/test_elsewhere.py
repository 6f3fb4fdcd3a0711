"""As other systems have it: other line ends, names with spaces and letters beyond ASCII, no run bit, no fork.

What the four scripts say and write of a project is the same as of a plain copy.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.channels.conftest import REPOSITORY, git

STRANGE = "Programme für çok güzel тест 测试"
FILES = {
    "pyproject.toml": '[tool.pytest]\npythonpath = ["."]\nasyncio_mode = "auto"\n',
    "src/__init__.py": "",
    "src/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
    "src/shop.py": (
        'import asyncpg\n\nGREETING = "grüß dich"\n\n\n'
        "async def rename(connection: asyncpg.Connection, number: int, name: str) -> str:\n"
        "    if not name:\n"
        '        raise ValueError("näme is empty")\n'
        '    await connection.execute("UPDATE item SET name = $1 WHERE id = $2", name, number)\n'
        "    return GREETING\n"
    ),
    "tests/test_idle.py": (
        "from src.shop import rename\n\n\nasync def test_rename():\n    rename(None, 1, 'ä')\n"
    ),
}


def plain(root: Path) -> None:
    """Nothing changed."""


def crlf(root: Path) -> None:
    """Every text as a checkout with core.autocrlf has it."""
    for path in root.rglob("*"):
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            path.write_bytes(content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def no_run_bit(root: Path) -> None:
    """As from a zip or a file system that keeps none."""
    for path in filter(Path.is_file, root.rglob("*")):
        path.chmod(0o644)


def placed(folder: Path, change: Callable[[Path], None]) -> Path:
    """A project in a folder, with the skill in it, both changed."""
    skill = folder / ".claude" / "skills" / "async-testing-expert"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "scripts", skill / "scripts", ignore=ignored)
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")
    change(folder)
    return folder


def script(folder: Path, name: str, *arguments: str) -> tuple[int, str]:
    """What a script says, without times and the folder's name."""
    clean = {one: value for one, value in os.environ.items() if not one.startswith(("PYTEST", "PYTHON"))}
    path = f".claude/skills/async-testing-expert/scripts/{name}.py"
    done = subprocess.run(
        [sys.executable, path, *arguments],
        cwd=folder,
        env={**clean, "XDG_CACHE_HOME": str(folder.parent / "cache")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    said = re.sub(r"\d+(\.\d+)? s\b|sha256:\w+", "…", done.stdout).replace(str(folder), "PROJECT")
    return done.returncode, said


def story(folder: Path, *flags: str) -> dict[str, object]:
    """All that a user does, and what comes of it."""
    told: dict[str, object] = {"check": script(folder, "check", "--output-format", "concise", "--no-cache")}
    (folder / "tests" / "test_idle.py").unlink()
    told["plan"] = script(folder, "plan", "src/shop.py")
    told["scaffold"] = script(folder, "scaffold", ".")
    told["again"] = script(folder, "scaffold", ".", "--dry-run")
    told["write"] = script(folder, "plan", "src/shop.py", "--write")
    paths = sorted((folder / "tests").rglob("*.py"))
    told["files"] = {one.relative_to(folder).as_posix(): one.read_text(encoding="utf-8") for one in paths}
    asked = [
        "tests/test_shop_dao.py",
        "--module",
        "src/shop.py",
        "--only",
        "complete,mutants",
        "--budget",
        "0",
    ]
    asked += ["--output-format", "json", "--no-cache", *flags]
    asked += ["--operators", "condition,constant,raise-removed", "--", "-k", "returns"]
    code, said = script(folder, "verify", *asked)
    report = json.loads(said)
    verdicts = [
        [one["verdict"], one["by"], *(one["mutant"][key] for key in ("operator", "line", "fingerprint"))]
        for one in report["mutants"]
    ]
    told["verify"] = (code, [one["about"] for one in report["gaps"]], verdicts)
    return told


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The story of a plain copy."""
    return story(placed(tmp_path_factory.mktemp("plain") / "shop", plain))


def test_the_story_of_a_plain_copy_has_all_that_is_compared(here: dict[str, Any]) -> None:
    assert here["check"][0] == 1
    assert "tests/test_idle.py:5:5: AT103" in here["check"][1]
    assert [here[name][0] for name in ("plan", "scaffold", "again", "write")] == [0] * 4
    assert "create" not in here["again"][1]
    assert "tests/test_shop_dao.py" in here["files"]
    code, gaps, verdicts = here["verify"]
    assert (code, gaps) == (1, ["not name -> ValueError never provoked"])
    assert {one[0] for one in verdicts} == {"killed", "survived", "untested"}
    assert len(verdicts) >= 4


@pytest.mark.parametrize(
    ("name", "change", "flags"),
    [
        pytest.param("shop", crlf, (), id="line ends of Windows"),
        pytest.param(STRANGE, plain, (), id="spaces and letters beyond ASCII"),
        pytest.param("shop", no_run_bit, (), id="no run bit"),
        pytest.param("shop", plain, ("--spawn",), id="no fork"),
    ],
)
def test_the_story_is_the_same(
    here: dict[str, Any], tmp_path: Path, name: str, change: Callable[[Path], None], flags: tuple[str, ...]
) -> None:
    there = story(placed(tmp_path / name, change), *flags)
    assert there.keys() == here.keys()
    for part, told in here.items():
        assert there[part] == told, part


def test_what_was_scaffolded_is_known_again_after_a_checkout_with_other_line_ends(tmp_path: Path) -> None:
    folder = placed(tmp_path / "shop", plain)
    assert script(folder, "scaffold", ".")[0] == 0
    crlf(folder / "tests")
    code, said = script(folder, "scaffold", ".")
    assert (code, set(re.findall(r"(?m)^(\w+)  ", said))) == (0, {"identical"}), said
    assert script(folder, "scaffold", ".", "--remove")[0] == 0
    assert not (folder / "tests" / "fakes").exists()


def test_a_clone_has_the_same_bytes_whatever_git_is_told_of_line_ends(bundle: Path, tmp_path: Path) -> None:
    git(tmp_path, "-c", "core.autocrlf=true", "clone", "-q", str(bundle), "clone")
    for path in ("scripts/check.py", "SKILL.md", "scripts/async_testing/templates/fakes/__init__.py"):
        assert (tmp_path / "clone" / path).read_bytes() == (REPOSITORY / path).read_bytes()
        assert b"\r" not in (REPOSITORY / path).read_bytes()
