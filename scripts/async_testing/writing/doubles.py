"""Doubles: what stands for objects of other libraries, of which only what the code does with them is known."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from async_testing.writing.collaborators import Asked
from async_testing.writing.evaluating.callables import Coro
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.strangers import Stranger
from async_testing.writing.evaluating.things import Again, Manager, Raised, Unknown
from async_testing.writing.raising import errors

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt


class Double(Stranger):
    """Stands for an object or function of another library, or for a part of one, such as what calling it gives.

    Args:
        attempt: the attempt that it belongs to.
        place: where it comes in, as ``result client.get()``.
        above: the double that it is a part of, None for one that a test makes.
        joint: how it hangs on that: ``.name``, ``()`` or `` entered``.
    """

    def __init__(self, attempt: Attempt, place: str, above: Double | None = None, joint: str = "") -> None:
        self.attempt = attempt
        self.place = place
        self.above = above
        self.joint = joint
        self.target = ""
        """What a test replaces by it, as a dotted name, empty for what is handed in."""
        self.on: tuple[Any, str] | None = None
        """The object and its attribute that a test replaces by it."""
        self.spec: Any = None
        """The class that it is an object of, where that is known."""
        self.alias = ""
        """The variable that a test has for it, where it is a part that a test makes too."""
        self.asked: list[Asked] = []
        self.parts: dict[str, Any] = {}
        self.fields: dict[str, Any] = {}
        """What the code set."""
        self.label = place.removeprefix("result ")
        if above is None:
            attempt.holders.append(self)

    @property
    def cls(self) -> Any:
        """The class that it is an object of, None where that is not known."""
        return self.spec

    def attribute(self, name: str) -> Any:
        """An attribute, which is a double as well unless the code needs something plain there."""
        if name in self.fields:
            return self.fields[name]
        if name.startswith("__"):
            raise Unknown(f"what {self.label}.{name} is, is not known")
        return self.part(f".{name}")

    def set_attribute(self, name: str, value: Any) -> None:
        """Keep what the code sets."""
        self.fields[name] = value

    def part(self, joint: str) -> Any:
        """What hangs on it: the same each time."""
        if joint not in self.parts:
            place = f"{self.place}{joint}"
            self.parts[joint] = made(self.attempt, place, lambda: Double(self.attempt, place, self, joint))
        return self.parts[joint]

    def invoke(self, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What calling it gives: something to be awaited where the code was seen to await it."""
        if self.place in self.attempt.memory.awaited:
            return Coro(lambda: self._answer(args, kwargs, awaited=True))
        return self._answer(args, kwargs, awaited=False)

    def _answer(self, args: list[Any], kwargs: dict[str, Any], *, awaited: bool) -> Any:
        attempt = self.attempt
        caught = attempt.interpreter.caught
        options = [(None, ""), *(errors(attempt, self.label) if caught else [])]
        turn = len(self.asked)
        error = None
        if turn == 0 and len(options) > 1:
            error = attempt.pick(f"{self.place}()!", options)
        if error is not None:
            attempt.injected = error
            self.asked.append(Asked("", tuple(args), kwargs, error, True, awaited, False))
            raise Raised(error)
        value = self.part("()")
        self.asked.append(Asked("", tuple(args), kwargs, value, False, awaited, False))
        return value

    def awaited(self) -> Any:
        """It is awaited: next time calling it gives something to be awaited. Raises: Again, Unknown."""
        giver = self.given_by or (self.above.place if self.above is not None and self.joint == "()" else "")
        if not giver or giver in self.attempt.memory.awaited:
            raise Unknown(f"what awaiting {self.label} gives is not known")
        self.attempt.memory.awaited.add(giver)
        raise Again

    def truth(self) -> bool:
        """It counts as true; next time there may be None instead."""
        self.doubted()
        return True

    def doubted(self) -> None:
        """The code asks whether it is there. Raises: Again where that was not known yet."""
        memory = self.attempt.memory
        if self.above is not None and self.place not in memory.doubted:
            memory.doubted.add(self.place)
            raise Again

    def become(self, kind: str, value: Any = None) -> None:
        """The code needs a plain value here. Raises: Again where there will be one next time, Unknown else."""
        if kind not in _KINDS:
            raise Unknown(f"what {self.label} is, is not known")
        form = Form(kind)
        if kind == "list":
            form.args = [Form("double")]
        if value is not None and kind in ("str", "int"):
            form.values = [value]
        self.become_form(form)

    def become_form(self, form: Form) -> None:
        """The code needs a value of a form. Raises: Again where there will be one next time, Unknown else."""
        memory = self.attempt.memory
        if self.place in memory.hints:
            raise Unknown(f"what {self.label} is, is not known")
        memory.hints[self.place] = form
        raise Again

    def special(self, name: str) -> Any:
        """A method that Python calls itself, as ``__setitem__``."""
        return self.part(f".{name}")

    def stream(self) -> Any:
        """What going through it asynchronously gives: two doubles, one, or none."""
        place = f"{self.place} stream"
        self.attempt.memory.hints.setdefault(place, Form("list", [Form("double")]))
        return self.part(" stream")

    def item(self, key: Any) -> Any:
        """The code looks into it. Raises: Again, Unknown."""
        if isinstance(key, str):
            self.attempt.memory.columns.setdefault(self.place, []).append(key)
            self.become("dict")
        self.become("list")

    def iterate(self) -> Iterator[Any]:
        """The code goes through it. Raises: Again, Unknown."""
        self.become("list")
        return iter(())

    def entered(self, *, is_async: bool) -> Manager:
        """How it is entered as a context manager; it swallows no error."""
        joint = " entered async" if is_async else " entered"
        return Manager(lambda: self.part(joint), lambda error: False)

    # What a test says

    def expression(self, name: str) -> str:
        """It as a part of the variable that holds the double at the top."""
        if self.above is None:
            return name
        if self.alias:
            return self.alias
        joint = spelled(self.joint)
        above = self.above.expression(name)
        return f"{above}{joint}" if is_plain(joint) else f"getattr({above}, {joint[1:]!r})"

    @property
    def top(self) -> Double:
        """The double that a test makes."""
        return self if self.above is None else self.above.top

    @property
    def is_awaited(self) -> bool:
        """Whether calling it gives something to be awaited."""
        return self.place in self.attempt.memory.awaited

    def below(self) -> Iterator[Double]:
        """Itself and its parts that are doubles."""
        yield self
        for one in self.parts.values():
            if isinstance(one, Double) and one.above is self:
                yield from one.below()

    @property
    def is_bare(self) -> bool:
        """Whether the code does nothing with it but hand it on."""
        return not self.asked and not self.parts and not self.fields


_SPELLED = {
    "()": ".return_value",
    " entered": ".__enter__.return_value",
    " entered async": ".__aenter__.return_value",
    " stream": ".__aiter__.return_value",
}
_KINDS = frozenset({"str", "int", "float", "bool", "list", "dict", "datetime", "date", "uuid", "bytes"})


def spelled(joint: str) -> str:
    """How a part is reached in a test."""
    return _SPELLED.get(joint, joint)


def is_plain(joint: str) -> bool:
    """Whether a part can be written behind a dot: not where its name is no name of Python's."""
    return all(one.isidentifier() and not keyword.iskeyword(one) for one in joint[1:].split("."))


def made(attempt: Attempt, place: str, make: Any) -> Any:
    """What is in a place: a plain value where the code turned out to need one, else a double, or None."""
    form = attempt.memory.hints.get(place)
    if place in attempt.memory.doubted:
        options: list[tuple[Any, str]] = [("value", ""), (None, "none")]
        if attempt.pick(f"{place}?", options) is None:
            return None
    if form is None:
        return _promised(attempt, place, make)
    if form.values:
        known = form.values[0]
        other = f"another_{known}" if isinstance(known, str) else known + 1
        return attempt.pick(place, [(known, ""), (other, f"other than {known}")])
    return attempt.value(place, form)


def _promised(attempt: Attempt, place: str, make: Any) -> Any:
    """What an annotation says is in a place, else a double."""
    form = attempt.memory.returns.get(place)
    if form is None:
        return make()
    try:
        return attempt.value(place, form)
    except Unknown:
        del attempt.memory.returns[place]
        raise Again from None


def replacing(attempt: Attempt, target: str) -> Any:
    """What stands for a name that tests replace: one double, or value, for each name."""
    held = attempt.replaced.get(target)
    if held is None:
        place = f"result {target}"
        count = len(attempt.holders)
        value = made(attempt, place, lambda: Double(attempt, place))
        if isinstance(value, Double) and len(attempt.holders) > count:
            value.target = target
        held = attempt.replaced[target] = (value,)
    return held[0]


def replacing_on(attempt: Attempt, value: Any, name: str) -> Any:
    """What stands for an attribute of an object that its class takes from another library."""
    place = f"result {value.cls.name}.{name}"
    found = made(attempt, place, lambda: Double(attempt, place))
    if isinstance(found, Double):
        found.on = (value, name)
    else:
        attempt.attributes.append((value, name, found))
    value.fields[name] = found
    return found
