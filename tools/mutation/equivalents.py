"""Mutants that change nothing anybody can see, written down with the reason."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from async_testing.finding import UsageError
from async_testing.mutants.making import Mutant

FILE = "mutants-equivalent.toml"


@dataclass(frozen=True)
class Equivalent:
    """One entry: which mutant, and why no test can notice it."""

    operator: str
    fingerprint: str
    reason: str


def load(path: Path) -> list[Equivalent]:
    """Read the entries; none if there is no file. UsageError if the file or an entry is not as it should be."""
    try:
        entries = tomllib.loads(path.read_text()).get("equivalent", [])
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}") from error
    found = []
    for number, entry in enumerate(entries, start=1):
        values = [str(entry.get(name, "")).strip() for name in ("operator", "fingerprint", "reason")]
        if not all(values):
            raise UsageError(f"{path}: entry {number} needs an operator, a fingerprint and a reason")
        found.append(Equivalent(*values))
    return found


def unused(entries: Sequence[Equivalent], mutants: Sequence[Mutant]) -> list[Equivalent]:
    """Return the entries that no mutant answers to."""
    known = {(mutant.operator, mutant.fingerprint) for mutant in mutants}
    return [entry for entry in entries if (entry.operator, entry.fingerprint) not in known]


def entry(mutant: Mutant) -> str:
    """Return the lines that list a mutant, with its reason still to be written."""
    before, after = (" ".join(text.split()) for text in (mutant.before, mutant.after))
    return (
        f"[[equivalent]]  # {mutant.path} {mutant.scope}\n# - {before}\n# + {after}\n"
        f'operator = "{mutant.operator}"\nfingerprint = "{mutant.fingerprint}"\nreason = ""\n'
    )
