"""Write the first tests of public repositories' modules with plan.py --write, and run them as they are.

    python tools/plan_field.py [--checkouts FOLDER] [--only NAME ...] [--keep FOLDER] [--output FILE.csv] [--reasons]

The repositories are those of ``plan-field.toml``; ``--checkouts`` names a folder that holds them already, as
owner+name, what is not there is fetched from GitHub. A copy without its tests is scaffolded, every module of a DAO,
a service, routes or models gets its tests, and pytest runs them in an environment made from what the entry names.
``--environments`` names a folder of environments made before, as owner+name. ``--reasons`` says of each function
without a passing test why it has none.

Exit 0: every repository was judged. Exit 1: one could not be.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from field import Trial, Unprepared, checkout, environment_of
from plan_field_written import LAYERS, Written, results_of, without_imports, written_for

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
COLUMNS = (
    "repository",
    "commit",
    "modules",
    "functions",
    "tests",
    "not_importable",
    "collected",
    "passed",
    "skipped",
    "functions_with_a_passing_test",
    *LAYERS,
)


def main() -> int:
    """Judge each repository and write the table."""
    options = arguments()
    entries = tomllib.loads(Path(__file__).with_name("plan-field.toml").read_text())["repository"]
    trials = [Trial(**one) for one in entries]
    if options.only:
        trials = [one for one in trials if any(part in one.name for part in options.only)]
    rows, complete = [], True
    with tempfile.TemporaryDirectory(prefix="plan-field-") as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for trial in trials:
            try:
                rows.append(judged(trial, options, folder))
            except (Unprepared, subprocess.SubprocessError) as problem:
                print(f"{trial.name}: {problem}", file=sys.stderr)
                complete = False
                continue
            print(",".join(str(rows[-1][name]) for name in COLUMNS), flush=True)
    if options.output:
        save(rows, options.output)
    summary(rows)
    return 0 if complete and rows else 1


def arguments() -> argparse.Namespace:
    """Read the command line."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("--checkouts", type=Path)
    parser.add_argument("--environments", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    parser.add_argument("--output", type=Path, metavar="FILE.csv", help="write the table there")
    parser.add_argument("--reasons", action="store_true")
    return parser.parse_args()


def judged(trial: Trial, options: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """One repository's row."""
    named = trial.name.replace("/", "+")
    held = options.environments / named if options.environments else None
    venv = held if held and held.is_dir() else environment_of(trial)
    root = copied(trial, options.checkouts, scratch)
    for command in trial.prepare:
        subprocess.run(["bash", "-c", command], cwd=root, check=True)
    is_package = (root / "tests" / "__init__.py").is_file()
    for name in ("tests", "test"):
        shutil.rmtree(root / name, ignore_errors=True)
    (root / "tests").mkdir()
    if is_package:
        (root / "tests" / "__init__.py").touch()
    scaffold = [sys.executable, str(SCRIPTS / "scaffold.py"), str(root)]
    if subprocess.run([*scaffold, "--with-database"], capture_output=True).returncode == 2:
        subprocess.run(scaffold, capture_output=True)
    written = written_for(root)
    python = str(venv / "bin" / "python")
    results = results_of(root, python, trial.environment, trial.pytest)
    lost = {
        one.stem
        for one in written
        if one.tests and not any((one.stem, name) in results for name in one.tests)
    }
    lost = {stem for stem in lost if without_imports(root, python, trial.environment, stem)}
    row = {"repository": trial.name, "commit": trial.commit[:10], **counted(written, results, lost)}
    if options.reasons:
        reasons(trial.name, written, results)
    return row


def copied(trial: Trial, checkouts: Path | None, scratch: Path) -> Path:
    """A copy of the project that may be written to, from a folder owner+name where there is one."""
    held = checkouts / trial.name.replace("/", "+") if checkouts else None
    if not held or not held.is_dir():
        return checkout(trial, checkouts, scratch)
    copy = scratch / held.name
    shutil.rmtree(copy, ignore_errors=True)
    ignored = shutil.ignore_patterns(".git", "node_modules", "__pycache__")
    shutil.copytree(held, copy, ignore=ignored, symlinks=True)
    return copy / trial.folder


def counted(
    written: list[Written], results: dict[tuple[str, str], tuple[str, str]], lost: set[str]
) -> dict[str, Any]:
    """What became of the tests, as columns of the table; a layer's is covered/functions.

    Args:
        written: the tests.
        results: how they ended.
        lost: the files that could not be collected since what they import of the project cannot be imported here.
    """
    states = [results.get((one.stem, name), ("", ""))[0] for one in written for name in one.tests]
    covered = dict.fromkeys(LAYERS, 0)
    functions = dict(covered)
    for one in written:
        functions[one.layer] += len(one.functions)
        covered[one.layer] += len(one.passing(results))
    return {
        "modules": len(written),
        "functions": sum(functions.values()),
        "tests": len(states),
        "not_importable": sum(len(one.tests) for one in written if one.stem in lost),
        "collected": sum(bool(state) for state in states),
        "passed": states.count("passed"),
        "skipped": states.count("skipped"),
        "functions_with_a_passing_test": sum(covered.values()),
        **{layer: f"{covered[layer]}/{functions[layer]}" for layer in LAYERS},
    }


def reasons(name: str, written: list[Written], results: dict[tuple[str, str], tuple[str, str]]) -> None:
    """Say of each function without a passing test what became of its tests."""
    for one in written:
        passing = one.passing(results)
        for function in one.functions:
            if function in passing:
                continue
            said = one.problem or "; ".join(
                "{}: {}".format(*results.get((one.stem, test), ("not collected", "")))
                for test, subject in one.tests.items()
                if subject == function
            )
            print(f"  {name} {one.layer} {one.path} {function}: {' '.join(said.split())[:300] or 'no test'}")


def save(rows: list[dict[str, Any]], path: Path) -> None:
    """Write the table; rows of repositories that were not tried this time stay."""
    kept = {}
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as stream:
            kept = {row["repository"]: row for row in csv.DictReader(stream)}
    kept |= {row["repository"]: row for row in rows}
    partial = path.with_name(f"{path.name}.new")
    with partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n", extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(kept[name] for name in sorted(kept, key=str.lower))
    partial.replace(path)


def summary(rows: list[dict[str, Any]]) -> None:
    """Print the shares that the whole comes to."""
    total = {name: sum(int(row[name]) for row in rows) for name in COLUMNS[2:10]}
    if not total["tests"]:
        print("nothing was judged")
        return
    run = total["collected"] - total["skipped"]
    possible = total["tests"] - total["not_importable"]
    print(
        f"{len(rows)} repositories, {total['functions']} functions: {total[COLUMNS[9]] / total['functions']:.0%} with a"
        f" passing test; of {total['tests']} tests {total['not_importable']} are of what cannot be imported there,"
        f" {total['collected'] / max(possible, 1):.1%} of the others collected,"
        f" {total['skipped'] / max(total['collected'], 1):.0%} of those skipped,"
        f" {total['passed'] / max(run, 1):.1%} of the rest passed"
    )


if __name__ == "__main__":
    sys.exit(main())
