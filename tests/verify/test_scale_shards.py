"""Mutants are dealt to machines that do not talk, and what these found is joined."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from async_testing.finding import UsageError
from async_testing.verifying import shards
from async_testing.verifying.model import Outcome, Report
from async_testing.verifying.stored import document, read

from tests.verify.made import judged, mutant, report, some_tests

MUTANTS = [mutant(number) for number in range(200)]
SECONDS = {one.fingerprint: random.Random(one.fingerprint).expovariate(5) for one in MUTANTS}


def parts(of: int, seconds: dict[str, float], counts: dict[str, int]) -> list[list[str]]:
    return [
        [one.fingerprint for one in shards.part(MUTANTS, (number, of), seconds, counts)[0]]
        for number in range(1, of + 1)
    ]


@pytest.mark.parametrize("of", [1, 2, 3, 7, 300])
def test_every_mutant_is_in_exactly_one_shard(of: int) -> None:
    dealt = parts(of, SECONDS, {})
    assert sorted(one for part in dealt for one in part) == sorted(one.fingerprint for one in MUTANTS)


def test_the_others_are_told_too() -> None:
    here, elsewhere = shards.part(MUTANTS, (1, 3), {}, {})
    assert here
    assert sorted([*here, *elsewhere]) == sorted(MUTANTS)


def test_shards_take_equally_long_by_recorded_times() -> None:
    sums = [sum(SECONDS[one] for one in part) for part in parts(4, SECONDS, {})]
    assert max(sums) - min(sums) <= 2 * max(SECONDS.values())


def test_without_times_the_number_of_tests_counts() -> None:
    counts = {one.fingerprint: 50 if number % 10 == 0 else 1 for number, one in enumerate(MUTANTS)}
    sums = [sum(counts[one] for one in part) for part in parts(3, {}, counts)]
    assert max(sums) - min(sums) <= 100


def test_times_of_some_tell_how_long_a_test_takes_for_the_others() -> None:
    known = {one: SECONDS[one] for one in list(SECONDS)[:100]}
    mean = sum(known.values()) / len(known)
    guess = {one.fingerprint: known.get(one.fingerprint, mean) for one in MUTANTS}
    sums = [sum(guess[one] for one in part) for part in parts(2, known, {})]
    assert abs(sums[0] - sums[1]) <= 2 * max(guess.values())


def test_the_order_of_the_mutants_is_of_no_account() -> None:
    shuffled = random.Random(1).sample(MUTANTS, len(MUTANTS))
    here, _ = shards.part(shuffled, (2, 3), SECONDS, {})
    assert sorted(one.fingerprint for one in here) == sorted(parts(3, SECONDS, {})[1])


def test_another_time_for_one_mutant_moves_hardly_any() -> None:
    others = {**SECONDS, MUTANTS[0].fingerprint: SECONDS[MUTANTS[0].fingerprint] + 0.2}
    before, after = parts(3, SECONDS, {}), parts(3, others, {})
    moved = sum(len(set(one) ^ set(other)) for one, other in zip(before, after, strict=True)) / 2
    assert moved <= 4


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2", "1/99999"])
def test_what_is_no_shard(text: str) -> None:
    with pytest.raises(UsageError, match="K/N"):
        shards.shard_of(text)


def split(of: int, **fields: object) -> list[Report]:
    """Reports of all shards of thirty mutants, the last three of which survive."""
    found = []
    all_of_them = [mutant(number) for number in range(30)]
    for number in range(1, of + 1):
        here, elsewhere = shards.part(all_of_them, (number, of), {}, {})
        verdicts = [judged(0, "survived" if one.line >= 27 else "killed", mutant=one) for one in here]
        found.append(
            report(
                *verdicts, shard=f"{number}/{of}", elsewhere=tuple(elsewhere), seconds=float(number), **fields
            )
        )
    return found


def test_joined_shards_are_the_whole() -> None:
    whole = shards.combine(list(reversed(split(3))))
    assert [one.mutant.line for one in whole.mutants] == list(range(30))
    assert [one.mutant.line for one in whole.mutants if one.verdict == "survived"] == [27, 28, 29]
    (noticed,) = [one for one in whole.outcomes if one.check == "noticed"]
    assert (noticed.state, noticed.evidence) == ("failed", "27 of 30 mutants noticed (90.0 %), 3 survived")
    assert (whole.shard, whole.elsewhere, whole.notes, whole.seconds) == ("", (), (), 3.0)


def test_a_missing_shard_is_told_and_its_mutants_are_unassessed() -> None:
    first, _, third = split(3)
    whole = shards.combine([third, first])
    assert whole.notes == ("shard 2/3 is missing",)
    assert len(whole.mutants) == 30
    left = [one for one in whole.mutants if one.verdict == "unassessed"]
    assert len(left) == 30 - len(first.mutants) - len(third.mutants) > 0
    assert {one.reason for one in left} == {"its shard is missing: 2/3"}


def test_mutants_judged_twice_are_told_and_counted_once() -> None:
    first, second = split(2)
    again = second._replace(mutants=(*second.mutants, first.mutants[0]))
    whole = shards.combine([first, again])
    assert whole.notes == ("1 mutants were judged by more than one shard",)
    assert len(whole.mutants) == 30


def test_a_shard_given_twice_is_told() -> None:
    first, second = split(2)
    whole = shards.combine([first, second, second])
    assert "shard 2/2 is given twice" in whole.notes


def test_where_shards_disagree_the_worse_counts() -> None:
    first, second = split(2)
    other = first.mutants[0]._replace(verdict="survived")
    whole = shards.combine([first, second._replace(mutants=(*second.mutants, other))])
    place = f"{other.mutant.path}:{other.mutant.line}"
    assert f"judged differently: {place} killed and survived" in whole.notes
    assert next(one for one in whole.mutants if one.mutant == other.mutant).verdict == "survived"


def test_a_mutant_that_every_shard_left_to_others() -> None:
    first, second = split(2)
    lost = first.mutants[0].mutant
    first = first._replace(mutants=first.mutants[1:], elsewhere=(*first.elsewhere, lost))
    whole = shards.combine([first, second])
    (left,) = [one for one in whole.mutants if one.verdict == "unassessed"]
    assert (left.mutant, left.reason) == (lost, "left out by every shard: run one without --shard")


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"code": "other"}, "modules"),
        ({"modules": ("src/service.py",)}, "modules"),
        ({"tests": some_tests(2)}, "tests"),
        ({"python": "3.12.1"}, "versions of Python"),
        ({"shard": "2/3"}, "numbers of shards"),
        ({"elsewhere": ()}, "mutants"),
    ],
)
def test_reports_that_do_not_belong_together(fields: dict[str, object], what: str) -> None:
    first, second = split(2)
    with pytest.raises(UsageError, match=f"of different {what}"):
        shards.combine([first, second._replace(**fields)])


def test_a_report_of_no_shard() -> None:
    with pytest.raises(UsageError, match="not of a shard"):
        shards.combine([report(judged(1))])
    with pytest.raises(UsageError, match="no report is given"):
        shards.combine([])


def test_the_failed_answer_of_a_shard_counts() -> None:
    passed, failed = Outcome("steady", "passed", "9 runs alike", 1), Outcome("steady", "failed", "1 leak", 2)
    unasked = Outcome("steady", "unassessed", "left to shard 1/2")
    first, second = split(2)

    def steady(one: Outcome, other: Outcome) -> Outcome:
        whole = shards.combine([first._replace(outcomes=(one,)), second._replace(outcomes=(other,))])
        return next(each for each in whole.outcomes if each.check == "steady")

    assert steady(passed, failed) == Outcome("steady", "failed", "1 leak", 3)
    assert steady(unasked, passed) == Outcome("steady", "passed", "9 runs alike", 1)
    assert steady(unasked, unasked).state == "unassessed"


def test_tests_in_another_order_keep_their_mutants() -> None:
    first, second = split(2)
    second = second._replace(tests=tuple(reversed(second.tests)))
    whole = shards.combine([first, second])
    positions = {one.mutant.fingerprint: one.covering for one in whole.mutants}
    assert {positions[one.mutant.fingerprint] for one in first.mutants} == {(0,)}
    assert {positions[one.mutant.fingerprint] for one in second.mutants} == {(2,)}


def test_reports_travel_as_json(tmp_path: Path) -> None:
    files = []
    for one in split(2):
        files.append(tmp_path / f"{one.shard[0]}.json")
        files[-1].write_text(json.dumps(document(one)))
    assert shards.combine([read(one) for one in files]) == shards.combine(split(2))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", "\udcff", "[" * 100_000, '{"root": 1}', "NaN"],
)
def test_what_is_no_report(tmp_path: Path, text: str) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match="is no report of verify"):
        read(file)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read(tmp_path / "missing.json")


def test_a_report_with_a_field_of_another_kind_is_none(tmp_path: Path) -> None:
    good = document(report(judged(1)))
    for place, value in (
        ("tests", "x"),
        ("seconds", "1"),
        ("mutants", [{}]),
        ("outcomes", [{"check": "other"}]),
    ):
        file = tmp_path / "report.json"
        file.write_text(json.dumps({**good, place: value}))
        with pytest.raises(UsageError, match="is no report of verify"):
            read(file)
    good["mutants"][0]["covering"] = [7]
    file.write_text(json.dumps(good))
    with pytest.raises(UsageError, match="is no report of verify"):
        read(file)
