"""What a test asserts of others: what collaborators were asked and handed, what was set on what they gave."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from typing import Any

from async_testing.writing.asserting import Asserter, is_equal
from async_testing.writing.collaborators import Asked, Collaborator, Function, asked_as
from async_testing.writing.doubles import Double
from async_testing.writing.evaluating.things import Obj, Unknown, has_opaque


def _is_mock(value: Any) -> bool:
    return isinstance(value, Collaborator | Function | Double)


class Questions:
    """Writes assertions about calls.

    Args:
        asserter: writes those about values.
    """

    def __init__(self, asserter: Asserter) -> None:
        self.asserter = asserter
        self.arranger = asserter.arranger
        self.shower = asserter.shower
        self.done = asserter.done

    def all(self) -> list[str]:
        """Assertions about the calls of collaborators and functions."""
        found: list[str] = []
        for name, one in self.arranger.collaborators:
            found += self._collaborator(name, one)
        for name, function in self.arranger.functions:
            if not function.asked:
                found.append(f"{name}.assert_not_called()")
            else:
                found += self._asked(name, function.asked)
        for name, double in self.arranger.doubles.tops:
            for each in double.below():
                if each.asked:
                    found += self._asked(each.expression(name), each.asked)
                for field, value in each.fields.items():
                    found += self._kept(f"{each.expression(name)}.{field}", value)
        for row in self._given():
            if id(row) in self.shower.names:
                found += self._changed(row)
        return found

    def _given(self) -> Iterator[Obj]:
        """The rows that the code was given: as arguments, and by what stands for others."""
        subject = self.done.subject
        values = [one.value for one in getattr(subject, "arguments", ())]
        asked = [one.asked for _, one in self.arranger.collaborators]
        asked += [one.asked for _, one in self.arranger.functions]
        values += [each.answer for calls in asked for each in calls]
        values += [each for value in values if isinstance(value, list) for each in value]
        found = {id(value): value for value in values if isinstance(value, Obj) and value.cls.kind == "table"}
        yield from found.values()

    def _changed(self, row: Obj) -> Iterator[str]:
        """Assertions about what the code has set in a row that it was given."""
        for field, value in row.fields.items():
            known = row.raw.get(field)
            if field in row.raw and (value is known or (type(value) is type(known) and value == known)):
                continue
            yield from self._kept(f"{self.shower.show(row)}.{field}", value)

    def _kept(self, target: str, value: Any) -> list[str]:
        """Assertions about what the code set on an object of another library."""
        try:
            return self.asserter.result(value, target)
        except Unknown:
            return []

    def _collaborator(self, name: str, one: Collaborator) -> Iterator[str]:
        asked = [each for each in one.asked if not each.method.startswith("__")]
        methods = dict.fromkeys(each.method for each in asked)
        for method in methods:
            calls = [each for each in asked if each.method == method]
            yield from self._asked(asked_as(name, method), calls)
        if len(asked) > 1 and len(methods) > 1:
            order = self.shower.show([each.method for each in asked])
            hidden = [] if len(asked) == len(one.asked) else ["__"]
            hidden += ["."] if any(map(_is_mock, one.fields.values())) else []  # its calls are told as well
            plain = " and ".join(f"{self.shower.text(mark)} not in one[0]" for mark in hidden)
            yield f"assert [one[0] for one in {name}.mock_calls{plain and f' if {plain}'}] == {order}"
        used = {method for place, method in self.done.attempt.memory.used if place == one.place}
        for method in sorted(used - set(methods)):
            yield f"{asked_as(name, method)}.assert_not_called()"

    def _asked(self, target: str, asked: list[Asked]) -> Iterator[str]:
        awaited = asked[0].awaited and not asked[0].deferred
        shown = [self._arguments(each) for each in asked]
        if len(asked) == 1:
            yield f"{target}.assert_{'awaited' if awaited else 'called'}_once_with({shown[0]})"
            yield from self._handed(f"{target}.{'await' if awaited else 'call'}_args", asked[0])
            return
        call = self.shower.take("unittest.mock", "call")
        lists = f"[{', '.join(f'{call}({one})' for one in shown)}]"
        if len(shown) > 2 and len({*shown}) == 1:
            lists = f"[{call}({shown[0]})] * {len(shown)}"
        yield f"assert {target}.{'await' if awaited else 'call'}_args_list == {lists}"

    def _handed(self, target: str, asked: Asked) -> Iterator[str]:
        """Assertions about the objects of its own that the code has handed on."""
        for place, value in enumerate(asked.args):
            if not isinstance(value, Obj) or is_equal(value) or id(value) in self.shower.names:
                continue
            try:
                found = [*self.asserter.fields(value, "handed", dict(asked.filled))]
            except Unknown:
                continue
            if len(found) > 1:
                name = self.arranger.fresh("handed")
                yield f"{name}: {self.shower.cls(value.cls)} = {target}.args[{place}]"
                yield from (one.replace("handed", name, 1) for one in found[1:])

    def _arguments(self, asked: Asked) -> str:
        given = [*map(self._argument, asked.args)]
        odd = {name for name in asked.kwargs if keyword.iskeyword(name) or not name.isidentifier()}
        given += [f"{name}={self._argument(one)}" for name, one in asked.kwargs.items() if name not in odd]
        pairs = [f"{self.shower.text(name)}: {self._argument(asked.kwargs[name])}" for name in sorted(odd)]
        given += [f"**{{{', '.join(pairs)}}}"] if pairs else []
        return ", ".join(given)

    def _argument(self, value: Any) -> str:
        if isinstance(value, Obj) and not is_equal(value) and id(value) not in self.shower.names:
            return self.shower.take("unittest.mock", "ANY")
        if has_opaque(value) and not isinstance(value, list | dict | tuple):
            return self.shower.take("unittest.mock", "ANY")
        try:
            return self.shower.show(value)
        except Unknown:
            return self.shower.take("unittest.mock", "ANY")
