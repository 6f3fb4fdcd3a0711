"""What an attempt shows: the ways that it went, how it ended and what was sent; another one is kept that shows more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from async_testing.writing.collaborators import Collaborator, Function
from async_testing.writing.connections import Connection
from async_testing.writing.doubles import Double
from async_testing.writing.evaluating.errors import DRIVERS
from async_testing.writing.evaluating.limits import ValidationError
from async_testing.writing.evaluating.things import Obj, Raised
from async_testing.writing.memory import Memory

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt
    from async_testing.writing.evaluating.interpreter import Interpreter
    from async_testing.writing.exploring import Done

_PLAIN = (str, int, float, bool, type(None))
_QUOTED = re.compile(r"""(["`])((?:(?!\1).|\1\1)*)\1""")
_WHOLE = 12
"""Events of a connection that are compared as a whole: more come of a loop, whose rounds are alike."""


def signature(interpreter: Interpreter, done: Done) -> set[Any]:
    """What an attempt shows: ways through the code, how it ended, what was sent."""
    found = set(interpreter.marks)
    found.add(
        ("ended", done.kind, *_raised(done))
        if done.kind == "raised"
        else ("ended", done.kind, _kind(done.value))
    )
    for one in done.attempt.holders:
        if isinstance(one, Connection):
            for call in one.fake.calls:
                found |= {*_sent(call.statement, done.attempt.memory)}
            found |= {*_happened(one.fake.events, done)}
        elif isinstance(one, Collaborator | Function):
            found.add(("asked", one.place, *(each.method for each in one.asked)))
        elif isinstance(one, Double):
            found |= {("asked", each.place, len(each.asked)) for each in one.below() if each.asked}
        else:
            found.add(("stored", len(one.rows), len(one.changed)))
    return found


def _happened(events: list[Any], done: Done) -> Iterator[Any]:
    """What happened on a connection: as a whole where all went well, else which three things followed each other."""
    if done.attempt.failing is None and len(events) <= _WHOLE:
        yield ("events", *map(str, events))
        return
    if done.attempt.failing is not None and "close" in events:
        return
    names = ["", *map(str, events), ""]
    yield from (("following", *names[place : place + 3]) for place in range(len(names) - 2))


def _sent(statement: str, memory: Memory) -> Iterator[Any]:
    """A statement without the names in it that were made up, or come by default: another schema makes no other one."""
    quoted = {match[2] for match in _QUOTED.finditer(statement)}
    if not quoted:
        yield ("sent", statement)
        return
    yield from (("named", one) for one in quoted & memory.defaults)
    made = {
        str(known).replace(one, one * 2) for kind, known in memory.places if kind == "str" for one in '"`'
    }
    made |= {*memory.texts, *memory.defaults}
    yield ("sent", _QUOTED.sub(lambda match: '""' if match[2] in made else match[0], statement))


def _raised(done: Done) -> Iterator[Any]:
    """How an attempt failed: errors of the driver that take one and the same way count once."""
    failing, error = done.attempt.failing, done.attempt.injected
    if failing is None:
        yield from _shape(done.value, done.attempt.memory)
        return
    yield ("failing", *failing)
    if done.value is not error:
        yield from _shape(done.value, done.attempt.memory, str(error))


def _shape(value: Any, memory: Memory, said: str = "") -> Iterator[Any]:
    """An exception by its class and plain fields, what was made up, or ``said`` by its cause, left out."""

    def told(one: Any) -> Any:
        if not isinstance(one, str):
            return one
        one = one.replace(said, "") if said else one
        for kind, known in memory.places:
            if kind == "str" and known and known in one:
                one = one.replace(known, "")
        return "".join(each for each in one if not each.isdigit())[:60]

    if isinstance(value, Obj):
        yield value.cls.qualname
        for name, one in value.fields.items():
            if isinstance(one, _PLAIN):
                yield name, told(one)
        return
    yield type(value).__name__
    if isinstance(value, ValidationError):
        yield from (str(one) for one in value.problems)
        return
    yield from (str(told(one)) for one in value.args if isinstance(one, _PLAIN))


def _kind(value: Any) -> str:
    if type(value).__name__ == "Answer":
        return f"{value.status} {_kind(value.body)}"
    if isinstance(value, bool | type(None)):
        return repr(value)
    if isinstance(value, list | dict | tuple | set | str):
        return f"{type(value).__name__} {min(len(value), 2)}"
    return value.cls.qualname if isinstance(value, Obj) else type(value).__name__


def is_misuse(raised: Raised, attempt: Attempt) -> bool:
    """Whether a fake itself refused what the code did, such as a statement with too few parameters."""
    kind = type(raised.value)
    home = kind.__dict__.get("evaluated_dotted", "") or kind.__module__
    return (
        raised.value is not attempt.injected
        and not raised.said
        and kind.__name__ in ("ProgrammingError", "InterfaceError")
        and home.partition(".")[0] in (*DRIVERS, "pymysql", "async_testing_fakes")
    )
