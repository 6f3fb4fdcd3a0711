"""Values that are made up: one for each place and form, and others that may make a difference."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any

from async_testing.writing.evaluating.base import SAFE
from async_testing.writing.evaluating.bases import is_given
from async_testing.writing.evaluating.callables import Func
from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.forms import Form, form_of
from async_testing.writing.evaluating.limits import ValidationError
from async_testing.writing.evaluating.things import Cls, Obj, Raised, Unknown
from async_testing.writing.learning import Learning
from async_testing.writing.memory import Choice
from async_testing.writing.samples import FORMATS, bounds, nearly


class Values(Learning):
    """Makes them up, as far as they are no stand-ins."""

    choices: dict[str, Choice]
    chosen: Mapping[str, int]

    def pick(self, place: str, options: list[tuple[Any, str]]) -> Any:
        """One of some options, which are pairs of a value and words for it."""
        raise NotImplementedError

    def value(self, place: str, form: Form) -> Any:
        """A value of a form. Raises: Unknown where none can be made."""
        form = self.memory.hints.get(place) or self.memory.hints.get(f"result {place}", form)
        if form.kind == "union" and not form.optional and len(form.args) > 1:
            form = form.args[0]
        if form.optional:
            if form.single.kind == "none":
                return None
            options: list[tuple[Any, str]] = [("value", ""), (None, "none")]
            if self.pick(f"{place}?", options) is None:
                return None
            form = self._inner(form)
        method: Callable[[str, Form], Any] | None = getattr(self, f"of_{form.kind.replace(' ', '_')}", None)
        if method is not None:
            return method(place, form)
        return self._plain(place, form)

    @staticmethod
    def _inner(form: Form) -> Form:
        inner = form.single
        if form.limits or form.checks:
            inner = inner.copy()
            inner.limits = {**inner.limits, **form.limits}
            inner.checks = [*inner.checks, *form.checks]
        return inner

    def _plain(self, place: str, form: Form) -> Any:
        try:
            first = self.memory.samples.value(place, form)
        except KeyError:
            raise Unknown(f"no value is known for {place.rpartition('.')[2]}") from None
        refused = self.memory.tried.get(place, 0)
        if refused and isinstance(first, str):
            known = [*self.memory.texts, *FORMATS]
            if refused > len(known):
                raise Unknown(f"no value is known that {place.rpartition('.')[2]} takes")
            first = known[refused - 1]
        same = [(one, "the_same") for one in self.memory.same.get(place, ()) if self._takes(form, one)]
        value = self.pick(place, [(first, ""), *same, *self._others(form, first)])
        if (isinstance(value, str | int | float) and not isinstance(value, bool)) or (
            isinstance(value, SAFE) and getattr(type(value), "__hash__", None)
        ):
            self.memory.places.setdefault((type(value).__name__, value), place)
        return value

    def _others(self, form: Form, first: Any) -> list[tuple[Any, str]]:
        """Other values of a form that may make a difference."""
        kind = form.kind
        found: list[tuple[Any, str]] = []
        if kind == "bool":
            return [(not first, "true" if not first else "false")]
        if kind == "int":
            low, high = bounds(form)
            found = [(one, str(one)) for one in (low, high) if isinstance(one, int)]
            found += [(0, "zero"), (1, "one")]
            near = dict.fromkeys(near for one in self.memory.numbers for near in (one, one - 1, one + 1))
            found += [(one, str(one)) for one in near]
            found += [(-1, "negative")]
        elif kind == "float":
            found = [
                (0.0, "zero"),
                (-1.0, "negative"),
                *((float(one), str(one)) for one in self.memory.numbers),
            ]
        elif kind in ("str", "email", "any"):
            is_email = kind == "email"
            found = [(one, one) for one in self.memory.texts if not is_email or "@" in one] + [("", "empty")]
            found += [(one, one) for one in nearly(str(first))]
            if kind != "email":
                sizes = dict.fromkeys(
                    n for one in self.memory.numbers for n in (one - 1, one, one + 1) if 0 < n <= 400
                )
                found += [("x" * one, f"of_length_{one}") for one in sizes]
                found.append(("50%_a\\b'", "special_characters"))
        if not form.limits and not form.checks:
            return [one for one in found if one[0] != first]
        return [one for one in found if one[0] != first and self._takes(form, one[0])]

    def _takes(self, form: Form, value: Any) -> bool:
        try:
            return bool(self.interpreter.checked(form, value) == value)
        except BaseException as problem:
            if isinstance(problem, KeyboardInterrupt):
                raise
            return False

    def of_none(self, place: str, form: Form) -> Any:
        """None."""
        return None

    def of_literal(self, place: str, form: Form) -> Any:
        """One of some values."""
        turn = sum(map(ord, place.rpartition(".")[2])) % len(form.values) if "#" in place else 0
        ordered = [*form.values[turn:], *form.values[:turn]]
        return self.pick(place, [(one, str(one)) for one in ordered])

    def of_enum(self, place: str, form: Form) -> Any:
        """A member of an enumeration."""
        members: list[enum.Enum] = [*form.cls]
        if not members:
            raise Unknown("an enumeration without members")
        return self.pick(place, [(one, one.name.lower()) for one in members])

    def of_list(self, place: str, form: Form) -> Any:
        """Two items, one, or none."""
        low, high = form.limits.get("min_length", 0), form.limits.get("max_length", 9)
        low, high = form.limits.get("min_items", low), form.limits.get("max_items", high)
        sizes = [one for one in (2, 1, 0, 3) if low <= one <= high] or [low]
        count = self.pick(
            f"{place}#", [(one, {0: "empty", 1: "one_item"}.get(one, f"{one}_items")) for one in sizes]
        )
        inner = form.args[0] if form.args else self.memory.hints.get(f"{place}[]", Form("str"))
        return [self.value(f"{place}[{turn}]", inner) for turn in range(count)]

    def of_set(self, place: str, form: Form) -> Any:
        """A set."""
        return {*self.of_list(place, form)}

    def of_tuple(self, place: str, form: Form) -> Any:
        """A tuple."""
        if len(form.args) > 1:
            return tuple(self.value(f"{place}[{turn}]", one) for turn, one in enumerate(form.args))
        return tuple(self.of_list(place, form))

    def of_dict(self, place: str, form: Form) -> Any:
        """A dictionary with one item."""
        known = self.memory.columns.get(place)
        if len(form.args) < 2 or (known and form.args[0].kind == "str"):
            inner = form.args[1] if len(form.args) > 1 else Form("str")
            made = {
                name: self.value(f"{place}.{name}", Form("str") if inner.kind == "any" else inner)
                for name in known or ["key"]
            }
            self.spots[id(made)] = place
            self.held.append(made)
            return made
        if self.pick(f"{place}#", [(1, ""), (0, "empty")]) == 0:
            return {}
        return {self.value(f"{place}.key", form.args[0]): self.value(f"{place}.value", form.args[1])}

    def of_model(self, place: str, form: Form) -> Any:
        """An object of a model; fields that are refused are tried in other formats."""
        cls: Cls = form.cls
        whole = True
        for _ in range(60):
            kept = dict(self.choices)
            given = self._fields(place, form, whole=whole)
            try:
                with (
                    self.interpreter.importing()
                ):  # what a validator asks is not replaced where a test makes one
                    made = self.interpreter.construct(cls, [], given)
            except Raised as raised:
                if not isinstance(raised.value, ValidationError):
                    raise Unknown(
                        f"{cls.name} cannot be made: {self.interpreter.described(raised.value)}"
                    ) from None
                self._learn(place, cls, raised.value, given)
                self.choices = kept
                continue
            except Unknown:
                if not whole:
                    raise
                whole, self.choices = False, kept  # a validator of what may be left out is not followed
                continue
            self.spots[id(made)] = place
            for name, value in given.items():
                if isinstance(value, str | int) and not isinstance(value, bool) and isinstance(made, Obj):
                    self.memory.places.setdefault((type(value).__name__, value), f"{place}.{name}")
            return made
        raise Unknown(f"no values are known that {cls.name} takes")

    def _learn(self, place: str, cls: Cls, error: ValidationError, given: dict[str, Any]) -> None:
        fields = self.interpreter.fields_of(cls)
        moved = False
        for where, kind in error.problems:
            name = str(where[0]) if where else ""
            inner = "".join(f"[{one}]" for one in where[1:] if isinstance(one, int))
            spot = f"{place}.{name}{inner}"
            if spot in self.chosen:  # what is made up where nothing is chosen may be right
                raise Unknown(f"{cls.name} refuses a value that was tried for {name} ({kind})")
            if name in fields and kind not in ("missing", "extra_forbidden"):
                self.memory.tried[spot] = self.memory.tried.get(spot, 0) + 1
                moved = moved or self.memory.tried[spot] <= len(FORMATS) + len(self.memory.texts)
            elif not name and self.chosen:
                raise Unknown(f"{cls.name} refuses this together")
        if not moved:
            kinds = ", ".join(f"{'.'.join(map(str, where))}: {kind}" for where, kind in error.problems)
            raise Unknown(f"{cls.name} refuses what was made for it ({kinds})")

    def _fields(self, place: str, model: Form, *, whole: bool = True) -> dict[str, Any]:
        given: dict[str, Any] = {}
        cls: Cls = model.cls
        known = dict(zip(cls.variables, model.args, strict=False))
        config = self.interpreter.config_of(cls)
        for name, (form, default, _) in self.interpreter.fields_of(cls).items():
            alias = self.interpreter.alias_of(cls, name, form, config)
            form = form.given(lambda variable: known.get(variable) or cls.argument(variable))
            spot = f"{place}.{name}"
            if self.interpreter.default_of(default) is not MISSING:
                if not whole or self.pick(f"{spot}=", [(True, ""), (False, "unset")]) is False:
                    continue
                try:
                    given[alias] = self.value(spot, form)
                except Unknown:
                    continue
                continue
            given[alias] = self.value(spot, form)
        return given

    def of_dataclass(self, place: str, form: Form) -> Any:
        """An object of a dataclass."""
        given = self._of_constructor(place, form.cls)
        if given is not None:
            return self._constructed(form.cls, given)
        given = {}
        for name, (inner, default, _) in self.interpreter.fields_of(form.cls).items():
            if not is_given(default):
                continue
            if self.interpreter.default_of(default) is not MISSING and inner.kind in (
                "class",
                "external",
                "any",
            ):
                continue
            given[name] = self.value(f"{place}.{name}", inner)
        return self._constructed(form.cls, given)

    def _of_constructor(self, place: str, cls: Cls) -> dict[str, Any] | None:
        """What a constructor of its own is given; None where a dataclass has the one that is made for it."""
        making = self.interpreter.constructor_of(cls)
        if not isinstance(making, Func):
            return None
        frame = self.interpreter.inside(cls, cls.module)
        given = {}
        for one in (*making.node.args.args[1:], *making.node.args.kwonlyargs):
            if one.arg not in making.defaults:
                form = form_of(self.interpreter.annotation(one.annotation, frame))
                given[one.arg] = self.value(f"{place}.{one.arg}", form)
        return given

    def _constructed(self, cls: Cls, given: dict[str, Any]) -> Any:
        try:
            return self.interpreter.construct(cls, [], given)
        except Raised as raised:
            raise Unknown(f"{cls.name} cannot be made: {self.interpreter.described(raised.value)}") from None

    def of_mapping(self, place: str, form: Form) -> Any:
        """A dictionary with the keys of a TypedDict."""
        return {
            name: self.value(f"{place}.{name}", inner)
            for name, (inner, _, _) in self.interpreter.fields_of(form.cls).items()
        }
