"""Choose rewrites of the sources: each kind a few times, in different places."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from async_testing.mutants import registry
from async_testing.mutants.making import Mutant, mutants
from async_testing.mutants.source import Source

from mutation import rewrites


def chosen(sources: Sequence[Source], each: int, seed: int) -> list[Mutant]:
    """Return up to `each` rewrites of every kind; the same seed chooses the same ones."""
    result: list[Mutant] = []
    for rewrite in registry.load(rewrites):
        found = mutants(sources, [rewrite], same_program=True)
        random.Random(f"{seed} {rewrite.name}").shuffle(found)
        result += sorted(found, key=_repeats(found).__getitem__)[:each]
    return result


def _repeats(found: Sequence[Mutant]) -> dict[Mutant, int]:
    """Return for each rewrite how many before it are in the same function: fresh places come first."""
    seen: Counter[tuple[str, str]] = Counter()
    places = {}
    for mutant in found:
        places[mutant] = seen[mutant.path, mutant.scope]
        seen[mutant.path, mutant.scope] += 1
    return places
