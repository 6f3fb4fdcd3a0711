"""Python blocks: copies of tested code, and counter-examples that are seen to fail as the text says."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from documentation.addresses import Address, parse, source
from documentation.blocks import Block, Problem
from documentation.scratch import Ran, Scratch, scratch

FAILS = re.compile(r'^(?P<address>\S+) with "(?P<message>.+)"$')
MISSES = re.compile(
    r'^(?P<address>\S+) where "(?P<old>.+)" becomes "(?P<new>.*)" in (?P<path>\S+), caught by (?P<node>\S+)$'
)
REPORTED = re.compile(
    r"^(?P<node>\S+?::[^\s\[]+)(?:\[.*\])? (?P<word>PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b", re.MULTILINE
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
    """Run every addressed test, one pytest process for each example.

    Returns how many tests were addressed, and a line for each that is not collected or does not pass.
    """
    wanted: dict[str, dict[str, str]] = defaultdict(dict)
    for block in blocks:
        for address in addresses_of(block) if block.keyword == "code" else []:
            for node in address.tests(root):
                wanted[address.example].setdefault(node, block.place)
    problems = []
    for example, nodes in wanted.items():
        with scratch(root, example) as place:
            ran = place.pytest("-vv", *nodes)
        problems += [
            f"{where}: {node} {state}" for node, where in nodes.items() if (state := _state(ran, node))
        ]
        if ran.code != 0 or problems:
            problems.append(f"pytest in {example} ended with {ran.code}:\n{ran.tail()}")
    return sum(map(len, wanted.values())), problems


def check_counter(root: Path, block: Block, example: str) -> int:
    """Hold the claim of a counter-example; returns 1. Raises Problem when it does not hold."""
    counter = counter_of(block)
    with scratch(root, example) as place:
        node = _installed(root, counter.address, place)
        first = place.pytest(node)
        if counter.message:
            if first.code != 1 or counter.message not in first.output:
                raise Problem(
                    f"this should fail with {counter.message!r} and ended with {first.code}:\n{first.tail()}"
                )
            return 1
        place.replace(counter.path, counter.old, counter.new)
        second = place.pytest(node)
        caught = place.pytest(counter.caught_by)
    if first.code != 0 or second.code != 0:
        raise Problem(
            f"this should pass with and without the bug:\n{(second if second.code else first).tail()}"
        )
    if caught.code != 1:
        raise Problem(
            f"{counter.caught_by} should catch the bug and ended with {caught.code}:\n{caught.tail()}"
        )
    return 1


def _installed(root: Path, address: Address, place: Scratch) -> str:
    file = Path(address.path)
    shutil.copy(root / file, place.folder / "tests" / file.name)
    tests = [symbol for symbol in address.symbols if symbol.startswith("test_")]
    if len(tests) != 1:
        raise Problem("a counter-example shows one test")
    return f"tests/{file.name}::{tests[0]}"


def _state(ran: Ran, node: str) -> str:
    """Nothing when the node passed and nothing of it did otherwise, else what became of it."""
    words = {
        found["word"]
        for found in REPORTED.finditer(ran.output)
        if found["node"] == node or found["node"].startswith(f"{node}::")
    }
    if words == {"PASSED"}:
        return ""
    return "is not collected" if not words else f"does not pass ({', '.join(sorted(words)).lower()})"
