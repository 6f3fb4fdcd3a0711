"""Adding an example or a reference as CONTRIBUTING.md says: what has to find it does, and what is left out is told."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = {
    "pyproject.toml": '[tool.pytest]\npythonpath = ["."]\n',
    "src/__init__.py": "",
    "src/app.py": 'def total(prices: list[int]) -> int:\n    """Add them up."""\n    return str(sum(prices))\n',
    "tests/test_app.py": (
        "from src.app import total\n\n\ndef test_total() -> None:\n    assert str(total([1, 2])) == '3'\n"
    ),
}
PAGE = """\
# Adding up

**Load when** prices are to be added up.

<!-- code: examples/tiny/tests/test_app.py::test_total -->
```python
```
"""
ROW = "| prices to be added up | adding-up.md |\n"
ENTRY = """\
  - path: references/adding-up.md
    load_when: prices to be added up
    bytes: 0
    tokens: 0
"""


def run(cwd: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )


def example(root: Path) -> None:
    for path, text in EXAMPLE.items():
        target = root / "examples" / "tiny" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The tools that go through the examples, in a bundle that has little else."""
    for name in ("suite.py", "matrix.py", "typecheck.py"):
        (tmp_path / "tools").mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / "tools" / name, tmp_path / "tools")
    for path in ("scripts/one.py", "evals/run.py"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text("value = 1\n", encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_bundle.py").write_text("def test_it() -> None: ...\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest]\ntestpaths = ["tests"]\n[tool.mypy]\nstrict = true\n', encoding="utf-8"
    )
    example(tmp_path)
    return tmp_path


def test_the_suite_runs_a_new_example(small: Path) -> None:
    done = run(small, "tools/suite.py", "-p", "no:cacheprovider", "-n0")
    assert re.findall(r"(?m)^== .*(?= in \d)|^== \w+$", done.stdout) == ["== tiny", "== 2 suites passed"]
    assert done.returncode == 0


def test_the_matrix_offers_a_new_example(small: Path) -> None:
    assert "--example {tiny}" in run(small, "tools/matrix.py", "--help").stdout


def test_the_type_check_judges_a_new_example(small: Path) -> None:
    done = run(small, "tools/typecheck.py")
    assert (done.returncode, "src/app.py:3: error: Incompatible return value" in done.stdout) == (1, True), (
        done.stdout
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the documents and their tests need, with a reference more."""
    root = tmp_path_factory.mktemp("bundle")
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache")
    for folder in ("references", "scripts", "tools", "examples", "tests/docs", "assets", "evals"):
        shutil.copytree(REPOSITORY / folder, root / folder, ignore=ignored)
    for path in filter(Path.is_file, REPOSITORY.iterdir()):
        shutil.copy(path, root)
    example(root)
    (root / "references" / "adding-up.md").write_text(PAGE, encoding="utf-8")
    before(root / "SKILL.md", "\n## What goes wrong", ROW)
    before(root / "skill.yaml", "\ndrivers:\n", ENTRY)
    return root


def before(path: Path, line: str, more: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(line) == 1
    path.write_text(text.replace(line, f"{more}{line}"), encoding="utf-8")


TESTS = ("tests/docs/test_skill.py", "tests/docs/test_manifest.py")
OPTIONS = (
    "-q",
    "-n0",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:randomly",
    "-k",
    "reference or load or row or folder",
)


def test_a_new_reference_is_filled_in_and_held(whole: Path) -> None:
    done = run(whole, "tools/docs.py")
    assert done.returncode == 0, done.stdout + done.stderr
    page = (whole / "references" / "adding-up.md").read_text(encoding="utf-8")
    assert "def test_total() -> None:\n    assert str(total([1, 2])) == '3'\n```" in page
    assert f"adding-up.md\n    load_when: prices to be added up\n    bytes: {len(page.encode())}\n" in (
        whole / "skill.yaml"
    ).read_text(encoding="utf-8")
    done = run(whole, "-m", "pytest", *TESTS, *OPTIONS)
    assert done.returncode == 0, done.stdout


def test_a_reference_without_a_row_is_told(whole: Path) -> None:
    skill = whole / "SKILL.md"
    text = skill.read_text(encoding="utf-8")
    run(whole, "tools/docs.py")
    skill.write_text(text.replace(ROW, ""), encoding="utf-8")
    try:
        done = run(whole, "-m", "pytest", *TESTS, *OPTIONS)
    finally:
        skill.write_text(text, encoding="utf-8")
    assert done.returncode == 1
    assert "adding-up" in done.stdout
