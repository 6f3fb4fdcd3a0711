"""What a test asserts: the result or the error, what was sent and whether it lasts, what collaborators were asked."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from async_testing.writing.arranging import Arranger
from async_testing.writing.connections import KEEPING, Connection, kept_by
from async_testing.writing.doubles import Double
from async_testing.writing.evaluating.composing import Composable
from async_testing.writing.evaluating.limits import ValidationError
from async_testing.writing.evaluating.things import Cls, Inert, Obj, Opaque, Special, Unknown, has_opaque
from async_testing.writing.exploring import Done
from async_testing.writing.filling import key_of
from async_testing.writing.routed import answered, described, is_response, is_router
from async_testing.writing.sessions import Session

_ENDS = ("begin", "savepoint", "commit", "rollback", "release savepoint", "rollback to savepoint")
_SIMPLE = (str, int, float, bool, type(None))


class Asserter:
    """Writes assertions.

    Args:
        arranger: what was set up.
        done: the attempt.
        exact: whether whole texts of statements are compared.
    """

    def __init__(self, arranger: Arranger, done: Done, *, exact: bool = False) -> None:
        self.arranger = arranger
        self.shower = arranger.shower
        self.done = done
        self.exact = exact

    def result(self, value: Any, name: str = "result") -> list[str]:
        """Assertions about what was returned."""
        if value is None or isinstance(value, bool):
            return [f"assert {name} is {value!r}"]
        if isinstance(value, Double):
            return [f"assert {name} is {self.shower.show(value)}"]
        if is_router(value):
            return described(self.arranger, value, name)
        if isinstance(value, Composable):
            return [f"assert {name}.as_string(None) == {self.shower.show(value.as_string())}"]
        if isinstance(value, Inert | Special) and id(value) not in self.shower.names:
            raise Unknown("what it returns cannot be shown in a test")
        if isinstance(value, Opaque):
            return [f"assert {name} is not None"]
        if id(value) in self.shower.names and not isinstance(value, str | int | float | tuple):
            return (
                [f"assert {name} == {self.shower.show(value)}"]
                if is_equal(value)
                else [f"assert {name} is {self.shower.show(value)}"]
            )
        if isinstance(value, Obj) and is_response(value):
            return [*answered(self.shower, value, name)]
        if isinstance(value, Obj) and _is_of_its_own(value):
            return [*self.fields(value, name)]
        if _is_record(value):
            return [f"assert dict({name}) == {self.shower.show(value)}"]
        if isinstance(value, list) and value and all(map(_is_record, value)):
            return [f"assert [dict(one) for one in {name}] == {self.shower.show(value)}"]
        if isinstance(value, list | tuple) and any(
            isinstance(one, Composable) or (isinstance(one, Obj) and not is_equal(one)) for one in value
        ):
            found = [f"assert len({name}) == {len(value)}"]
            for place, one in enumerate(value):
                found += self.result(one, f"{name}[{place}]")
            return found
        return [f"assert {name} == {self.shower.show(value)}"]

    def fields(self, value: Obj, name: str, but: Container[str] = ()) -> Iterator[str]:
        """Assertions about the fields of an object that is equal to itself only."""
        if value.cls.qualname.startswith("<"):
            raise Unknown("what it returns cannot be shown in a test")
        yield f"assert isinstance({name}, {self.shower.cls(value.cls)})"
        for field, one in value.fields.items():
            if (
                field.startswith("_")
                or not field.isidentifier()
                or field in but
                or isinstance(one, Special | Opaque | Inert)
            ):
                continue
            if isinstance(one, Obj) and one.cls.kind == "table":  # it was loaded with the row
                field = f"{field}.{key_of(self.shower.conventions.interpreter, one.cls)}"
                one = one.fields.get(field.rpartition(".")[2])
            try:
                shown = self.shower.show(one)
            except Unknown:
                continue
            if one is None or isinstance(one, bool):
                yield f"assert {name}.{field} is {shown}"
            elif is_equal(one):
                yield f"assert {name}.{field} == {shown}"

    def error(self, value: Any) -> tuple[str, list[str]]:
        """The class to expect, and assertions about what was raised."""
        found: list[str] = []
        injected = self.done.attempt.injected
        same = injected is not None and value is injected
        if isinstance(value, Obj):
            kind = self.shower.cls(value.cls)
            if same:
                return kind, ["assert raised.value is error"]
            found += self._of_exception(value)
            cause = value.cause
        else:
            kind = self.shower.error_class(type(value))
            if same:
                return kind, ["assert raised.value is error"]
            cause = getattr(value, "evaluated_cause", None)
            if isinstance(value, ValidationError):
                places = [(where, kind_) for where, kind_ in value.problems]
                if all(kind_ != "union" for _, kind_ in places):
                    shown = self.shower.show([(where, said) for where, said in places])
                    found.append(
                        f'assert [(one["loc"], one["type"]) for one in raised.value.errors()] == {shown}'
                    )
            elif (
                value.args
                and all(isinstance(one, _SIMPLE) for one in value.args)
                and type(value).__module__ != "builtins"
            ) or (
                type(value) in (ValueError, RuntimeError, PermissionError, LookupError, KeyError)
                and value.args
            ):
                found.append(f"assert raised.value.args == {self.shower.show(value.args)}")
        if cause is not None and id(cause) in self.shower.names:
            found.append(f"assert raised.value.__cause__ is {self.shower.show(cause)}")
        elif isinstance(cause, BaseException) and not isinstance(cause, Obj):
            found.append(f"assert isinstance(raised.value.__cause__, {self.shower.error_class(type(cause))})")
        return kind, found

    def _of_exception(self, value: Obj) -> list[str]:
        fields = {
            name: one for name, one in value.fields.items() if name != "args" and not name.startswith("_")
        }
        simple = {name: one for name, one in fields.items() if isinstance(one, (*_SIMPLE, list, dict, tuple))}
        found: list[str] = []
        for name, one in simple.items():
            try:
                shown = self.shower.show(one)
            except Unknown:
                continue
            if not has_opaque(one):
                found.append(
                    f"assert raised.value.{name} {'is' if one is None or isinstance(one, bool) else '=='} {shown}"
                )
        args = value.fields.get("args")
        if not found and args and all(isinstance(one, _SIMPLE) for one in args):
            found.append(f"assert raised.value.args == {self.shower.show(args)}")
        return found

    # What was sent

    def connections(self) -> list[str]:
        """Assertions about statements and transactions."""
        found: list[str] = []
        for name, one in self.arranger.connections:
            found += self._connection(name, one)
        return found

    def within(self) -> list[str]:
        """Assertions about what connections keep within the block of a context manager."""
        found: list[str] = []
        for name, one in self.arranger.connections:
            kept = self.done.attempt.within.get(id(one.fake), {})
            found += [
                line
                for attribute, value in kept.items()
                if value
                for line in self._kept(name, attribute, value)
            ]
        return found

    def _kept(self, name: str, attribute: str, value: Any) -> Iterator[str]:
        """What a connection was told to keep: the names alone where a function cannot be shown."""
        try:
            yield f"assert {name}.{attribute} == {self.shower.show(value)}"
        except Unknown:
            names = [one[0] for one in value] if attribute == "listeners" else [*value]
            shown = (
                f"[one[0] for one in {name}.{attribute}]"
                if attribute == "listeners"
                else f"[*{name}.{attribute}]"
            )
            yield f"assert {shown} == {self.shower.show(names)}"

    def _connection(self, name: str, one: Connection) -> Iterator[str]:
        words = self.done.attempt.interpreter.words
        for attribute, value in kept_by(one.fake).items():
            if value or words & KEEPING[attribute]:
                yield from self._kept(name, attribute, value)
        calls = one.fake.calls
        if not calls:
            yield f"assert {name}.calls == []"
            return
        try:
            if self.exact:
                raise Unknown("whole texts are wanted")
            meanings = [self._meaning(call) for call in calls]
        except Unknown:
            yield from self._texts(name, calls)
        else:
            yield f"assert [call.meaning for call in {name}.calls] == [{', '.join(meanings)}]"
        events = [event for event in one.fake.events if event in _ENDS]
        if not events:
            return
        begun = [str(event.name) for event in events if event == "begin" and event.name]
        depths = [call.transaction for call in calls]
        yield f"assert [call.transaction for call in {name}.calls] == {depths}"
        lasting = [calls.index(call) for call in one.fake.committed]
        if len(lasting) == len(calls):
            yield f"assert {name}.committed == {name}.calls"
        elif lasting:
            yield f"assert {name}.committed == [{', '.join(f'{name}.calls[{place}]' for place in lasting)}]"
        else:
            yield f"assert {name}.committed == []"
        shown = [str(event) for event in events]
        ends = self.shower.show(shown)
        kinds = self.shower.show(tuple(dict.fromkeys(shown)))
        if len(shown) > 2 or shown[-1:] != ["commit"]:
            yield f"assert [event for event in {name}.events if event in {kinds}] == {ends}"
        if begun:
            yield f'assert [event.name for event in {name}.events if event == "begin"] == {self.shower.show(begun)}'

    def _meaning(self, call: Any) -> str:
        try:
            meaning = call.meaning
        except AssertionError:
            raise Unknown("the statement cannot be read") from None
        return self.shower.show(meaning)

    def _texts(self, name: str, calls: list[Any]) -> Iterator[str]:
        yield f"assert len({name}.calls) == {len(calls)}"
        for place, call in enumerate(calls):
            same = self.shower.take(self.shower.conventions.fakes, "same_text")
            text = self.shower.text(
                " ".join(call.statement.split()) if "'" not in call.statement else call.statement
            )
            yield f"{same}({name}.calls[{place}], {text}, {self.shower.show(call.parameters)})"

    # What is stored

    def sessions(self) -> list[str]:
        """Assertions about the tables that were written to."""
        found: list[str] = []
        for name, one in self.arranger.sessions:
            if one.changed and one.is_committed:
                found.append(f"await {name}.rollback()  # what was committed stays")
            for cls in one.changed:
                found += self._stored(name, one, cls)
        return found

    def _stored(self, name: str, one: Session, cls: Cls) -> Iterator[str]:
        rows = [row for row in one.rows if row.cls is cls]
        fields = [
            field
            for field in one.interpreter.fields_of(cls)
            if all(
                isinstance(row.fields.get(field), str | int | bool) or row.fields.get(field) is None
                for row in rows
            )
            and any(field in row.fields for row in rows)
        ]
        shown = self.shower.cls(cls)
        select = self.shower.take("sqlalchemy", "select")
        stored = self.arranger.fresh("stored")
        yield f"{stored}: list[{shown}] = [*await {name}.scalars({select}({shown}))]"
        yield f"assert len({stored}) == {len(rows)}"
        for field in fields:
            values = [row.fields.get(field) for row in rows]
            if len({type(value) for value in values}) == 1 and values[0] is not None:
                expected = self.shower.show(sorted(values))
                yield f"assert sorted(one.{field} for one in {stored}) == {expected}"
            else:
                kept = sum(value is None for value in values)
                yield f"assert sum(one.{field} is None for one in {stored}) == {kept}"


def _is_of_its_own(value: Obj) -> bool:
    """Whether a test cannot make an object that is equal to it."""
    is_plain = value.cls.kind in ("model", "dataclass") and not value.changed
    return not is_plain or has_opaque(value)


def _is_record(value: Any) -> bool:
    """Whether it is a row in the driver's own class, which is equal to no dictionary."""
    return hasattr(value, "items") and type(value).__module__.startswith("async_testing_fakes")


def is_equal(value: Any) -> bool:
    """Whether an object is equal to another one with the same content."""
    if isinstance(value, Obj):
        return value.cls.kind in ("model", "dataclass") and all(map(is_equal, value.fields.values()))
    if isinstance(value, list | tuple | set):
        return all(map(is_equal, value))
    if isinstance(value, dict):
        return all(map(is_equal, value.values()))
    return not isinstance(value, Special)
