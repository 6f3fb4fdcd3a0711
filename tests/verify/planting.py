"""A small project, bugs planted in it by hand, and what the engine says of them."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from async_testing.mutants.making import Mutant
from async_testing.verifying.clean import Clean, clean_run
from async_testing.verifying.launching import Target
from async_testing.verifying.model import Judged
from async_testing.verifying.noticing import Options, judge

QUICK: Mapping[str, Any] = {"slack": 1.0}
"""Bounds for tests of some milliseconds."""


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write files with their indentation taken out; returns the folder."""
    for name, text in {"pytest.ini": "[pytest]\npythonpath = .\n", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return root


def bug(root: Path, path: str, before: str, after: str) -> Mutant:
    """The mutant in which the one place that reads ``before`` reads ``after``."""
    text = (root / path).read_text()
    assert text.count(before) == 1, (before, text.count(before))
    line = text[: text.index(before)].count("\n") + 1
    changed = text.replace(before, after)
    end = line + before.count("\n")
    return Mutant("by-hand", path, line, "", before, after, changed, f"{before}->{after}", end)


def target_of(root: Path, *arguments: str) -> Target:
    """The project with this interpreter."""
    return Target(root, sys.executable, arguments)


def clean_of(target: Target, planted: Sequence[Mutant]) -> Clean:
    """A clean run that looks at the files of some mutants."""
    clean = clean_run(target, sorted({one.path for one in planted}), 60)
    assert not clean.trouble, (clean.trouble, clean.output)
    assert not clean.failed, clean.failed
    return clean


def verdicts(root: Path, planted: Sequence[Mutant], **options: Any) -> dict[str, Judged]:
    """By what a bug writes, what became of it."""
    target = target_of(root)
    judged = judge(target, clean_of(target, planted), planted, Options(**{**QUICK, **options}))
    return {one.mutant.after: one for one in judged}


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file of a folder with what is in it."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
