"""Judge the same mutants with verify and with the slow reference, and compare the verdicts.

    python tools/verify_truth.py --sample 200 --jobs 2
    python tools/verify_truth.py --sample 60 --tests "not error and not writes"
    python tools/verify_truth.py --sample 30 --only bank --spawn

The reference writes each mutant into a copy and runs plain pytest there. With --known FILE its verdicts are kept, so
that a second run asks it only for what is new. Exit 0: all verdicts are the same. Exit 1: some differ. Exit 2: nothing
could be compared.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from async_testing.finding import UsageError
from async_testing.mutants import operators, registry
from async_testing.mutants.making import Mutant, mutants, read_sources
from async_testing.verifying.clean import clean_run
from async_testing.verifying.databases import served
from async_testing.verifying.launching import Target
from async_testing.verifying.model import Judged
from async_testing.verifying.noticing import Options, judge
from mutation import running

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
APPLICATIONS = ("users", "bank", "warehouse")


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", type=int, default=200, help="mutants in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=APPLICATIONS, choices=[*APPLICATIONS, "library"])
    parser.add_argument("--operator", default="", help="only those whose name begins so")
    parser.add_argument("--tests", default="", help="only these tests (pytest's -k), so that more survives")
    parser.add_argument("--spawn", action="store_true", help="verify uses no forks")
    parser.add_argument("--known", type=Path, help="a file with the reference's verdicts, read and written")
    options = parser.parse_args(arguments)
    try:
        return _compare(options)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _compare(options: argparse.Namespace) -> int:
    known = _known(options.known)
    each = -(-options.sample // len(options.only))
    same = 0
    differing: list[str] = []
    spent = {"verify": 0.0, "reference": 0.0}
    for name in options.only:
        root = EXAMPLES / name
        with served(Target(root, sys.executable)) as target, pytest.MonkeyPatch.context() as patch:
            for variable, value in target.environment:
                patch.setenv(variable, value)
            chosen = _chosen(root, each, options.seed, options.operator)
            began = time.monotonic()
            fast = _fast(root, chosen, options)
            spent["verify"] += time.monotonic() - began
            began = time.monotonic()
            slow = _slow(root, chosen, options, known)
            spent["reference"] += time.monotonic() - began
            for mutant in chosen:
                said, truth = fast.get(mutant.fingerprint), slow[_key(name, mutant)]
                if said is not None and _is_noticed(said) == (truth != "survived"):
                    same += 1
                else:
                    differing.append(_line(name, mutant, said, truth))
            print(f"{name}: {len(chosen)} mutants judged", file=sys.stderr, flush=True)
    print("\n".join(differing))
    total = same + len(differing)
    print(f"verify says the same as the reference on {same} of {total}: {100 * same / max(total, 1):.1f} %")
    print(f"verify {spent['verify']:.0f} s with its clean runs, the reference {spent['reference']:.0f} s")
    return 1 if differing or not total else 0


def _chosen(root: Path, count: int, seed: int, operator: str) -> list[Mutant]:
    every = [
        mutant
        for mutant in mutants(read_sources(root, "src"), registry.load(operators))
        if mutant.operator.startswith(operator)
    ]
    return random.Random(seed).sample(every, min(count, len(every)))


def _fast(root: Path, chosen: Sequence[Mutant], options: argparse.Namespace) -> dict[str, Judged]:
    target = Target(root, sys.executable, ("-p", "no:randomly", *_chosen_tests(options)))
    clean = clean_run(target, sorted({mutant.path for mutant in chosen}), 600)
    if clean.trouble or clean.failed:
        raise UsageError(f"{root.name}: {clean.trouble or clean.failed[0].message}")
    bounds = Options(jobs=options.jobs, force_spawn=options.spawn)
    return {one.mutant.fingerprint: one for one in judge(target, clean, chosen, bounds)}


def _slow(
    root: Path, chosen: Sequence[Mutant], options: argparse.Namespace, known: dict[str, str]
) -> dict[str, str]:
    new = [mutant for mutant in chosen if _key(root.name, mutant) not in known]
    suite = running.Suite(root, _chosen_tests(options))
    with ExitStack() as stack:
        if new:
            folders = stack.enter_context(running.copies(suite, options.jobs))
            before = running.baseline(suite, folders[0])

            def done(index: int, verdict: running.Verdict) -> None:
                known[_key(root.name, new[index])] = verdict.state
                if options.known is not None:
                    options.known.write_text(json.dumps(known, indent=1))

            changes = [(mutant.path, mutant.text) for mutant in new]
            running.judge(suite, folders, changes, 5 * before.seconds + 5, done)
    return known


def _chosen_tests(options: argparse.Namespace) -> tuple[str, ...]:
    return ("-k", options.tests) if options.tests else ()


def _known(path: Path | None) -> dict[str, str]:
    if path is None or not path.exists():
        return {}
    try:
        found: dict[str, str] = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UsageError(f"--known {path} cannot be read: {error}") from error
    return found


def _key(name: str, mutant: Mutant) -> str:
    return f"{name}:{mutant.path}:{hashlib.sha256(mutant.text.encode()).hexdigest()[:20]}"


def _is_noticed(one: Judged) -> bool | None:
    """Whether verify says that the tests notice it; None where it says nothing."""
    return None if one.verdict == "unassessed" else one.verdict in ("killed", "timeout")


def _line(name: str, mutant: Mutant, said: Judged | None, truth: str) -> str:
    verdict = f"{said.verdict} ({said.kind}, {said.by} {said.reason})" if said else "nothing"
    change = " ".join(mutant.diff.split())
    return f"{name}/{mutant.path}:{mutant.line} {mutant.operator}: verify says {verdict}, truth {truth}: {change}"


if __name__ == "__main__":
    sys.exit(main())
