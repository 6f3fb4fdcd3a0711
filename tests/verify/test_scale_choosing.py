"""What comes first where the time does not suffice for all."""

from __future__ import annotations

import random

from async_testing.verifying import choosing
from async_testing.verifying.counting import count, outcome

from tests.verify.made import judged, mutant

LINES = 40
MUTANTS = [mutant(number, line=number % LINES + 1) for number in range(200)]


def test_changed_lines_come_first() -> None:
    ordered = choosing.order(MUTANTS, {"src/dao.py": frozenset({3, 4}), "src/other.py": frozenset({5})})
    assert sorted({one.line for one in ordered[:10]}) == [3, 4]
    assert {one.line for one in ordered[10:]}.isdisjoint({3, 4})


def test_one_mutant_a_line_before_any_second_one() -> None:
    ordered = choosing.order(MUTANTS)
    for turn in range(5):
        assert len({one.line for one in ordered[turn * LINES : (turn + 1) * LINES]}) == LINES


def test_functions_and_operators_are_mixed() -> None:
    early = choosing.order(MUTANTS)[:20]
    assert len({one.scope for one in early}) >= 6
    assert {sum(one.operator == name for one in early) for name in {one.operator for one in early}} <= {
        6,
        7,
        8,
    }


def test_the_same_mutants_in_any_order_are_ordered_alike() -> None:
    shuffled = random.Random(7).sample(MUTANTS, len(MUTANTS))
    assert choosing.order(shuffled, {}) == choosing.order(MUTANTS)
    assert sorted(choosing.order(MUTANTS)) == sorted(MUTANTS)


def test_a_mutant_of_several_lines_counts_with_each() -> None:
    long = mutant(900, line=10, end_line=14)
    assert choosing.on_lines([long], {"src/dao.py": frozenset({14})}) == [long]
    assert choosing.on_lines([long], {"src/dao.py": frozenset({15})}) == []
    assert choosing.on_lines([long], {"src/service.py": frozenset({14})}) == []


def test_what_was_not_reached_is_unassessed_and_says_why() -> None:
    done = [judged(number, mutant=MUTANTS[number]) for number in range(150)]
    left = choosing.unreached(MUTANTS, done, 90)
    assert [one.mutant for one in left] == MUTANTS[150:]
    assert {(one.verdict, one.reason) for one in left} == {
        ("unassessed", "not reached in 90 s; the next run goes on from here")
    }


def test_ninety_seconds_where_nobody_watches() -> None:
    assert choosing.budget_of(None, watched=False) == 90
    assert choosing.budget_of(None, watched=True) is None
    assert choosing.budget_of(30, watched=True) == 30
    assert choosing.budget_of(0, watched=False) is None


def test_a_share_is_never_rounded_up_to_all() -> None:
    many = [judged(number) for number in range(4999)]
    assert count(many).share == "100 %"
    assert count([*many, judged(5000, "survived")]).share == "99.9 %"
    assert count([]).share == "none"


def test_the_outcome_of_mutants() -> None:
    killed, open_, same = judged(1), judged(2, "unassessed"), judged(3, "equivalent")
    assert outcome([killed, same]).state == "passed"
    assert outcome([killed, open_]).state == "unassessed"
    assert outcome([killed, open_, judged(4, "untested")]).state == "failed"
    assert outcome([same]).state == "unassessed"
    assert outcome([killed, judged(5, "timeout"), judged(6, "survived")]).evidence == (
        "2 of 3 mutants noticed (66.7 %), 1 survived, 1 noticed by a hang"
    )
