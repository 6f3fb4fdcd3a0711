"""Choose rewrites of the sources: each kind a few times, in different places."""

from __future__ import annotations

import random
from collections.abc import Sequence

from mutation import registry, rewrites
from mutation.mutants import Mutant, mutants
from mutation.source import Source


def chosen(sources: Sequence[Source], each: int, seed: int) -> list[Mutant]:
    """Return up to `each` rewrites of every kind; the same seed chooses the same ones."""
    result: list[Mutant] = []
    for rewrite in registry.load(rewrites):
        found = mutants(sources, [rewrite])
        random.Random(f"{seed} {rewrite.name}").shuffle(found)
        scopes: set[tuple[str, str]] = set()
        fresh = [m for m in found if (m.path, m.scope) not in scopes and not scopes.add((m.path, m.scope))]
        rest = [mutant for mutant in found if mutant not in fresh]
        result += (fresh + rest)[:each]
    return result
