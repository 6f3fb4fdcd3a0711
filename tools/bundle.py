"""Hold the bundle as its user gets it: archived, validated, installed into a scratch project, and used there.

    python tools/bundle.py

1. the branch that is installed, made of HEAD, in a folder of the right name, and the Agent Skills validator on it;
2. ``npx skills add`` of that folder into a new FastAPI project (copied by hand where npm is missing, and said so);
3. in that project: the project's own linter, type checker and test collection see nothing of the skill, its hooks of
   pre-commit, which are given every file in git, find nothing in it, and the installed scaffold.py writes fixtures that
   the project's tests use.

Exit 0: all of it held. Exit 1: something did not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from channels import checked_out

NAME = "async-testing-expert"
# The newest installer that runs on Node 20, which Debian and many CI images have.
INSTALLER = "skills@1.5.18"
APP = '''"""A host project."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/ping")
async def ping() -> dict[str, str]:
    """Answer."""
    return {"ping": "pong"}
'''
TEST = '''"""The host's own test."""


def test_ping(client) -> None:  # type: ignore[no-untyped-def]
    assert client.get("/ping").json() == {"ping": "pong"}
'''


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command; returns its output, or ends the program with all that it said."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    done = subprocess.run(
        command, cwd=cwd, env=clean, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        shown = " ".join(str(part) for part in command)
        sys.exit(f"bundle: '{shown}' ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def install(bundle: Path, project: Path) -> str:
    """Install the bundle into a project's .claude/skills; returns how it was done."""
    if shutil.which("npx"):
        run(
            "npx", "--yes", INSTALLER, "add", bundle, "--agent", "claude-code", "--copy", "--yes", cwd=project
        )
        return f"npx {INSTALLER} add"
    shutil.copytree(bundle, project / ".claude" / "skills" / NAME, ignore=shutil.ignore_patterns(".git"))
    return "copied by hand, npx not found: the installer was not tried"


def hooked(project: Path, binaries: Path) -> None:
    """Commit all there is and have pre-commit give every file of it to a linter, a formatter and a type checker."""
    hooks = "".join(
        f"      - {{id: '{name}', name: '{name}', entry: '{binaries / name}', language: system, types: [python]}}\n"
        for name in ("ruff check", "ruff format --check", "mypy")
    )
    (project / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: local\n    hooks:\n{hooks}", encoding="utf-8"
    )
    run("git", "init", "--quiet", cwd=project)
    run("git", "add", "--all", cwd=project)
    run(binaries / "pre-commit", "run", "--all-files", cwd=project)


def main() -> int:
    """Do the three steps of the module's docstring, a line each."""
    binaries = Path(sys.executable).parent
    with tempfile.TemporaryDirectory(prefix="bundle-") as scratch:
        bundle = checked_out(Path(scratch))
        run(binaries / "agentskills", "validate", bundle, cwd=Path(scratch))
        print("bundle: valid for the Agent Skills validator")
        project = Path(scratch) / "host"
        project.mkdir()
        (project / "app.py").write_text(APP)
        (project / "pyproject.toml").write_text('[tool.pytest]\npythonpath = ["."]\nasyncio_mode = "auto"\n')
        print(f"bundle: installed ({install(bundle, project)})")
        skill = project / ".claude" / "skills" / NAME
        installed = {path.name for path in skill.iterdir()}
        lost = {path.name for path in bundle.iterdir() if not path.name.startswith(".")} - installed
        if lost:
            sys.exit(f"bundle: the installer left out {', '.join(sorted(lost))}")
        run(sys.executable, skill / "scripts" / "scaffold.py", ".", cwd=project)
        (project / "tests" / "test_ping.py").write_text(TEST)
        said = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=project)
        if "1 passed" not in said:
            sys.exit(f"bundle: the host's suite should be its own one test:\n{said}")
        for tool in (["ruff", "check", "."], ["mypy", "."]):
            run(binaries / tool[0], *tool[1:], cwd=project)
        hooked(project, binaries)
        print(
            "bundle: scaffolded from there; the host's one test passed, its ruff, mypy and pre-commit saw nothing amiss"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
