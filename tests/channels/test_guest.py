"""A guest that disturbs nobody: with the skill in a project, the project's own tools say what they said before."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.channels.conftest import REPOSITORY, git
from tests.channels.test_precommit import FOUND, needs_precommit

APP = """\
\"\"\"The host.\"\"\"


def total(prices: list[int]) -> int:
    \"\"\"Add them up.\"\"\"
    return sum(prices)
"""
PYTEST = '[tool.pytest.ini_options]\npythonpath = ["."]\n'
FILES = {
    "app.py": APP,
    "tests/test_app.py": "from app import total\n\n\ndef test_total() -> None:\n    assert total([1, 2]) == 3\n",
    "pyproject.toml": f'{PYTEST}\n[tool.ruff.lint]\nselect = ["ALL"]\n\n[tool.mypy]\nstrict = true\n',
    "untidy.py": "import os\nvalue: int = 'one'\n",
}
PLACES = (".claude/skills/async-testing-expert", ".agents/skills/async-testing-expert")
TOOLS = {
    "ruff": ["ruff", "check", "--no-cache", "."],
    "format": ["ruff", "format", "--no-cache", "--check", "."],
    "mypy": ["mypy", "--cache-dir", os.devnull, "."],
    "pytest": ["pytest", "-p", "no:cacheprovider", "-p", "no:randomly", "--collect-only", "-q"],
}


@pytest.fixture(scope="module")
def installed(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A tar of what is installed."""
    root = tmp_path_factory.mktemp("clones") / "clone"
    git(root.parent, "clone", "-q", str(bundle), "clone")
    release = [sys.executable, REPOSITORY / "tools" / "release.py", "--root", root, "--branch", "skill"]
    subprocess.run(release, check=True, stdout=subprocess.DEVNULL)
    return subprocess.run(["git", "archive", "skill"], cwd=root, check=True, capture_output=True).stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A host project with a finding of each tool and a configuration that asks for everything."""
    root = tmp_path / "host"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    git(root, "init", "-q")
    return root


def visit(root: Path, installed: bytes) -> None:
    """Put the skill where the agents look for it."""
    for place in PLACES:
        with tarfile.open(fileobj=BytesIO(installed)) as opened:
            opened.extractall(root / place, filter="data")
    git(root, "add", "-A")


def says(root: Path, tool: str) -> tuple[int, str]:
    """The exit code of a tool and what it says, without times and counts of files that are well."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    command = [sys.executable, "-m", *TOOLS[tool]]
    done = subprocess.run(command, cwd=root, env=clean, capture_output=True, text=True, check=False)
    said = re.sub(r" in \d+\.\d+s|, \d+ files? already formatted", "", done.stdout)
    return done.returncode, said


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_of_the_host_says_what_it_said_before(project: Path, installed: bytes, tool: str) -> None:
    before = says(project, tool)
    assert before[0] == (0 if tool == "pytest" else 1), before[1]
    visit(project, installed)
    assert says(project, tool) == before


@needs_precommit
def test_pre_commit_which_looks_at_every_file_in_git_finds_nothing(project: Path, installed: bytes) -> None:
    (project / "untidy.py").unlink()
    bin_ = Path(sys.executable).parent
    entries = {
        "lint": f"{bin_ / 'ruff'} check --no-cache",
        "form": f"{bin_ / 'ruff'} format --no-cache --check",
    }
    hooks = [
        {"id": name, "name": name, "entry": entry, "language": "system", "types": ["python"]}
        for name, entry in entries.items()
    ]
    (project / "pyproject.toml").write_text(PYTEST, encoding="utf-8")
    config = json.dumps({"repos": [{"repo": "local", "hooks": hooks}]})
    (project / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    visit(project, installed)
    assert FOUND is not None
    home = {**os.environ, "PRE_COMMIT_HOME": str(project.parent / "home"), "PRE_COMMIT_COLOR": "never"}
    done = subprocess.run(
        [FOUND, "run", "--all-files"], cwd=project, env=home, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.count("Passed")) == (0, 2), done.stdout


def test_its_files_are_as_the_usual_hooks_want_them(installed: bytes) -> None:
    """No white space at the end of a line, a newline at the end of a file, no mark of byte order, nothing large."""
    wrong = []
    with tarfile.open(fileobj=BytesIO(installed)) as opened:
        for entry in filter(tarfile.TarInfo.isfile, opened):
            file = opened.extractfile(entry)
            assert file is not None
            content = file.read()
            executable = bool(entry.mode & 0o100)
            if (
                re.search(rb"[ \t\r]$", content, re.MULTILINE)
                or (content and (not content.endswith(b"\n") or content.endswith(b"\n\n")))
                or content.startswith((b"\xef\xbb\xbf", b"#!")) != executable
                or len(content) > 500_000
            ):
                wrong.append(entry.name)
    assert wrong == []
