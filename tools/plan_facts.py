"""How many of the facts that plan tells of public code are right: a sample that a person has judged, as a table.

    python tools/plan_facts.py                       the figures, from the judged sample in plan-facts.csv
    python tools/plan_facts.py --sample 100 FOLDER …  draw the sample again: each function with its facts, to be judged
    python tools/plan_facts.py --count FOLDER …       how many functions and models of each layer there are to draw from

A FOLDER is a checkout, named ``owner+name``. Drawn are functions of DAOs, services and routers, and models, one from
each repository in turn, so that a large one does not outweigh the others; with the same checkouts the same ones.

plan-facts.csv holds repository, commit, module, function, layer, how many facts were judged, how many were wrong when
they were judged (a missing one is wrong), how many are today, and what was wrong; no source. What the first sample
showed was mended before the second was drawn, and what the second showed after it: the second as judged is the figure
for code that nothing was learnt from. Exit 0; 1: fewer than 95 % of the second's facts were right, or of all are today;
2: nothing to judge.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "scripts"))

from async_testing.facts.workspace import Workspace  # noqa: E402
from async_testing.finding import UsageError  # noqa: E402
from async_testing.subjects import dtos, functions, modules  # noqa: E402
from async_testing.subjects.model import plain  # noqa: E402

JUDGED = Path(__file__).resolve().parent / "plan-facts.csv"
FIELDS = [
    "sample",
    "repository",
    "commit",
    "module",
    "function",
    "layer",
    "judged",
    "wrong",
    "wrong today",
    "note",
]
LAYERS = ("dao", "service", "router", "dto")
BAR = 0.95


class One(NamedTuple):
    """A function or model, with its facts as JSON."""

    module: str
    name: str
    layer: str
    facts: dict[str, Any]


def pool(root: Path) -> list[One]:
    """Everything in a checkout that can be drawn, in the order of its paths."""
    workspace = Workspace(root.resolve())
    return [one for path in sorted(modules.find(workspace.root)) for one in _of_module(workspace, path)]


def _of_module(workspace: Workspace, path: str) -> Iterator[One]:
    workspace.current = path
    with contextlib.suppress(UsageError):
        source = modules.opened(workspace, path)
        try:
            for function in functions.of(source):
                if function.layer in LAYERS:
                    yield One(path, function.name, function.layer, plain(function))
            for model in dtos.models(source):
                yield One(path, model.name, "dto", plain(model))
        finally:
            workspace.closed(source)


def drawn(folders: list[Path], number: int, seed: int) -> list[tuple[Path, One]]:
    """The sample: the repositories in turn, each time one of what is left of theirs."""
    chance = random.Random(seed)
    left = {folder: pool(folder) for folder in sorted(folders)}
    found: list[tuple[Path, One]] = []
    while len(found) < number and any(left.values()):
        for folder, ones in left.items():
            if ones and len(found) < number:
                found.append((folder, ones.pop(chance.randrange(len(ones)))))
    return sorted(found, key=lambda pair: (pair[0].name, pair[1].module, pair[1].name))


def number_of(facts: dict[str, Any]) -> int:
    """How many facts there are to be judged: each value that is told, and each list that is said to be empty."""
    if "fields" in facts:
        return 3 + sum(3 + bool(field["constraints"]) + len(field["invalid"]) for field in facts["fields"])
    route = facts["route"]
    number = 6 + len(facts["parameters"])  # layer, kind, binding, returns, decorators, seam
    number += sum(4 + len(one["columns"]) for one in facts["statements"]) or 1
    for name in ("calls", "transactions", "collaborators", "branches", "raises", "mappings"):
        number += len(facts[name]) or 1
    return number + (7 + len(route["given"]) if route else 1)


def commit_of(folder: Path) -> str:
    """The commit of a checkout, empty where it is none."""
    done = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def sample(folders: list[Path], number: int, seed: int) -> int:
    """Print the functions to be judged, each a line of JSON."""
    for folder, one in drawn(folders, number, seed):
        row = {
            "repository": folder.name.replace("+", "/"),
            "commit": commit_of(folder),
            "module": one.module,
            "function": one.name,
            "layer": one.layer,
            "judged": number_of(one.facts),
            "facts": one.facts,
        }
        print(json.dumps(row))
    return 0


def count(folders: list[Path]) -> int:
    """Print what there is to draw from."""
    every: Counter[str] = Counter()
    for folder in sorted(folders):
        found = Counter(one.layer for one in pool(folder))
        every += found
        print(f"{folder.name.replace('+', '/'):48} {_shown(found)}")
    print(f"{'all':48} {_shown(every)}")
    return 0


def _shown(found: Counter[str]) -> str:
    return "  ".join(f"{layer} {found[layer]:5}" for layer in LAYERS)


def report() -> int:
    """Print the figures of the judged samples by layer; returns the exit code."""
    with contextlib.suppress(FileNotFoundError), JUDGED.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
        fresh = [row for row in rows if row["sample"] == "second"]
        print(
            f"{'sample':8} {'layer':8} {'functions':>9} {'facts':>6} {'right when judged':>18} {'right today':>12}"
        )
        for name in ("first", "second"):
            own = [row for row in rows if row["sample"] == name]
            for layer in (*LAYERS, "all"):
                print(f"{name:8} {_line(layer, [row for row in own if layer in (row['layer'], 'all')])}")
            whole = [sum(not int(row[column]) for row in own) for column in ("wrong", "wrong today")]
            print(f"{name:8} without a wrong fact: {whole[0]} of {len(own)} when judged, {whole[1]} today")
        print(f"{len({row['repository'] for row in rows})} repositories")
        return 0 if min(_share(fresh, "wrong"), _share(rows, "wrong today")) >= BAR else 1
    print("plan_facts: plan-facts.csv is missing", file=sys.stderr)
    return 2


def _line(layer: str, rows: list[dict[str, str]]) -> str:
    facts = sum(int(row["judged"]) for row in rows)
    shares = [f"{_share(rows, column):.3f}" for column in ("wrong", "wrong today")]
    return f"{layer:8} {len(rows):9} {facts:6} {shares[0]:>18} {shares[1]:>12}"


def _share(rows: list[dict[str, str]], column: str) -> float:
    facts = sum(int(row["judged"]) for row in rows)
    return 1 - sum(int(row[column]) for row in rows) / facts if facts else 0.0


def main() -> int:
    """Report, draw or count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=int, metavar="N", help="draw N functions, with their facts")
    parser.add_argument("--seed", type=int, default=20, help="20: the first sample, 21: the second")
    parser.add_argument("--count", action="store_true", help="count what there is to draw from")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if (options.sample or options.count) and not options.folders:
        parser.error("--sample and --count need FOLDERs: checkouts, named owner+name")
    missing = [str(one) for one in options.folders if not one.is_dir()]
    if missing:
        parser.error(f"no such folder: {', '.join(missing)}")
    if options.count:
        return count(options.folders)
    return sample(options.folders, options.sample, options.seed) if options.sample else report()


if __name__ == "__main__":
    sys.exit(main())
