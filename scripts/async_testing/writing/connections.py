"""Connections of drivers: the very fakes that projects get, whose answers are chosen while the code asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.errors import error_class, fakes
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.things import Obj
from async_testing.writing.samples import guessed

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
        for name in [*dict.fromkeys([*names, "some_constraint"])][:12] if needs and making else [""]:
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


class Connection:
    """A fake connection, and what its calls were answered.

    Args:
        attempt: the attempt that it belongs to.
        place: where it comes in.
    """

    def __init__(self, attempt: Attempt, place: str) -> None:
        self.attempt = attempt
        self.place = place
        self.driver = attempt.memory.interpreter.driver
        self.module = fakes(self.driver)
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
        value = self._answer(place, call, kind)
        self.script.append((kind, value))
        return value, kind

    @property
    def unset(self) -> Any:
        """What stands for no answer."""
        import sys

        return sys.modules["async_testing_fakes.core.scripting"].UNSET

    def _answer(self, place: str, call: Any, kind: str) -> Any:
        if call.batch:
            return self.unset
        columns = self._columns(place, call)
        limit = getattr(self._meaning(call), "limit", None)
        if kind == "fetch_val":
            name = columns[0] if columns else "value"
            return self._value(f"{place}.{name}", name)
        if columns is None:
            return self._count(place, call)
        if kind == "fetch_row":
            if self.attempt.pick(f"{place}#", [(1, ""), (0, "no_row")]) == 0:
                return None
            return self._row(f"{place}[0]", columns)
        sizes = [1, 0, 2] if kind == "execute" or limit == 1 or self._is_single(call) else [2, 0, 1]
        listed = self._listed(call, columns)
        whole = len(next(iter(listed.values()), []))
        if whole:
            sizes = [*dict.fromkeys((whole, 0, whole - 1, 1))]
        words = {0: "no_rows", 1: "one_row", 2: "two_rows"}
        count = self.attempt.pick(f"{place}#", [(one, words.get(one, f"{one}_rows")) for one in sizes])
        rows = [self._row(f"{place}[{turn}]", columns) for turn in range(count)]
        for turn, row in enumerate(rows):
            row.update({name: values[turn] for name, values in listed.items() if turn < len(values)})
        return rows

    def _listed(self, call: Any, columns: list[str]) -> dict[str, list[Any]]:
        """Columns that are among what a statement gives and that it asks for by a list of values, as ``id IN (…)``."""
        where = getattr(self._meaning(call), "where", None)
        found: dict[str, list[Any]] = {}
        for said, values in where.items() if isinstance(where, dict) else ():
            name = str(said).partition(" ")[0].rpartition(".")[2]
            is_list = isinstance(values, list | tuple) and str(said).upper().endswith((" IN", "= ANY"))
            if name in columns and is_list and all(isinstance(one, int | str) for one in values):
                found[name] = [*values]
        return found

    def _is_single(self, call: Any) -> bool:
        where = getattr(self._meaning(call), "where", None)
        return isinstance(where, dict) and any(str(one).rpartition(".")[2] == "id" for one in where)

    def _count(self, place: str, call: Any) -> Any:
        """What a statement without rows answers: an id where the code asks for one, else how many rows it changed."""
        result = getattr(self.module, "FakeResult", None)
        words = self.attempt.memory.interpreter.words
        if (
            result is not None
            and "lastrowid" in words
            and call.statement.lstrip()[:6].upper() in ("INSERT", "REPLAC")
        ):
            return result(lastrowid=self.attempt.memory.samples.value(f"{place}.id", Form("int")))
        changed = self.attempt.pick(f"{place}#", [(None, ""), (0, "nothing_changed")])
        return self.unset if changed is None else changed

    def _meaning(self, call: Any) -> Any:
        try:
            return call.meaning
        except Exception:
            return None

    def _columns(self, place: str, call: Any) -> list[str] | None:
        """The names of what a statement gives; None where it gives no rows."""
        meaning = self._meaning(call)
        if meaning is None:
            text = call.statement.strip().lower()
            gives = text.startswith(
                ("select", "with", "show", "values", "call")
            ) or " returning " in " ".join(text.split())
            return self.attempt.memory.columns.setdefault(place, []) if gives else None
        outputs = meaning.columns if type(meaning).__name__ == "Select" else meaning.returning
        names: list[str] = []
        for one in outputs:
            name = output_name(one if isinstance(one, str) else one.text)
            if name == "*":
                return self.attempt.memory.columns.setdefault(place, ["id"])
            names.append(name)
        if not names and type(meaning).__name__ != "Select":
            return None
        return names

    def _row(self, place: str, columns: list[str]) -> dict[str, Any]:
        return {name: self._value(f"{place}.{name}", name) for name in columns}

    def _value(self, place: str, name: str) -> Any:
        value = self.attempt.value(place, self.attempt.memory.hints.get(place) or guessed(name))
        if isinstance(value, Obj) or (isinstance(value, list) and any(isinstance(one, Obj) for one in value)):
            return self._plain(value)
        return value

    def _plain(self, value: Any) -> Any:
        """A model as the dictionary that a row holds for it."""
        if isinstance(value, list):
            return [self._plain(one) for one in value]
        return self.attempt.interpreter.jsonable(value) if isinstance(value, Obj) else value


def output_name(text: str) -> str:
    """The name of an output column: its alias, its last part, or the function's."""
    folded = text.strip()
    lowered = folded.lower()
    if " as " in lowered:
        return folded[lowered.rindex(" as ") + 4 :].strip().strip('"`')
    if folded.endswith("*") and "(" not in folded:
        return "*"
    if "(" in folded:
        head = folded.partition("(")[0].strip().lower()
        return head.rpartition(" ")[2] or "value"
    return folded.rpartition(".")[2].strip('"`')


def connection_of(attempt: Attempt, place: str) -> Any:
    """A fake connection for a parameter: the same one for all of an attempt."""
    for one in attempt.holders:
        if isinstance(one, Connection) and one.pooled is None:
            return one.fake
    return Connection(attempt, place).fake


def _snake(name: str) -> str:
    from async_testing.subjects.wording import snake

    return snake(name)
