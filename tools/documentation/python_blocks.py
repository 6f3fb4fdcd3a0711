"""Python blocks: copies of tested code, and counter-examples that are seen to fail as the text says."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from documentation.addresses import Address, parse, source
from documentation.blocks import Block, Problem
from documentation.scratch import Outcome, Scratch, scratch

FAILS = re.compile(r'^(?P<address>\S+) with "(?P<message>.+)"$')
MISSES = re.compile(
    r'^(?P<address>\S+) where "(?P<old>.+)" becomes "(?P<new>.*)" in (?P<path>\S+), caught by (?P<node>\S+)$'
)


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter-example: a test that fails with a message, or one that misses a planted bug."""

    address: Address
    message: str = ""
    old: str = ""
    new: str = ""
    path: str = ""
    caught_by: str = ""

    @property
    def node(self) -> str:
        """The node ID of its test, once the file is among the example's tests."""
        (test,) = (symbol for symbol in self.address.symbols if symbol.startswith("test_"))
        return f"tests/{Path(self.address.path).name}::{test}"


def addresses_of(block: Block) -> list[Address]:
    """What a Python block copies. Raises Problem when it has no address or one of the wrong form."""
    if block.keyword == "code":
        return parse(block.rest)
    if block.keyword in ("fails", "misses"):
        return [counter_of(block).address]
    raise Problem(
        "a Python block without an address: <!-- code: examples/app/tests/test_x.py::test_y --> above it"
    )


def counter_of(block: Block) -> Counter:
    """The claim of a counter-example. Raises Problem when it is not of the form."""
    counter = _counter(block)
    if sum(symbol.startswith("test_") for symbol in counter.address.symbols) != 1:
        raise Problem("a counter-example shows one test")
    return counter


def _counter(block: Block) -> Counter:
    if block.keyword == "fails" and (claim := FAILS.match(block.rest)):
        return Counter(parse(claim["address"])[0], message=claim["message"])
    if block.keyword == "misses" and (claim := MISSES.match(block.rest)):
        given = claim.groupdict()
        address, node = parse(given.pop("address"))[0], given.pop("node")
        return Counter(
            address, caught_by=node, **{name: text.replace(r"\n", "\n") for name, text in given.items()}
        )
    raise Problem(f"{block.keyword}: is not of the form that tools/documentation describes")


def copies(root: Path, block: Block) -> str:
    """The text that a Python block has to show."""
    return source(root, addresses_of(block))


def check_tests(root: Path, blocks: list[Block]) -> tuple[int, list[str]]:
    """Run every addressed test, one pytest process for each suite.

    Returns how many tests were addressed, and a line for each that is not collected or does not pass.
    """
    wanted: dict[str, dict[str, str]] = defaultdict(dict)
    for block in blocks:
        for address in addresses_of(block) if block.keyword == "code" else []:
            for node in address.tests():
                wanted[address.suite].setdefault(node, block.place)
    problems: list[str] = []
    for suite, nodes in wanted.items():
        with scratch(root, suite) as place:
            ran, outcomes = place.outcomes(list(nodes))
        found = [
            f"{nodes[node]}: {node} {state}" for node in nodes if (state := _unproven(outcomes.get(node)))
        ]
        if ran.code != 0 or found:
            problems += [*found, f"pytest in {suite} ended with {ran.code}:\n{ran.tail()}"]
    return sum(map(len, wanted.values())), problems


def check_counters(root: Path, blocks: list[Block], example: str) -> tuple[int, list[str]]:
    """Hold the claims of the counter-examples: all on the example as it is, then each with its bug planted.

    Returns how many there were, and a line for each claim that does not hold.
    """
    counters = [(block, counter_of(block)) for block in blocks if block.keyword in ("fails", "misses")]
    if not counters:
        return 0, []
    problems = []
    with scratch(root, example) as place:
        for _, counter in counters:
            file = Path(counter.address.path)
            shutil.copy(root / file, place.folder / "tests" / file.name)
        ran, outcomes = place.outcomes([counter.node for _, counter in counters])
        for block, counter in counters:
            before = outcomes.get(counter.node, Outcome("not collected", ran.tail()))
            problem = _claim(counter, before) or (_planted(place, counter) if counter.caught_by else "")
            if problem:
                problems.append(f"{block.place}: {problem}")
    return len(counters), problems


def _claim(counter: Counter, outcome: Outcome) -> str:
    """What is wrong with a counter-example on the example as it is, or nothing."""
    if counter.caught_by:
        return "" if outcome.word == "passed" else f"this should pass and is {outcome.word}:\n{outcome.text}"
    if outcome.word in ("failed", "error") and counter.message in outcome.text:
        return ""
    return f"this should fail with {counter.message!r} and is {outcome.word}:\n{outcome.text}"


def _planted(place: Scratch, counter: Counter) -> str:
    """What is wrong with a counter-example and its better while the bug is there, or nothing."""
    try:
        place.replace(counter.path, counter.old, counter.new)
    except Problem as problem:
        return str(problem)
    ran, outcomes = place.outcomes([counter.node, counter.caught_by])
    place.replace(counter.path, counter.new, counter.old)
    missed, caught = (
        outcomes.get(node, Outcome("not collected")) for node in (counter.node, counter.caught_by)
    )
    if missed.word != "passed":
        return f"this should pass with the bug as well and is {missed.word}:\n{missed.text}"
    if caught.word not in ("failed", "error"):
        return f"{counter.caught_by} should catch the bug and is {caught.word}:\n{ran.tail()}"
    return ""


def _unproven(outcome: Outcome | None) -> str:
    """Why a test proves nothing, or nothing."""
    if outcome is None:
        return "is not collected"
    return "" if outcome.word == "passed" else f"does not pass ({outcome.word})"
