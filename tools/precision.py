"""How many of check's findings on public suites are real: a sample that a person has judged, and its precision by rule.

    python tools/precision.py                       precision by rule, from the judged sample in precision.csv
    python tools/precision.py --sample 100 FOLDER … a new random sample of default findings to judge, as CSV, and the
                                                    number of findings for every 1,000 tests of each folder
    python tools/precision.py --hold FOLDER …       look again which judged findings are reported, and write it down

A FOLDER is a checkout, named ``owner+name``. precision.csv holds repository, commit, path, line, rule, verdict
(``true``: a maintainer would call it a defect; ``false``: not), whether it is reported today (most false ones led to
a guard), and no source. Two figures are printed: of what is reported today, and as it was when it was judged. The
first is the better for having learnt from the second. Exit 0; 1: of what is reported today a rule is below 0.9, or all
together below 0.95; 2: nothing to judge.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
JUDGED = Path(__file__).resolve().with_suffix(".csv")
FIELDS = ["repository", "commit", "path", "line", "rule", "verdict", "reported"]
LEAST = 5
TEST = re.compile(rb"^\s*(?:async )?def test", re.MULTILINE)


def judged() -> list[dict[str, str]]:
    """The rows of the judged sample."""
    with JUDGED.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def report(rows: list[dict[str, str]]) -> int:
    """Print precision by rule; returns the exit code."""
    if not rows:
        print("precision: precision.csv holds no judged finding", file=sys.stderr)
        return 2
    poor = []
    print(f"{'rule':40} {'reported today':>16} {'as judged':>16}")
    for rule in [*sorted({row["rule"] for row in rows}), "all"]:
        judged_ones = [row for row in rows if rule in (row["rule"], "all")]
        today = [row for row in judged_ones if row["reported"] == "yes"]
        print(f"{rule:40} {shown(today):>16} {shown(judged_ones):>16}")
        if today and share(today) < (0.95 if rule == "all" else 0.9):
            poor.append(rule)
    return 1 if poor else 0


def share(rows: list[dict[str, str]]) -> float:
    """The share of true findings."""
    return sum(row["verdict"] == "true" for row in rows) / len(rows)


def shown(rows: list[dict[str, str]]) -> str:
    """Counts and share of true findings, a dash for none."""
    if not rows:
        return "-"
    return f"{sum(row['verdict'] == 'true' for row in rows)} of {len(rows)} {share(rows):.2f}"


def findings(folder: Path) -> list[dict[str, Any]]:
    """What check reports by default on a checkout's tests."""
    command = [sys.executable, str(REPOSITORY / "scripts" / "check.py"), ".", "--output-format", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 1, 2) or not done.stdout.strip():
        sys.exit(f"precision: check.py failed on {folder}: {done.stderr}")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return [one for one in found if one["code"] != "AT000"]


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
            dict(zip(FIELDS, [*place, one["path"], one["line"], one["name"], "", "yes"], strict=True))
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
    """Look again which of the judged findings are reported, write that down, and print it by verdict."""
    rows = judged()
    for folder in folders:
        found = {(one["path"], one["line"], one["name"]) for one in findings(folder)}
        mine = [row for row in rows if row["repository"].replace("/", "+", 1) == folder.name]
        for row in mine:
            row["reported"] = "yes" if (row["path"], int(row["line"]), row["rule"]) in found else "no"
        for verdict in ("true", "false"):
            of_kind = [row for row in mine if row["verdict"] == verdict]
            still = sum(row["reported"] == "yes" for row in of_kind)
            print(f"{folder.name}: {still} of {len(of_kind)} judged {verdict} are reported")
    with JUDGED.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
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
