"""Write the first tests of public repositories' modules with plan.py --write, and run them as they are.

    python tools/plan_field.py --python ENV/bin/python --output tools/plan-field.csv FOLDER[:PROJECT] ...

FOLDER is a checked-out repository, named owner+name; PROJECT the folder of the project in it, where it is not its
root. A copy without its tests is scaffolded, every module of a DAO, a service, routes or models gets its tests, and
pytest runs them with the given interpreter, which must have what the repositories import. Those are only read.

Exit 0: every repository was judged. Exit 1: one could not be.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
SCRIPTS = REPOSITORY / "scripts"
LAYERS = ("dao", "service", "router", "dto")
COLUMNS = (
    "repository",
    "commit",
    "modules",
    "functions",
    "tests",
    "collected",
    "passed",
    "skipped",
    "functions_with_a_passing_test",
)


def main() -> int:
    """Judge each repository and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repositories", nargs="*", metavar="FOLDER[:PROJECT]")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that runs the tests")
    parser.add_argument("--output", metavar="FILE.csv", help="write the table there")
    parser.add_argument(
        "--environment", action="append", default=[], metavar="NAME=VALUE", help="set while tests run"
    )
    parser.add_argument("--keep", metavar="DIR", help="work in this folder and leave it")
    parser.add_argument("--write", metavar="ROOT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        for path in sorted(modules(Path(options.write))):
            found = one_module(options.write, path)
            if found:
                print(json.dumps(found), flush=True)
        return 0
    os.environ |= dict(one.split("=", 1) for one in options.environment)
    rows = []
    with tempfile.TemporaryDirectory(prefix="plan-field-") as scratch:
        for given in options.repositories:
            row = judged(given, Path(options.keep or scratch), options.python)
            rows.append(row)
            print(",".join(str(row.get(name, "")) for name in COLUMNS), flush=True)
    if options.output:
        with Path(options.output).open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    return 0 if all("tests" in row for row in rows) else 1


def one_module(root: str, path: str) -> dict[str, Any]:
    """Write one module's tests; returns its functions, and the subject of each test, or the problem."""
    sys.path.insert(0, str(SCRIPTS))
    sys.setrecursionlimit(6000)
    from async_testing.cli.plan_write import require
    from async_testing.facts.workspace import Workspace
    from async_testing.finding import UsageError
    from async_testing.planning import needs, plan
    from async_testing.subjects import modules
    from async_testing.writing import tests_for
    from async_testing.writing.conventions import Conventions
    from async_testing.writing.printing import Printer

    workspace = Workspace(root)
    workspace.current = path
    try:
        source = modules.opened(workspace, path)
    except UsageError:
        return {}
    done = plan(source, root)
    if done.layer not in LAYERS or not done.cases:
        return {}
    functions = [one.name for one in done.functions] + [one.name for one in done.models]
    file = needs.test_file(path, done.layer, (), modules.tests(root)[1])
    conventions = Conventions(root, file)
    try:
        require(done, conventions, root)
    except UsageError as error:
        return {"functions": functions, "tests": {}, "reasons": [str(error)]}
    helpers, tests = tests_for(source, done, conventions, set(), exact=False)
    target = Path(root) / file
    while target.exists():
        target = target.with_name(f"{target.stem}_more.py")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(Printer(conventions).file(f"Tests for {path}.", helpers, tests), encoding="utf-8")
    file = target.relative_to(root).as_posix()
    return {
        "functions": functions,
        "file": file,
        "tests": {one.name: one.subject for one in tests},
        "reasons": [one.skip for one in tests if one.skip],
    }


def judged(given: str, scratch: Path, python: str) -> dict[str, Any]:
    """One repository's row."""
    folder, _, inner = given.partition(":")
    source = Path(folder).resolve()
    row: dict[str, Any] = {"repository": source.name.replace("+", "/"), "commit": commit(source)}
    copy = scratch / source.name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(
        source, copy, ignore=shutil.ignore_patterns(".git", "node_modules", "__pycache__"), symlinks=True
    )
    root = copy / inner
    for name in ("tests", "test"):
        shutil.rmtree(root / name, ignore_errors=True)
    (root / "tests").mkdir(exist_ok=True)
    scaffold = [sys.executable, str(SCRIPTS / "scaffold.py"), str(root)]
    if subprocess.run([*scaffold, "--with-database"], capture_output=True).returncode == 2:
        subprocess.run(scaffold, capture_output=True)
    written = apart(root)
    home = import_root(root)
    row["modules"] = len(written)
    row["functions"] = sum(len(one["functions"]) for one in written)
    row["tests"] = sum(len(one["tests"]) for one in written)
    results = run(root, python, home)
    row |= counted(written, results)
    return row


def commit(source: Path) -> str:
    """The commit that the folder shows; empty where it is no repository of its own."""
    command = ["git", f"--git-dir={source / '.git'}", "rev-parse", "--short=10", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def modules(root: Path) -> Iterator[str]:
    """The modules of a project."""
    sys.path.insert(0, str(SCRIPTS))
    from async_testing.subjects import modules as found

    return found.find(str(root))


def apart(root: Path) -> list[dict[str, Any]]:
    """The modules of a project, written in a process of its own."""
    command = [sys.executable, __file__, "--write", str(root)]
    with (root / "plan-field-write.log").open("w", encoding="utf-8") as log:
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, text=True, timeout=1200)
        except subprocess.TimeoutExpired as expired:
            print(f"  {root.name}: takes too long", file=sys.stderr)
            text = expired.stdout or b""
            return [json.loads(line) for line in text.decode().splitlines()[:-1]]
    if done.returncode:
        print(f"  {root.name}: ended with {done.returncode}", file=sys.stderr)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def import_root(root: Path) -> str:
    """The folder that has to be on the path, as what scaffold prints for the configuration says."""
    sys.path.insert(0, str(SCRIPTS))
    from async_testing.project import detect

    return detect(root).import_root


def run(root: Path, python: str, home: str) -> dict[tuple[str, str], str]:
    """The result of each test, by the stem of its file and its name."""
    report = root / "plan-field.xml"
    options = [
        "-q",
        "-o",
        "addopts=",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
        "-o",
        f"pythonpath=. {home}",
    ]
    command = [python, "-m", "pytest", *options, f"--junit-xml={report}", "tests"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    with (root / "plan-field.log").open("w", encoding="utf-8") as log:
        try:
            subprocess.run(command, cwd=root, env=clean, stdout=log, stderr=log, timeout=900)
        except subprocess.TimeoutExpired:
            return {}
    found: dict[tuple[str, str], str] = {}
    if not report.is_file():
        return found
    for case in ElementTree.parse(report).iter("testcase"):
        name = case.get("name", "").partition("[")[0]
        key = (case.get("classname", "").rpartition(".")[2], name)
        state = next((each.tag for each in case if each.tag in ("failure", "error", "skipped")), "passed")
        found[key] = state if found.get(key, "passed") == "passed" else found[key]
    return found


def counted(written: list[dict[str, Any]], results: dict[tuple[str, str], str]) -> dict[str, int]:
    """What became of the tests."""
    collected = passed = skipped = covered = 0
    for one in written:
        stem = Path(one.get("file", "")).stem
        subjects: set[str] = set()
        for name, subject in one["tests"].items():
            state = results.get((stem, name))
            collected += state is not None
            passed += state == "passed"
            skipped += state == "skipped"
            if state == "passed":
                subjects.add(subject)
        covered += len(subjects)
    return {"collected": collected, "passed": passed, "skipped": skipped, COLUMNS[-1]: covered}


if __name__ == "__main__":
    sys.exit(main())
