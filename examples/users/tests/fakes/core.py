# async-testing-expert 0.1.0 sha256:ecc9c6f38b15a25b (scaffold.py --update renews it)
"""What every fake shares: recording calls, scripting answers, the ledger, and the check for leftovers."""

import copy
import gc
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal


class Unset:
    """The type of `UNSET`: nothing was scripted, which is not the same as None (SQL NULL, or no row)."""

    def __repr__(self) -> str:
        return "UNSET"

    def __copy__(self) -> "Unset":
        return self

    def __deepcopy__(self, memo: object) -> "Unset":
        return self


UNSET: Final = Unset()


class UnscriptedCall(AssertionError):
    """The code under test made a call for which the test had no answer (any more)."""


class Call(tuple[str, Any]):
    """One recorded call; unpacks as `statement, parameters`.

    Attributes: `method` as the driver spells it; `statement`; `parameters`, a deep copy of what was passed;
    `transaction`, how deep in transactions and savepoints it ran (0: autocommit).
    """

    method: str
    transaction: int
    batch: bool

    def __new__(cls, method: str, statement: str, parameters: Any, transaction: int, batch: bool) -> "Call":
        """Copy the parameters, so that the code can't change what was recorded."""
        self = super().__new__(cls, (statement, copied(parameters)))
        self.method, self.transaction, self.batch = method, transaction, batch
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.method, self[0], self[1], self.transaction, self.batch

    @property
    def statement(self) -> str:
        """The text of the statement."""
        return self[0]

    @property
    def parameters(self) -> Any:
        """The parameters, as they were at the time of the call."""
        return self[1]

    @property
    def meaning(self) -> Any:
        """What the statement does, to compare with `Select`, `Insert`, `Update` or `Delete`.

        Raises: `UnreadableStatement` where the statement is beyond what can be read.
        """
        from .statements import read

        return read(self.statement, self.parameters, many=self.batch)


class Event(str):
    """One line of the ledger: a string equal to its kind, so `conn.events == ["begin", "execute", "commit"]`.

    Attributes: `call`, for an event that is a call; `name`, of a savepoint.
    """

    call: Call | None
    name: str

    def __new__(cls, kind: str, call: Call | None = None, name: str = "") -> "Event":
        """A string of its own kind."""
        self = super().__new__(cls, kind)
        self.call, self.name = call, name
        return self

    @property
    def kind(self) -> str:
        """acquire, begin, savepoint, the method of a call, commit, rollback, release, close …"""
        return str(self)


class Answers:
    """Answers to consecutive calls; made with `answers(…)`."""

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = list(values)

    def __repr__(self) -> str:
        return f"answers({', '.join(map(repr, self.values))})"


def answers(*values: Any) -> Answers:
    """One answer per call, in order: rows, a value, None, or an exception (instance or class) to raise.

    A call beyond the last answer raises `UnscriptedCall`; an answer nobody asked for fails the test at its end.
    """
    if not values:
        raise TypeError("answers() needs at least one answer; leave the attribute UNSET for none")
    return Answers(values)


def copied(value: Any) -> Any:
    """A deep copy; what can't be copied (a lock, a file) stays the same object."""
    if is_error(value):
        return value
    try:
        return copy.deepcopy(value)
    except Exception:
        if isinstance(value, dict):
            return {key: copied(item) for key, item in value.items()}
        return type(value)(map(copied, value)) if type(value) in (list, tuple) else value


def is_error(value: Any) -> bool:
    """Whether a scripted value is an exception to raise: an instance or a class."""
    return isinstance(value, BaseException) or (isinstance(value, type) and issubclass(value, BaseException))


Kind = Literal["execute", "fetch", "fetch_row", "fetch_val", "copy"]


def as_rows(value: Any) -> list[Any]:
    """Scripted rows as a list of mappings (or of a driver's own records).

    Arguments: None for no rows, one mapping or record, or an iterable of those.
    Raises: TypeError for what is no row.
    """
    if value is None or isinstance(value, Unset):
        return []
    if isinstance(getattr(value, "rows", None), list):
        return list(value.rows)
    if hasattr(value, "items"):
        return [value]
    rows = list(value) if isinstance(value, Iterable) else [value]
    if any(map(is_error, rows)):
        raise TypeError(
            f"rows and exceptions in one list: write answers(…) for one answer per call, not {rows!r}"
        )
    if not all(hasattr(row, "items") for row in rows):
        raise TypeError(
            f"a row is a mapping of column to value; answers(…) makes one answer per call of {rows!r}"
        )
    return rows


def _mixed(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(map(is_error, value))


class Slot:
    """What is scripted for one kind of call, or for one statement."""

    def __init__(self, label: str, kind: Kind | None, value: Any, *, required: bool = True) -> None:
        self.label, self.required = label, required
        if kind == "execute" and isinstance(value, list) and value and all(type(v) is list for v in value):
            value = Answers(value)
        self.many = isinstance(value, Answers)
        values = value.values if isinstance(value, Answers) else [value]
        values = [list(each) if hasattr(each, "__next__") else each for each in values]
        for each in values:
            rows = kind in ("execute", "fetch", "fetch_row") and not is_error(each)
            if (rows and not (kind == "execute" and isinstance(each, int | str))) or _mixed(each):
                as_rows(each)
        self.values = [copied(each) for each in values]
        self.given = value
        self.used = 0

    def ready(self) -> bool:
        """Whether there is an answer for one more call."""
        return not self.many or self.used < len(self.values)

    def take(self, call: Call) -> Any:
        """A copy of the next answer. Raises: UnscriptedCall beyond the last one."""
        if not self.ready():
            raise UnscriptedCall(
                f"{call.method}() was called more often than scripted: {self.label} has "
                f"{len(self.values)} answer(s), this was call {self.used + 1}\n{shown(call)}"
                "\n  Script one more answer, or find out why the code asks again."
            )
        value = self.values[self.used if self.many else 0]
        self.used += 1
        return copied(value)

    def leftover(self) -> str | None:
        """What nobody asked for, in words."""
        left = len(self.values) - self.used if self.many else int(not self.used)
        if left <= 0 or not self.required:
            return None
        return (
            f"{self.label}: {left} of {len(self.values)} scripted answer(s) nobody asked for, the first being "
            f"{self.values[-left]!r}\n  Remove it, or find out why the code did not ask."
        )


def shown(call: Call) -> str:
    """A call for people to read."""
    return f"    {' '.join(call.statement.split())}\n    with {call.parameters!r}"


class When:
    """The answer to certain statements; made with `conn.when(…)`."""

    def __init__(self, label: str, matches: Callable[[str], bool], rules: "list[tuple[When, Slot]]") -> None:
        self.label, self.matches, self._rules = label, matches, rules

    def then(self, *values: Any) -> None:
        """One answer per call, in order; each has to be asked for."""
        self._rules.append((self, Slot(self.label, None, answers(*values))))

    def always(self, value: Any) -> None:
        """The same answer to every call, and to none: good for a fixture that many tests share."""
        self._rules.append((self, Slot(self.label, None, value, required=False)))


class Ledger:
    """What a connection and its siblings from the same pool were told, were asked and did."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.slots: dict[str, Slot] = {}
        self.rules: list[tuple[When, Slot]] = []
        self.calls: dict[str, list[Call]] = {
            kind: [] for kind in ("all", "execute", "fetch", "fetch_row", "fetch_val", "copy")
        }
        self.events: list[Event] = []
        self.committed: list[Call] = []
        self.rolled_back: list[Call] = []
        self.problems: list[str] = []
        self.unreleased: Callable[[], int] = int
        if settled.watching:
            settled.watching[-1].append(self)

    def record(self, call: Call, kind: Kind) -> None:
        """Keep a call in the lists the test looks at."""
        self.events.append(Event(call.method, call))
        for name in ("all", kind, *(["fetch"] if kind == "fetch_row" else [])):
            self.calls[name].append(call)

    def answer(self, call: Call, kind: Kind) -> tuple[Any, Kind]:
        """The scripted answer to a call and the kind of call it was scripted for.

        Returns: UNSET where nothing is scripted.
        Raises: what is scripted to be raised; UnscriptedCall where the script is at its end.
        """
        try:
            value, source = self._find(call, kind)
        except UnscriptedCall as problem:
            self.problems.append(str(problem))
            raise
        if is_error(value):
            raise value.with_traceback(None) if isinstance(value, BaseException) else value()
        return value, source

    def _find(self, call: Call, kind: Kind) -> tuple[Any, Kind]:
        matching = [slot for rule, slot in self.rules if rule.matches(call.statement)]
        if matching:
            return next((slot for slot in matching if slot.ready()), matching[-1]).take(call), kind
        sources: dict[Kind, tuple[Kind, ...]] = {"fetch_row": ("fetch",), "fetch_val": ("fetch",)}
        for source in (kind, *sources.get(kind, ())):
            if source in self.slots:
                return self.slots[source].take(call), source
        if self.strict:
            raise UnscriptedCall(
                f"{call.method}() was called on a strict fake without an answer scripted\n{shown(call)}"
                f"\n  Set {kind}_return, or say what to answer with when(…)."
            )
        return UNSET, kind

    def complaints(self) -> list[str]:
        """All that is wrong at the end of a test, in words; empty when all is settled."""
        slots = [*self.slots.values(), *(slot for _, slot in self.rules)]
        found = [*self.problems, *filter(None, (slot.leftover() for slot in slots))]
        if self.unreleased():
            gc.collect()
        if count := self.unreleased():
            found.append(
                f"{count} connection(s) acquired from the pool and never released"
                "\n  Use `async with pool.acquire() as conn`, or release it in a finally."
            )
        return found


class settled:
    """Check the fakes built inside the block, and raise at its end what the code under test may have swallowed.

    Raises: one AssertionError that lists calls without an answer, answers nobody asked for, parameters that the
    driver drops, and connections never released. An error of the block itself takes precedence.
    """

    watching: list[list[Ledger]] = []  # noqa: RUF012 - shared on purpose: one per open block

    def __enter__(self) -> None:
        self.watching.append([])

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: object) -> None:
        found = [line for ledger in self.watching.pop() for line in ledger.complaints()]
        if found and kind is None:
            lines = "\n".join(f"{number}. {line}" for number, line in enumerate(found, 1))
            raise AssertionError(f"the fakes are not settled:\n{lines}")


class Scripted:
    """An attribute such as `fetch_return`: set it to script, read what was set."""

    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        slot = instance.ledger.slots.get(self.kind)
        return UNSET if slot is None else slot.given

    def __set__(self, instance: Any, value: Any) -> None:
        instance.ledger.slots.pop(self.kind, None)
        if value is not UNSET:
            instance.ledger.slots[self.kind] = Slot(self.name, self.kind, value)
