"""Each operator and each rewrite does what its examples say, exactly that, and always makes a program."""

from __future__ import annotations

import pytest
from async_testing.mutants import edits, operators, registry
from async_testing.mutants.making import changed, mutants
from async_testing.mutants.registry import Operator
from async_testing.mutants.source import Source
from mutation import rewrites

MUTATIONS = registry.load(operators)
REWRITES = registry.load(rewrites)


def examples(of: list[Operator]) -> list[object]:
    return [
        pytest.param(operator, before, after, id=f"{operator.name}-{number}")
        for operator in of
        for number, (before, after) in enumerate(operator.examples.items(), start=1)
    ]


@pytest.mark.parametrize(("operator", "before", "after"), examples(MUTATIONS + REWRITES))
def test_an_operator_makes_exactly_its_examples(operator: Operator, before: str, after: list[str]) -> None:
    source = Source("example.py", before)
    assert [edits.apply(before, plan) for plan in operator.plan(source) if plan] == after


@pytest.mark.parametrize(("operator", "before", "after"), examples(MUTATIONS))
def test_a_mutant_is_another_program(operator: Operator, before: str, after: list[str]) -> None:
    source = Source("example.py", before)
    texts = [changed(source, plan) for plan in operator.plan(source) if plan]
    assert None not in texts


@pytest.mark.parametrize(("operator", "before", "after"), examples(MUTATIONS))
def test_each_mutant_says_what_a_test_would_have_to_assert(
    operator: Operator, before: str, after: list[str]
) -> None:
    hints = [mutant.hint for mutant in mutants([Source("example.py", before)], [operator])]
    assert len(hints) == len(after)
    assert not [hint for hint in hints if len(hint) < 20 or ("{" in hint and "{" not in before)]


@pytest.mark.parametrize("operator", MUTATIONS + REWRITES, ids=lambda operator: operator.name)
def test_an_operator_is_explained_and_shown(operator: Operator) -> None:
    assert operator.summary.endswith(".")
    assert any(operator.examples.values())


def test_names_are_unique_and_there_are_enough_rewrites() -> None:
    names = [operator.name for operator in MUTATIONS + REWRITES]
    assert len(names) == len(set(names))
    assert len(REWRITES) >= 30
