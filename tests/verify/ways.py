"""A module whose ways say where they begin if its tests do not take them, and those tests."""

from __future__ import annotations

WAYS = '''
"""Each way that is not taken says so where it begins."""

from __future__ import annotations

import abc
import asyncio
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

try:
    import json
except ImportError:  # gap: ImportError never raised
    json = None


class Problem(Exception):
    """With a status."""

    def __init__(self, status_code, detail=""):
        self.status_code = status_code


class Shape(Protocol):
    def area(self) -> int: ...


class Base(abc.ABC):
    @abc.abstractmethod
    def name(self):
        raise NotImplementedError


def plain(value):
    if value is None:
        raise Problem(404)  # gap: value is None -> Problem 404 never provoked
    return value


def keyword(value):
    if value:
        return 1
    raise Problem(status_code=409, detail="gone")  # gap: not value -> Problem 409 never provoked


def otherwise(value):
    if value > 1:
        found = "many"
    else:
        found = "few"  # gap: not (value > 1) never so
    return found


def chain(value):
    if value == 1:
        return "a"
    elif value == 2:
        return "b"  # gap: value == 2 -> return 'b' never provoked
    else:
        return "c"


def always(value):
    if value:  # gap: value never false
        value += 1
    return value


def at_the_end(value):
    if value:
        value.append(1)


def loop(values):
    for one in values:  # gap: for one in values never comes to its end
        if one:
            return one
        continue
    return None


def empty(values):
    for one in values:
        print(one)  # gap: for one in values never entered
    return 0


def forever(values):
    while True:
        if not values:
            break
        values.pop()


def several(
    first,
    second,
):
    if (
        first
        and second
    ):
        return (
            first,
            second,
        )
    return None


def handled(call):
    try:
        return call()
    except KeyError:
        return "key"
    except ValueError as error:  # gap: ValueError -> Problem 422 never provoked
        raise Problem(422) from error
    finally:
        call = None


def kinds(value):
    match value:
        case 1:
            return "one"
        case [first, *_]:
            return first  # gap: case [first, *_] -> return first never so
        case _:
            return "other"


def refutable(value):
    match value:  # gap: value is none of the cases never so
        case 1:
            return "one"
        case 2:
            return "two"
    return "none"


def generated(values):
    if any(one > 2 for one in values):
        return True  # gap: any((one > 2 for one in values)) -> return True never provoked
    return False


def excluded(value):
    if value:  # pragma: no cover
        return 1
    return 2


def one_way(value):
    if value:  # pragma: no branch
        value += 1
    return value


def never():  # gap: never called
    def inner():
        return 1

    return inner()


def outer():
    def inner():  # gap: never called
        return 1

    return 2


async def waits(call, broken):
    async with asyncio.timeout(5):
        value = await call()
        await asyncio.sleep(0)
        if broken:
            raise Problem(500)
        async for one in ticks():
            value += one
        return value


async def ticks():
    yield 1
    await asyncio.sleep(0)
    yield 2


def in_thread(value):
    doubled = value * 2
    return doubled


if __name__ == "__main__":
    print(plain(1))
'''
WAYS_TESTS = """
import asyncio

import pytest

from src import ways


def test_plain(): assert ways.plain(1) == 1
def test_keyword(): assert ways.keyword(1) == 1
def test_otherwise(): assert ways.otherwise(2) == "many"


@pytest.mark.parametrize("value", [1, 3])
def test_chain(value): assert ways.chain(value) in "ac"


def test_always(): assert ways.always(1) == 2


@pytest.mark.parametrize("value", [[], [1]])
def test_at_the_end(value): assert ways.at_the_end(value) is None


def test_loop(): assert ways.loop([0, 1]) == 1
def test_empty(): assert ways.empty([]) == 0
def test_forever(): assert ways.forever([1, 2]) is None


@pytest.mark.parametrize("second", [0, 1])
def test_several(second): assert ways.several(1, second) in (None, (1, 1))


def test_handled():
    assert ways.handled(lambda: 1) == 1
    assert ways.handled(lambda: {}[1]) == "key"


@pytest.mark.parametrize("value", [1, 5])
def test_kinds(value): assert ways.kinds(value) in ("one", "other")


@pytest.mark.parametrize("value", [1, 2])
def test_refutable(value): assert ways.refutable(value)


def test_generated(): assert ways.generated([1]) is False
def test_excluded(): assert ways.excluded(0) == 2
def test_one_way(): assert ways.one_way(1) == 2
def test_outer(): assert ways.outer() == 2


@pytest.mark.parametrize("broken", [False, True])
def test_waits(broken):
    async def call():
        await asyncio.sleep(0)
        return 1

    async def main():
        assert await asyncio.to_thread(ways.in_thread, 2) == 4
        return await ways.waits(call, broken)

    if broken:
        with pytest.raises(ways.Problem):
            asyncio.run(main())
    else:
        assert asyncio.run(main()) == 4


def test_problem(): assert ways.Problem(1).status_code == 1
"""
