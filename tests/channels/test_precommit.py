"""The hooks that pre-commit offers, run by pre-commit itself in a project of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.channels.conftest import REPOSITORY, TEST, git, yaml_blocks

FOUND = shutil.which("pre-commit") or shutil.which("pre-commit", path=Path(sys.executable).parent)
needs_precommit = pytest.mark.skipif(FOUND is None, reason="no pre-commit here: pip install pre-commit")


class Done(NamedTuple):
    code: int
    out: str


def hooks() -> dict[str, dict[str, object]]:
    told = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return {one["id"]: one for one in told}


def run(host: Path, bundle: Path, hook: str) -> Done:
    """Run one hook over all files of a project."""
    revision = git(bundle, "rev-parse", "HEAD").strip()
    config = {"repos": [{"repo": str(bundle), "rev": revision, "hooks": [{"id": hook}]}]}
    (host / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    git(host, "add", "-A")
    home = host.parent / "home"
    environment = {**os.environ, "HOME": str(home), "PRE_COMMIT_HOME": str(home / "pre-commit")}
    environment |= {"XDG_CACHE_HOME": str(home / "cache"), "PRE_COMMIT_COLOR": "never"}
    assert FOUND is not None
    done = subprocess.run(
        [FOUND, "run", "--all-files"], cwd=host, env=environment, capture_output=True, text=True, check=False
    )
    return Done(done.returncode, done.stdout + done.stderr)


def test_each_hook_has_what_pre_commit_wants() -> None:
    assert set(hooks()) == {"async-testing-check", "async-testing-fix"}
    for hook in hooks().values():
        assert {"id", "name", "entry", "language", "files", "types"} <= set(hook)
        assert os.access(REPOSITORY / str(hook["entry"]), os.X_OK)


def test_the_page_about_ci_configures_a_hook_that_there_is() -> None:
    (block,) = (one for one in yaml_blocks("references/ci.md") if "repos" in one)
    (repo,) = block["repos"]
    assert set(repo) == {"repo", "rev", "hooks"}
    assert {one["id"] for one in repo["hooks"]} <= set(hooks())


@needs_precommit
def test_a_finding_fails_the_commit(host: Path, bundle: Path) -> None:
    done = run(host, bundle, "async-testing-check")
    assert done.code == 1
    assert "tests/test_save.py:9:5: AT103 unawaited-call" in done.out
    assert git(host, "status", "--porcelain", "tests") == "A  tests/test_save.py\n"


@needs_precommit
def test_what_is_clean_passes(host: Path, bundle: Path) -> None:
    clean = TEST.replace("    save(", "    assert await save(") + "\n"
    (host / "tests" / "test_save.py").write_text(clean.rstrip() + " is None\n", encoding="utf-8")
    (host / "app.py").write_text(TEST, encoding="utf-8")
    done = run(host, bundle, "async-testing-check")
    assert (done.code, "Passed" in done.out) == (0, True), done.out


@needs_precommit
def test_what_is_safe_is_mended(host: Path, bundle: Path) -> None:
    file = host / "tests" / "test_save.py"
    unneeded = "value = 1  # async-testing: ignore[AT103]\n"
    file.write_text(f"{unneeded}{TEST}", encoding="utf-8")
    done = run(host, bundle, "async-testing-fix")
    assert done.code == 1
    assert "files were modified by this hook" in done.out, done.out
    assert file.read_text(encoding="utf-8") == f"value = 1\n{TEST}"
