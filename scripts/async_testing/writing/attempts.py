"""One attempt at a function: inputs that are chosen, fakes that answer, and what the function did with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from async_testing.writing.concrete import class_for
from async_testing.writing.doubles import Double
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.things import Cls, Unknown
from async_testing.writing.memory import Choice, Memory
from async_testing.writing.values import Values

_NUMBER = re.compile(
    r"(?:^|_)(?:port|seconds|minutes|hours|days|expire|timeout|ttl|size|limit|count|max|min|retries|workers)(?:_|$)"
)


class Attempt(Values):
    """One attempt.

    Args:
        memory: what all attempts have in common.
        chosen: the choice made in each place, the first one elsewhere.
    """

    def __init__(self, memory: Memory, chosen: Mapping[str, int]) -> None:
        super().__init__(memory)
        self.chosen = chosen
        self.choices: dict[str, Choice] = {}
        self.made: dict[int, tuple[str, Any]] = {}
        """Objects by identity: the name of a variable that holds each."""
        self.holders: list[Any] = []
        """Fakes and collaborators, in the order in which they were made."""
        self.scripted: dict[int, Any] = {}
        """How a test spells an exception of the server, by its identity."""
        self.answers = 0
        self.injected: Any = None
        """An exception that a fake or collaborator was told to raise."""
        self.failing: tuple[str, ...] | None = None
        """By what handlers could tell the error apart that a connection was told to raise; None where it was not."""
        self.within: dict[int, dict[str, Any]] = {}
        """What fakes keep of callbacks and codecs within the block of a context manager, by their identity."""
        self.replaced: dict[str, tuple[Any]] = {}
        """What stands for names that tests replace, by dotted name."""
        self.attributes: list[tuple[Any, str, Any]] = []
        """Objects with their attributes that tests replace by plain values, which come last."""
        self.rebound: dict[str, Any] = {}
        """What names of modules are before the code gives them other values, by dotted name."""
        self.environment: dict[str, str | None] = {}
        """Variables of the environment that the code reads; None for those that are not set."""
        self.lenient = False
        """Whether values that are refused are wanted too."""
        self.notes: list[str] = []

    def pick(self, place: str, options: list[tuple[Any, str]]) -> Any:
        """One of some options, which are pairs of a value and words for it; the first where nothing else is chosen."""
        place = self._own(place)
        at = min(self.chosen.get(place, 0), len(options) - 1)
        self.choices[place] = Choice(place, len(options), options[at][1])
        return options[at][0]

    def is_chosen(self, place: str) -> bool:
        """Whether this attempt has another value in a place than the first one."""
        return bool(self.chosen.get(place, 0))

    def variable(self, name: str) -> str | None:
        """A variable of the environment: a text, or none."""
        if name not in self.environment:
            words = name.lower()
            is_set = self.pick(f"environment {words}?", [(True, ""), (False, f"no_{words}")])
            made = (
                "7"
                if _NUMBER.search(words)
                else self.memory.samples.value(f"environment.{words}", Form("str"))
            )
            self.environment[name] = str(made) if is_set else None
        return self.environment[name]

    def _own(self, place: str) -> str:
        count = 2
        found = place
        while found in self.choices:
            found = f"{place}~{count}"
            count += 1
        return found

    # Objects

    def of_class(self, place: str, form: Form) -> Any:
        """An object of another class: a fake of a connection, a row, or a collaborator."""
        from async_testing.writing.standins import stand_in

        cls = form.cls
        if isinstance(cls, Cls) and cls.kind == "mapping":
            return self.of_mapping(place, form)
        return stand_in(self, place, cls)

    def of_double(self, place: str, form: Form) -> Any:
        """Something of another library."""
        return Double(self, f"result {place.removeprefix('result ')}")

    of_external = of_real = of_plain = of_class

    def of_any(self, place: str, form: Form) -> Any:
        """Something of which only the name is known."""
        from async_testing.writing.standins import by_name

        found = by_name(self, place)
        if found is not None:
            return found
        self.memory.loose.add(place)
        return self._plain(place, Form("str"))

    def of_callable(self, place: str, form: Form) -> Any:
        """A function that is handed in."""
        from async_testing.writing.collaborators import Function

        return Function(self, place, form.args[0] if form.args else Form("any"))

    def of_type(self, place: str, form: Form) -> Any:
        """A class that is handed in."""
        found = class_for(self, form.args[0].cls if form.args else None)
        if found is not None:
            return found
        raise Unknown(f"which class {place} is, is not known")
