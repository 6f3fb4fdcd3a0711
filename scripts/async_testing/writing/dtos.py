"""Tests of models: what is taken and what becomes of it, and what is refused, for each field and for the whole."""

from __future__ import annotations

import contextlib
from typing import Any

from async_testing.subjects.model import Model
from async_testing.subjects.versions import is_first_pydantic
from async_testing.writing.attempts import Attempt
from async_testing.writing.conventions import Conventions
from async_testing.writing.evaluating.bases import is_settings
from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.limits import ValidationError
from async_testing.writing.evaluating.modules import Module
from async_testing.writing.evaluating.things import Again, Cls, Obj, Opaque, Raised, Unknown
from async_testing.writing.evaluating.wrapped import Url
from async_testing.writing.exploring import compared, looping
from async_testing.writing.memory import Memory
from async_testing.writing.model import Fixture, Import, Test
from async_testing.writing.naming import Names
from async_testing.writing.samples import FORMATS, nearly
from async_testing.writing.showing import Shower
from async_testing.writing.subjects import owner_of

_WRONG: dict[str, Any] = {
    "int": "no number",
    "float": "no number",
    "decimal": "no number",
    "bool": "neither",
    "str": 123,
    "email": "no address",
    "datetime": "no time",
    "date": "no date",
    "uuid": "no uuid",
    "list": "no list",
    "dict": "no mapping",
    "set": "no list",
    "literal": "something else",
    "enum": "something else",
    "model": "no mapping",
}
_TELLING = frozenset({"date_from_datetime_parsing", "datetime_from_date_parsing", "union", "time_parsing"})
"""Kinds of error whose place alone is compared: which one it is depends on more than the form."""


def tests_of(module: Module, model: Model, conventions: Conventions, names: Names, what: str) -> list[Test]:
    """The tests of one model."""
    cls = owner_of(module, model.name.split("."))
    if not isinstance(cls, Cls):
        raise Unknown(f"{model.name} is not followed")
    if module.interpreter.lookup(cls, "settings_customise_sources") is not None:
        raise Unknown("where its values come from, the class says itself")
    nodes = [
        one.node for one in module.source.functions if one.class_ is not None and one.class_.node is cls.node
    ]
    texts, numbers, words = compared(module.source, [cls.node, *nodes])
    module.interpreter.words = words
    memory = Memory(module.interpreter, texts, numbers)
    with looping():
        writer = _Writer(cls, memory, conventions, names, what)
        locked = conventions.project.packages.get("pydantic", "")
        lineage = [one.module.source for one in cls.mro() if isinstance(one, Cls)]
        first = locked.startswith("1.") if locked else any(map(is_first_pydantic, lineage))
        is_checked = not first and cls.kind == "model"  # pydantic 1 refuses in other words
        return [*writer.taken(), *(writer.refused() if is_checked else [])]


class _Writer:
    """Writes the tests of a model."""

    def __init__(self, cls: Cls, memory: Memory, conventions: Conventions, names: Names, what: str) -> None:
        self.cls = cls
        self.memory = memory
        self.interpreter = memory.interpreter
        self.conventions = conventions
        self.names = names
        self.what = what
        self.valid: dict[str, Any] = self._valid()

    def _valid(self) -> dict[str, Any]:
        """Values for all fields that are taken together."""
        for _ in range(200):
            self.interpreter.restart()
            attempt = Attempt(self.memory, {})
            self.interpreter.attempt = attempt
            try:
                if self.cls.kind == "dataclass":
                    made = attempt.value("self", Form("dataclass", cls=self.cls))
                    return dict(made.call[1])
                made = attempt.value("self", Form("model", cls=self.cls))
                return dict(made.raw)
            except Again:
                continue
            finally:
                self.interpreter.attempt = None
        raise Unknown("no values are known that it takes")

    def _made(self, given: dict[str, Any]) -> Obj:
        self.interpreter.restart()
        made: Obj = self.interpreter.construct(self.cls, [], dict(given))
        return made

    # What is taken

    def taken(self) -> list[Test]:
        """A test with every field given, and one with only those that must be."""
        if not self.valid and not self.interpreter.fields_of(self.cls):
            raise Unknown("it has no fields")
        found = [self._takes(self.valid, "takes_valid_values", "Every field is taken and comes back.")]
        fields = self.interpreter.fields_of(self.cls)
        config = self.interpreter.config_of(self.cls)
        needed = {
            self.interpreter.alias_of(self.cls, name, form, config)
            for name, (form, default, _) in fields.items()
            if self.interpreter.default_of(default) is MISSING
        }
        fewer = {name: value for name, value in self.valid.items() if name in needed}
        if fewer != self.valid and not is_settings(self.cls):  # those take what the environment says
            with contextlib.suppress(Raised, Unknown):
                found.append(self._takes(fewer, "has_defaults", "What is left out has its default."))
        found += self._odd()
        return found

    def _odd(self) -> list[Test]:
        """Values that a validator changes or that lie right at a limit, one field at a time."""
        found: list[Test] = []
        for alias, name, form in self._fields():
            for value, words in self._edges(form, self.valid.get(alias)):
                try:
                    test = self._takes(
                        {**self.valid, alias: value},
                        f"takes_{name}_{words}",
                        f"{name}: {words.replace('_', ' ')}.",
                        only=name,
                    )
                except (Raised, Unknown):
                    continue
                found.append(test)
        return found

    def _edges(self, form: Form, plain: Any) -> list[tuple[Any, str]]:
        found: list[tuple[Any, str]] = []
        inner = form.single
        limits = {**inner.limits, **form.limits}
        for name in ("ge", "le", "gt", "lt"):
            limit = limits.get(name)
            if isinstance(limit, int | float) and inner.kind in ("int", "float"):
                step = 1 if inner.kind == "int" else 0.01
                found.append(
                    (limit + (step if name == "gt" else -step if name == "lt" else 0), "at_its_limit")
                )
        if inner.kind == "str":
            found += [
                ("x" * limits[name], f"of_length_{limits[name]}")
                for name in ("min_length", "max_length")
                if isinstance(limits.get(name), int) and 0 < limits[name] <= 5000
            ]
        if (
            inner.kind in ("str", "email")
            and isinstance(plain, str)
            and (form.checks or inner.checks or self._checked())
        ):
            found += [(f"  {plain}  ".replace(" ", "  "), "with_spaces"), (plain.upper(), "in_capitals")]
            found += [(one, f"as_{one}") for one in (*FORMATS, *self.memory.texts)]
        if inner.kind == "literal":
            found += [(one, str(one)) for one in inner.values]
        return [
            (one, words)
            for one, words in found
            if one != plain and _differs(self._became(one, form), one, words)
        ]

    def _checked(self) -> bool:
        return bool(self.interpreter.checks_of(self.cls)["fields"])

    def _became(self, value: Any, form: Form) -> Any:
        try:
            return self.interpreter.checked(form, value)
        except BaseException as problem:
            if isinstance(problem, KeyboardInterrupt):
                raise
            return Unknown

    def _fields(self) -> list[tuple[str, str, Form]]:
        config = self.interpreter.config_of(self.cls)
        fields = self.interpreter.fields_of(self.cls)
        return [
            (self.interpreter.alias_of(self.cls, name, form, config), name, form)
            for name, (form, _, _) in fields.items()
        ]

    def _takes(self, given: dict[str, Any], scenario: str, doc: str, only: str = "") -> Test:
        made = self._made(given)
        shower = Shower(self.conventions)
        names = ", ".join(
            f"{name}={shower.show(value)}" for name, value in given.items() if name.isidentifier()
        )
        cls = shower.cls(self.cls)
        asserts: list[str] = []
        for name, value in made.fields.items():
            if only and name != only:
                continue
            if isinstance(value, Opaque):
                asserts.append(f"assert result.{name} is not None")
            elif isinstance(value, Url):
                asserts.append(f"assert str(result.{name}) == {shower.text(value.text)}")
            elif value is None or isinstance(value, bool):
                asserts.append(f"assert result.{name} is {value!r}")
            else:
                asserts.append(f"assert result.{name} == {shower.show(value)}")
        if not asserts:
            raise Unknown("it has no fields")
        name = self.names.test(self.what, scenario, "")
        act = (f"result: {cls} = {cls}({names})",)
        return Test(
            name,
            self.cls.qualname,
            doc,
            False,
            act=act,
            asserts=tuple(asserts),
            imports=frozenset(shower.imports),
            is_plain=scenario == "takes_valid_values",
        )

    # What is refused

    def refused(self) -> list[Test]:
        """One test over every field and what is wrong with a value; and one for each refusal of the whole."""
        cases: list[tuple[dict[str, Any], tuple[Any, ...], str]] = []
        seen: set[Any] = set()
        for alias, _, form in self._fields():
            options: list[dict[str, Any]] = [{alias: one} for one in self._invalid(form)]
            options += [{alias: one} for one in nearly(str(self.valid.get(alias)))]
            for changes in [*options, {alias: MISSING}]:
                self._try(changes, cases, seen)
        self._try({"unexpected_field": 1}, cases, seen)
        if not cases:
            return []
        return [self._test(cases)]

    def _try(
        self,
        changes: dict[str, Any],
        cases: list[tuple[dict[str, Any], tuple[Any, ...], str]],
        seen: set[Any],
    ) -> None:
        given = {**self.valid, **changes}
        given = {name: value for name, value in given.items() if value is not MISSING}
        try:
            self._made(given)
        except Raised as raised:
            if not isinstance(raised.value, ValidationError) or len(raised.value.problems) != 1:
                return
            where, kind = raised.value.problems[0]
            key = (where, kind, frozenset(one for one in self.interpreter.marks if len(one) == 2))
            if key in seen or kind in _TELLING or not where:
                return
            seen.add(key)
            cases.append((given, where, kind))
        except Unknown:
            return

    def _invalid(self, form: Form) -> list[Any]:
        inner = form.single
        found: list[Any] = []
        for name, limit in {**inner.limits, **form.limits}.items():
            found += _beyond(inner, name, limit)
        if form.checks or inner.checks or self._checked():
            found += ["", "x", "?", *FORMATS, *self.memory.texts]
            found += (
                [near for one in self.memory.numbers for near in (one - 1, one, one + 1)]
                if inner.kind == "int"
                else []
            )
            found += ["x" * size for one in self.memory.numbers for size in (one, one + 1) if 0 < one < 1000]
        if inner.kind in _WRONG:
            found.append(_WRONG[inner.kind])
        return [*found, None] if not form.optional else found

    def _test(self, cases: list[tuple[dict[str, Any], tuple[Any, ...], str]]) -> Test:
        shower = Shower(self.conventions)
        shown: list[str] = []
        for given, where, kind in cases:
            try:
                shown.append(f"({shower.show(given)}, {shower.show(where)}, {shower.show(kind)})")
            except Unknown:
                continue
        if not shown:
            raise Unknown("refused values cannot be shown in a test")
        quote = self.conventions.quote
        loc, kind = shower.text("loc"), shower.text("type")
        parameters = f"({', '.join(f'{quote}{one}{quote}' for one in ('values', 'place', 'kind'))})"
        shower.imports |= {
            Import("pytest", ""),
            Import("pydantic", "ValidationError"),
            Import("typing", "Any"),
        }
        cls = shower.cls(self.cls)
        return Test(
            self.names.test(self.what, "refuses_invalid_values", ""),
            self.cls.qualname,
            "Each wrong value is refused for its own reason.",
            False,
            act=("with pytest.raises(ValidationError) as raised:", f"    {cls}(**values)"),
            asserts=(
                f"assert [(one[{loc}], one[{kind}]) for one in raised.value.errors()] == [(place, kind)]",
            ),
            imports=frozenset(shower.imports),
            parametrize=f"{parameters}, [{', '.join(shown)}]",
            parameters=(
                Fixture("values", "dict[str, Any]"),
                Fixture("place", "tuple[str | int, ...]"),
                Fixture("kind", "str"),
            ),
        )


def _differs(became: Any, value: Any, words: str) -> bool:
    """Whether it is worth a test: right at a limit, or changed by a validator."""
    return became is not Unknown and (
        became != value or words.startswith(("at_", "of_")) or not words.startswith(("as_", "with_", "in_"))
    )


def _beyond(form: Form, name: str, limit: Any) -> list[Any]:
    step: Any = 1 if form.kind == "int" else 0.01
    if name in ("ge", "gt") and isinstance(limit, int | float):
        return [limit - step] if name == "ge" else [limit]
    if name in ("le", "lt") and isinstance(limit, int | float):
        return [limit + step] if name == "le" else [limit]
    if name in ("min_length", "min_items") and isinstance(limit, int) and limit > 0:
        return ["x" * (limit - 1)] if form.kind == "str" else [[]] if limit == 1 else []
    if name in ("max_length",) and isinstance(limit, int) and form.kind == "str":
        return ["x" * (limit + 1)]
    if name in ("pattern", "regex"):
        return ["", "?", "!!", "\n", "x" * 500]
    if name == "multiple_of" and isinstance(limit, int) and limit > 1:
        return [limit + 1]
    return []
