"""How many of check's findings on public suites are real: a sample that a person has judged, and its precision by rule.

    python tools/precision.py                       precision by rule, from the judged sample in precision.csv
    python tools/precision.py --sample 100 FOLDER … a new random sample of default findings to judge, as CSV, and the
                                                    number of findings for every 1,000 tests of each folder
    python tools/precision.py --hold FOLDER …       which judged findings are reported today

A FOLDER is a checkout, named ``owner+name``. precision.csv holds repository, commit, path, line, rule and verdict
(``true``: a maintainer would call it a defect; ``false``: not), and no source. Exit 0; 1: a rule that is on by default
is below 0.9, or all of them together below 0.95; 2: nothing to judge.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
JUDGED = Path(__file__).resolve().with_suffix(".csv")
FIELDS = ["repository", "commit", "path", "line", "rule", "verdict"]
LEAST = 5
TEST = re.compile(rb"^\s*(?:async )?def test", re.MULTILINE)


def judged() -> list[dict[str, str]]:
    """The rows of the judged sample."""
    with JUDGED.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def report(rows: list[dict[str, str]]) -> int:
    """Print precision by rule; returns the exit code."""
    by_rule: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        by_rule[row["rule"]][row["verdict"]] += 1
    if not rows:
        print("precision: precision.csv holds no judged finding", file=sys.stderr)
        return 2
    poor = []
    for rule, counts in sorted(by_rule.items()):
        share = counts["true"] / counts.total()
        print(f"{rule:40} {counts['true']:4} of {counts.total():4}  {share:.2f}")
        if share < 0.9:
            poor.append(rule)
    right = sum(counts["true"] for counts in by_rule.values())
    print(f"{'all':40} {right:4} of {len(rows):4}  {right / len(rows):.2f}")
    return 1 if poor or right / len(rows) < 0.95 else 0


def findings(folder: Path) -> list[dict[str, Any]]:
    """What check reports by default on a checkout's tests."""
    command = [sys.executable, str(REPOSITORY / "scripts" / "check.py"), ".", "--output-format", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 1, 2) or not done.stdout.strip():
        sys.exit(f"precision: check.py failed on {folder}: {done.stderr}")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return [one for one in found if one["severity"] != "info"]


def number_of_tests(folder: Path) -> int:
    """How many test functions a checkout has, by their lines."""
    files = (path for path in folder.rglob("*.py") if path.is_file())
    return sum(len(TEST.findall(path.read_bytes())) for path in files)


def commit_of(folder: Path) -> str:
    """The commit of a checkout, empty where it is no repository."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True)
    return done.stdout.strip() if (folder / ".git").exists() else ""


def sample(folders: list[Path], size: int, seed: int) -> int:
    """Print a random sample of findings as CSV on stdout, volumes on stderr."""
    rows = []
    for folder in folders:
        found, tests = findings(folder), number_of_tests(folder)
        print(
            f"{folder.name}: {len(found)} findings, {tests} tests, {1000 * len(found) / max(tests, 1):.1f} per 1,000",
            file=sys.stderr,
        )
        place = (folder.name.replace("+", "/", 1), commit_of(folder))
        rows += [
            dict(zip(FIELDS, [*place, one["path"], one["line"], one["name"], ""], strict=True))
            for one in found
        ]
    chance = random.Random(seed)
    chance.shuffle(rows)
    taken, counts = rows[:size], Counter(row["rule"] for row in rows[:size])
    for row in rows[size:]:
        if counts[row["rule"]] < LEAST:
            counts[row["rule"]] += 1
            taken.append(row)
    writer = csv.DictWriter(sys.stdout, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        sorted(taken, key=lambda row: (row["rule"], row["repository"], row["path"], row["line"]))
    )
    return 0 if taken else 2


def hold(folders: list[Path]) -> int:
    """Print how many of the judged findings are reported today, by verdict."""
    rows = judged()
    for folder in folders:
        found = {(one["path"], one["name"]) for one in findings(folder)}
        mine = [row for row in rows if row["repository"].replace("/", "+", 1) == folder.name]
        for verdict in ("true", "false"):
            of_kind = [row for row in mine if row["verdict"] == verdict]
            still = sum((row["path"], row["rule"]) in found for row in of_kind)
            print(f"{folder.name}: {still} of {len(of_kind)} judged {verdict} are reported")
    return 0


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--sample", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hold", action="store_true")
    chosen = parser.parse_args()
    folders = [folder.resolve() for folder in chosen.folders]
    if chosen.sample:
        return sample(folders, chosen.sample, chosen.seed)
    return hold(folders) if chosen.hold else report(judged())


if __name__ == "__main__":
    sys.exit(main())
