"""Adding a rule is adding one file: it is then listed, documented, explained and run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
RULE = '''"""A test is called after nobody.

## What it does

Looks for tests whose name ends in ``_nobody``.

## Why is this bad

Nobody reads them.

## Example

```python
def test_fetch_nobody() -> None:  # error
    assert True
```

## Use instead

```python
def test_fetch_of_an_unknown_id() -> None:
    assert True
```
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT899"


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such test."""
    for test in source.tests:
        if test.name.endswith("_nobody"):
            yield Hit(test.node, f"{test.name} is called after nobody", "say who")
'''


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the scripts with one rule more, and a project that breaks it."""
    root = tmp_path_factory.mktemp("bundle")
    shutil.copytree(REPOSITORY / "scripts", root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "scripts/async_testing/rules/called_after_nobody.py").write_text(RULE, encoding="utf-8")
    (root / "project/tests").mkdir(parents=True)
    (root / "project/tests/test_user_dao.py").write_text(
        "def test_fetch_nobody() -> None:\n    assert fetch() == 1\n"
    )
    return root


def run(bundle: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=bundle / "project", capture_output=True, text=True, check=False
    )


def check(bundle: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(bundle, str(bundle / "scripts/check.py"), "--no-cache", *arguments)


def test_it_is_loaded(bundle: Path) -> None:
    code = "from async_testing import rules; print([one.code for one in rules.load() if one.name.endswith('nobody')])"
    done = run(bundle, "-c", f"import sys; sys.path.insert(0, {str(bundle / 'scripts')!r}); {code}")
    assert done.stdout.strip() == "['AT899']", done.stderr


def test_it_is_listed(bundle: Path) -> None:
    done = check(bundle, "--list-rules", "--all")
    line = next(line for line in done.stdout.splitlines() if "AT899" in line)
    assert "called-after-nobody" in line


def test_it_is_explained(bundle: Path) -> None:
    for asked in ("AT899", "called-after-nobody"):
        done = check(bundle, "--explain", asked)
        assert done.returncode == 0, done.stderr
        assert "A test is called after nobody." in done.stdout
        assert "Nobody reads them." in done.stdout


def test_it_is_run_and_found_by_code_and_name(bundle: Path) -> None:
    for asked in ((), ("--select", "AT899"), ("--select", "called-after-nobody")):
        done = check(bundle, *asked)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "AT899" in done.stdout
        assert "test_fetch_nobody is called after nobody" in done.stdout


def test_it_has_its_row_in_the_page_of_rules(bundle: Path) -> None:
    code = (
        "from pathlib import Path; from documentation import rules; print(rules.page(Path('..').resolve()))"
    )
    done = run(bundle, "-c", f"import sys; sys.path.insert(0, {str(REPOSITORY / 'tools')!r}); {code}")
    assert "| AT899 | `called-after-nobody` | stable | A test is called after nobody." in done.stdout, (
        done.stderr
    )
