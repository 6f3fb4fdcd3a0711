# async-testing-expert 0.1.0 sha256:67d2a6c2211275c6 (scaffold.py --update renews it)
"""What the test wants the fake to answer."""

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

from .recording import Call, copied, is_error, shown

Kind = Literal["execute", "fetch", "fetch_row", "fetch_val", "copy"]


class Unset:
    """The type of `UNSET`: nothing was scripted, which is not the same as None (SQL NULL, or no row)."""

    def __reduce__(self) -> str:
        return "UNSET"

    __repr__ = __reduce__


UNSET: Final = Unset()


class UnscriptedCall(AssertionError):
    """The code under test made a call for which the test had no answer (any more)."""


class Answers:
    """One answer per call, in order: rows, a value, None, or an exception (instance or class) to raise.

    A call beyond the last answer raises `UnscriptedCall`; an answer nobody asked for fails the test at its end.
    """

    def __init__(self, *values: Any) -> None:
        if not values:
            raise TypeError("answers() needs at least one answer; leave the attribute UNSET for none")
        self.values = values

    def __repr__(self) -> str:
        return f"answers({', '.join(map(repr, self.values))})"


answers = Answers


class Late:
    """An answer that has to be waited for: see `after` and `held`."""

    def __init__(self, answer: Any = UNSET) -> None:
        self.answer = copied(answer)

    def __deepcopy__(self, memo: object) -> "Late":
        return self

    async def wait(self) -> None:
        """Return when the answer is there."""
        raise NotImplementedError


def as_rows(value: Any) -> list[Any]:
    """Scripted rows as a list of mappings (or of a driver's own records).

    Arguments: None for no rows, one mapping or record, or an iterable of those.
    Raises: TypeError for what is no row.
    """
    if value is None or isinstance(value, Unset):
        return []
    if isinstance(getattr(value, "rows", None), list):
        return list(value.rows)
    single = hasattr(value, "items") or not isinstance(value, Iterable)
    rows = [value] if single else list(value)
    if any(map(is_error, rows)):
        raise TypeError(
            f"rows and exceptions in one list: write answers(…), one answer per call, not {rows!r}"
        )
    if not all(hasattr(row, "items") for row in rows):
        raise TypeError(
            f"a row is a mapping of column to value; answers(…) is one answer per call, not {rows!r}"
        )
    return rows


class Slot:
    """What is scripted for one kind of call, or for one statement."""

    def __init__(self, label: str, kind: Kind | None, value: Any, *, required: bool = True) -> None:
        self.label, self.required = label, required
        if kind == "execute" and isinstance(value, list) and value and all(type(v) is list for v in value):
            value = Answers(*value)
        self.many = isinstance(value, Answers)
        values = value.values if isinstance(value, Answers) else [value]
        values = [list(each) if hasattr(each, "__next__") else each for each in values]
        for each in (each.answer if isinstance(each, Late) else each for each in values):
            mixed = isinstance(each, list | tuple) and any(map(is_error, each))
            counts = is_error(each) or (kind == "execute" and isinstance(each, int | str))
            if mixed or (kind in ("execute", "fetch", "fetch_row") and not counts):
                as_rows(each)
        self.values = [copied(each) for each in values]
        self.given, self.used = value, 0

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
        self.used += 1
        return copied(self.values[self.used - 1 if self.many else 0])

    def leftover(self) -> str | None:
        """What nobody asked for, in words."""
        left = len(self.values) - self.used if self.many else int(not self.used)
        if left <= 0 or not self.required:
            return None
        return (
            f"{self.label}: {left} of {len(self.values)} scripted answer(s) nobody asked for, the first being "
            f"{self.values[-left]!r}\n  Remove it, or find out why the code did not ask."
        )


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


class Scripted:
    """An attribute such as `fetch_return`: set it to script, read what was set."""

    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        return slot.given if (slot := instance.ledger.slots.get(self.kind)) else UNSET

    def __set__(self, instance: Any, value: Any) -> None:
        instance.ledger.slots.pop(self.kind, None)
        if value is not UNSET:
            instance.ledger.slots[self.kind] = Slot(self.name, self.kind, value)
