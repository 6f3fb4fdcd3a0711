# async-testing-expert 0.1.0 sha256:90c0d1b28afe3575 (scaffold.py --update renews it)
"""What a connection was told, was asked and did; and the check for what is left of it at the end of a test."""

import gc
from collections.abc import Callable
from typing import Any

from .recording import Call, Event, copied, is_error, shown
from .scripting import UNSET, Kind, Late, Slot, UnscriptedCall, When


class Ledger:
    """What a connection and its siblings from the same pool were told, were asked and did.

    Arguments: `strict`, to refuse calls that nothing is scripted for; `fallbacks`, whose script answers a kind of
    call that has none of its own.
    """

    def __init__(self, *, strict: bool, fallbacks: dict[Kind, tuple[Kind, ...]]) -> None:
        self.strict, self.fallbacks = strict, fallbacks
        self.slots: dict[str, Slot] = {}
        self.rules: list[tuple[When, Slot]] = []
        kinds = ("all", "execute", "fetch", "fetch_row", "fetch_val", "copy")
        self.calls: dict[str, list[Call]] = {kind: [] for kind in kinds}
        self.events: list[Event] = []
        self.committed: list[Call] = []
        self.rolled_back: list[Call] = []
        self.problems: list[str] = []
        self.unreleased: Callable[[], int] = int
        if settled.watching:
            settled.watching[-1].append(self)

    def record(self, call: Call, *kinds: Kind) -> None:
        """Keep a call in the lists the test looks at."""
        self.events.append(Event(call.method, call))
        for name in ("all", *kinds):
            self.calls[name].append(call)

    async def answer(self, call: Call, kind: Kind) -> tuple[Any, Kind]:
        """The scripted answer to a call and the kind of call it was scripted for.

        Returns: UNSET where nothing is scripted.
        Raises: what is scripted to be raised; UnscriptedCall where the script is at its end.
        """
        try:
            value, source = self._find(call, kind)
        except UnscriptedCall as problem:
            self.problems.append(str(problem))
            raise
        return await arrived(value), source

    async def pass_by(self, step: str) -> None:
        """Wait for, or raise, what `when()` scripts for a step that is no call: BEGIN, COMMIT, ACQUIRE …"""
        slot = next((slot for rule, slot in self.rules if slot.ready() and rule.matches(step)), None)
        if slot:
            await arrived(slot.take(Call(step.lower(), step, None, 0, False)))

    def _find(self, call: Call, kind: Kind) -> tuple[Any, Kind]:
        matching = [slot for rule, slot in self.rules if rule.matches(call.statement)]
        if matching:
            return next((slot for slot in matching if slot.ready()), matching[-1]).take(call), kind
        for source in (kind, *self.fallbacks.get(kind, ())):
            if source in self.slots:
                return self.slots[source].take(call), source
        if self.strict:
            raise UnscriptedCall(
                f"{call.method}() was called on a strict fake without an answer scripted\n{shown(call)}\n"
                f"  Set {kind}_return, or say what to answer with when(…)."
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
                "\n  Use the pool's `async with` block, or release it in a finally."
            )
        return found


async def arrived(value: Any) -> Any:
    """A scripted answer, once it is there. Raises: it, where it is an exception."""
    while isinstance(value, Late):
        await value.wait()
        value = copied(value.answer)
    if is_error(value):
        raise value.with_traceback(None) if isinstance(value, BaseException) else value()
    return value


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
            lines = [f"{number}. {line}" for number, line in enumerate(found, 1)]
            raise AssertionError("\n".join(["the fakes are not settled:", *lines]))
