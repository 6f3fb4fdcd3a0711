"""Connections of drivers: the very fakes that projects get, whose answers are chosen while the code asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from async_testing.writing.answering import Answering
from async_testing.writing.evaluating.errors import error_class, fakes

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt

_SERVER = (
    ("unique_violation", "unique_violation"),
    ("foreign_key_violation", "foreign_key_violation"),
    ("not_null_violation", "not_null_violation"),
    ("check_violation", "check_violation"),
    ("serialization_failure", "serialization_failure"),
    ("deadlock", "deadlock"),
    ("lost_connection", "lost_connection"),
    ("statement_timeout", "statement_timeout"),
    ("lock_not_available", "lock_not_available"),
)
_BASES = {
    "psqlpy": "Error",
    "asyncpg": "PostgresError",
    "psycopg": "Error",
    "aiomysql": "MySQLError",
    "asyncmy": "MySQLError",
    "aiosqlite": "Error",
}


KEEPING = {
    "listeners": frozenset({"add_listener", "remove_listener"}),
    "codecs": frozenset({"set_type_codec", "set_builtin_type_codec", "reset_type_codec"}),
}
"""What a connection keeps beside calls, and the methods that it comes from."""


class Scripted:
    """An exception made by ``errors``: how a test spells it."""

    def __init__(self, error: BaseException, method: str, args: tuple[Any, ...]) -> None:
        self.error = error
        """Kept, so that no other object gets its identity."""
        self.method = method
        self.args = args


def errors_of(attempt: Attempt) -> list[tuple[Any, str]]:
    """Errors of the driver and the server, each with words for it; those of the handlers around first."""
    driver = attempt.memory.interpreter.driver
    if not driver:
        return []
    module, memory = fakes(driver), attempt.memory
    base = _base(attempt)
    found: list[tuple[Any, str]] = (
        [(base("the database failed"), "database_fails")] if base is not None else []
    )
    for kind in attempt.interpreter.caught:
        if not isinstance(kind, type) or kind in (Exception, BaseException, base):
            continue
        if (base is not None and issubclass(kind, base)) or issubclass(kind, OSError):
            try:
                found.append((kind("the database failed"), _snake(kind.__name__)))
            except Exception:
                continue
    errors = getattr(module, "errors", None)
    names = [one for one in memory.texts if one.isidentifier()]
    for method, words in _SERVER:
        making: Any = getattr(errors, method, None)
        needs = method.endswith("violation")
        for name in [*dict.fromkeys(["some_constraint", *names])][:12] if needs and making else [""]:
            args = (name,) if needs else ()
            try:
                error = making(*args)
            except Exception:
                continue
            attempt.scripted[id(error)] = Scripted(error, method, args)
            found.append((error, f"{words}_of_{name}" if needs and name != "some_constraint" else words))
    return found


def told_apart(attempt: Attempt, error: BaseException) -> tuple[str, ...]:
    """By what handlers could tell an error of the driver from others: those that take it, and how near it comes."""
    base = _base(attempt)
    kinds = [one for one in attempt.interpreter.caught if isinstance(one, type)]
    narrow = [one for one in kinds if one not in (Exception, BaseException)]
    near = [_shared(type(error), one, base) for one in narrow if not isinstance(error, one)]
    return (*sorted(one.__name__ for one in narrow if isinstance(error, one)), *sorted({*near}))


def _shared(kind: type, other: type, base: Any) -> str:
    """What two classes of the driver's errors have in common, beside the base of all; empty where nothing is."""
    above = [one for one in kind.__mro__ if issubclass(other, one) and base and issubclass(one, base)]
    return above[0].__name__ if above and above[0] is not base else ""


def _base(attempt: Attempt) -> Any:
    driver = attempt.memory.interpreter.driver
    return error_class(f"{driver}.{_BASES.get(driver, 'Error')}")


class Connection(Answering):
    """A fake connection, and what its calls were answered.

    Args:
        attempt: the attempt that it belongs to.
        place: where it comes in.
    """

    def __init__(self, attempt: Attempt, place: str) -> None:
        super().__init__(attempt, fakes(attempt.memory.interpreter.driver))
        self.place = place
        self.fake: Any = self.module.FakeConnection()
        self.script: list[tuple[str, Any]] = []
        self.pooled: Any = None
        self.fake.ledger._find = self._find
        attempt.holders.append(self)

    def pool(self) -> Any:
        """A pool that hands it out."""
        self.pooled = self.module.FakePool(self.fake)
        return self.pooled

    def _find(self, call: Any, kind: str) -> tuple[Any, str]:
        attempt = self.attempt
        attempt.answers += 1
        place = f"answer{attempt.answers}"
        error = attempt.pick(f"{place}!", [(None, ""), *errors_of(self.attempt)])
        if error is not None:
            attempt.injected = error
            attempt.failing = told_apart(attempt, error)
            self.script.append((kind, error))
            return error, kind
        value = self.answer(place, call, kind)
        self.script.append((kind, value))
        return value, kind


def kept_by(fake: Any) -> dict[str, Any]:
    """What a fake connection keeps beside calls: callbacks and codecs that the code has set, by attribute."""
    found = {name: getattr(fake, name, None) for name in KEEPING}
    return {name: value.copy() for name, value in found.items() if isinstance(value, list | dict)}


def connection_of(attempt: Attempt, place: str) -> Any:
    """A fake connection for a parameter: the same one for all of an attempt."""
    for one in attempt.holders:
        if isinstance(one, Connection) and one.pooled is None:
            return one.fake
    return Connection(attempt, place).fake


def _snake(name: str) -> str:
    from async_testing.subjects.wording import snake

    return snake(name)
