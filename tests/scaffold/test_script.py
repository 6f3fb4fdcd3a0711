"""The script as people call it: from any folder, through links, with any Python, installed in a project."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scaffold.conftest import SCRIPT, Sandbox

REPOSITORY = SCRIPT.parents[1]


def call(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "COV"))
    }
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env={**clean, **environment}, capture_output=True, text=True
    )


def test_from_the_root_with_no_argument(shop: Sandbox) -> None:
    done = call(sys.executable, SCRIPT, cwd=shop.root)
    assert done.returncode == 0, done.stderr
    assert (shop.root / "tests/fakes/core/ledger.py").exists()
    assert done.stdout.splitlines()[-1] == "next: python -m pytest tests"


def test_through_a_link_from_elsewhere(shop: Sandbox, tmp_path: Path) -> None:
    link = tmp_path / "link.py"
    link.symlink_to(SCRIPT)
    (tmp_path / "root").symlink_to(shop.root)
    done = call(sys.executable, link, "root", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (shop.root / "tests/conftest.py").exists()


@pytest.mark.parametrize("flag", ["-I", "-P", "-O", "-Werror"])
def test_with_flags_of_python(flag: str, shop: Sandbox) -> None:
    done = call(sys.executable, flag, SCRIPT, shop.root, "--dry-run", cwd=shop.root)
    assert done.returncode == 0, done.stderr


def test_where_the_terminal_knows_only_ascii(shop: Sandbox) -> None:
    shop.write({"tests/ünïcode.py": "", "tests/conftest.py": "# é\n"})
    done = call(
        sys.executable, SCRIPT, shop.root, "--dry-run", "--all", cwd=shop.root, LC_ALL="C", PYTHONUTF8="0"
    )
    assert done.returncode == 1, done.stderr


def test_a_reader_that_stops_reading_is_no_traceback(shop: Sandbox) -> None:
    command = f"'{sys.executable}' '{SCRIPT}' . --dry-run --all --output-format json | true"
    done = call("bash", "-c", command, cwd=shop.root)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


@pytest.mark.skipif(not shutil.which("uv"), reason="uv is not installed")
def test_with_uv_run_and_nothing_left_behind(shop: Sandbox) -> None:
    before = set(shop.snapshot())
    done = call("uv", "run", "--offline", "--python", sys.executable, SCRIPT, ".", "--dry-run", cwd=shop.root)
    assert done.returncode == 0, done.stderr
    assert set(shop.snapshot()) == before


def test_installed_as_a_skill_of_the_project(shop: Sandbox) -> None:
    skill = shop.root / ".claude/skills/async-testing-expert"
    shutil.copytree(REPOSITORY / "scripts", skill / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shop.write({".claude/skills/async-testing-expert/SKILL.md": "---\nname: async-testing-expert\n---\n"})
    shop.write(
        {
            ".claude/skills/async-testing-expert/examples/x/main.py": "from fastapi import FastAPI\napp = FastAPI()\n"
        }
    )
    shop.write({".claude/skills/async-testing-expert/examples/x/schema.sql": "", "sql/schema.sql": ""})
    own = skill.relative_to(shop.root) / "scripts/scaffold.py"
    done = call(sys.executable, own, ".", "--with-database", cwd=shop.root)
    assert done.returncode == 0, done.stderr
    assert "from shop.main import create_app" in shop.text("tests/conftest.py")
    assert 'SCHEMA: Path | None = Path(__file__).parents[1] / "sql/schema.sql"' in shop.text(
        "tests/real_database.py"
    )
    again = call(sys.executable, own, ".", cwd=shop.root)
    assert again.returncode == 0
    assert "create" not in again.stdout.replace("create_app", "")


@pytest.mark.parametrize("version", [(3, 10, 4), (3, 6, 15), (2, 7, 18)])
def test_an_older_python_is_refused_before_anything_is_imported(
    version: tuple[int, ...], shop: Sandbox
) -> None:
    pretend = f"import runpy, sys; sys.version_info = {version}; runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    done = call(sys.executable, "-c", pretend, cwd=shop.root)
    assert done.returncode == 2
    assert done.stderr == f"scaffold.py: needs Python 3.11 or newer, this is {version[0]}.{version[1]}\n"


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.8", "3.10"])
def test_a_real_older_python_is_refused(version: str, shop: Sandbox) -> None:
    kept = sorted(
        Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions").glob(f"{version}.*/bin/python")
    )
    if not kept:
        ast.parse(SCRIPT.read_text(encoding="ascii"), feature_version=(3, 7))
        pytest.skip(f"Python {version} is not on this machine: the file at least parses as 3.7")
    done = call(kept[0], SCRIPT, cwd=shop.root)
    assert (done.returncode, done.stderr) == (
        2,
        f"scaffold.py: needs Python 3.11 or newer, this is {version}\n",
    )


def test_the_script_declares_that_it_depends_on_nothing() -> None:
    head = SCRIPT.read_text(encoding="utf-8").splitlines()[:5]
    assert head[1:] == ["# /// script", '# requires-python = ">=3.11"', "# dependencies = []", "# ///"]
    assert os.access(SCRIPT, os.X_OK)
