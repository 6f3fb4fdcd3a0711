"""What annotations say: the kind of a value, what it holds, and within which limits."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from async_testing.writing.evaluating.things import Cls, External, Meta, Recorder

_REAL: dict[Any, str] = {
    int: "int",
    str: "str",
    float: "float",
    bool: "bool",
    bytes: "bytes",
    list: "list",
    dict: "dict",
    set: "set",
    frozenset: "set",
    tuple: "tuple",
    object: "any",
    type(None): "none",
    datetime.datetime: "datetime",
    datetime.date: "date",
    datetime.time: "time",
    datetime.timedelta: "timedelta",
    uuid.UUID: "uuid",
    decimal.Decimal: "decimal",
}
_NAMED = {
    "Any": "any",
    "EmailStr": "email",
    "Sequence": "list",
    "Iterable": "list",
    "Collection": "list",
    "MutableSequence": "list",
    "List": "list",
    "Set": "set",
    "FrozenSet": "set",
    "AbstractSet": "set",
    "Tuple": "tuple",
    "Dict": "dict",
    "Mapping": "dict",
    "MutableMapping": "dict",
    "Callable": "callable",
    "Awaitable": "awaitable",
    "Coroutine": "awaitable",
    "AsyncIterator": "async iterator",
    "AsyncGenerator": "async iterator",
    "AsyncIterable": "async iterator",
    "Iterator": "iterator",
    "Generator": "iterator",
    "Type": "type",
    "Self": "self",
    "Text": "str",
    "AnyStr": "str",
    "UUID1": "uuid",
    "UUID4": "uuid",
    "UUID": "uuid",
    "AwareDatetime": "datetime",
    "NaiveDatetime": "naive datetime",
    "HttpUrl": "url",
    "AnyUrl": "url",
    "AnyHttpUrl": "url",
    "Json": "any",
    "JsonValue": "any",
    "SecretStr": "secret",
    "StrictStr": "str",
    "StrictInt": "int",
    "StrictBool": "bool",
    "StrictFloat": "float",
    "NoReturn": "none",
    "Never": "none",
}
_LIMITED = {
    "PositiveInt": ("int", {"gt": 0}),
    "NonNegativeInt": ("int", {"ge": 0}),
    "NegativeInt": ("int", {"lt": 0}),
    "PositiveFloat": ("float", {"gt": 0}),
    "NonNegativeFloat": ("float", {"ge": 0}),
    "conint": ("int", {}),
    "constr": ("str", {}),
    "confloat": ("float", {}),
    "condecimal": ("decimal", {}),
    "conlist": ("list", {}),
    "conset": ("set", {}),
}
_LIMITS = frozenset(
    [
        "ge",
        "gt",
        "le",
        "lt",
        "multiple_of",
        "min_length",
        "max_length",
        "pattern",
        "regex",
        "min_items",
        "max_items",
        "strict",
        "strip_whitespace",
        "to_lower",
        "to_upper",
        "max_digits",
        "decimal_places",
    ]
)
_INTERVALS = {"Ge": "ge", "Gt": "gt", "Le": "le", "Lt": "lt", "MinLen": "min_length", "MaxLen": "max_length"}


class Form:
    """What an annotation says.

    ``args`` are the forms it holds: of a union its members, of a list that of its items. ``limits`` are constraints
    by pydantic's names; ``checks`` pairs of ``before`` or ``after`` and a validator; ``metas`` what else there is.
    """

    def __init__(self, kind: str, args: Iterable[Form] = (), *, cls: Any = None) -> None:
        self.kind = kind
        self.args = [*args]
        self.cls = cls
        self.limits: dict[str, Any] = {}
        self.checks: list[tuple[str, Any]] = []
        self.metas: list[Meta] = []
        self.values: list[Any] = []
        self.variable = ""
        """The type variable that it stands for, by name."""

    def copy(self) -> Form:
        """Another one that says the same."""
        twin = Form(self.kind, self.args, cls=self.cls)
        twin.limits, twin.checks = dict(self.limits), [*self.checks]
        twin.metas, twin.values = [*self.metas], [*self.values]
        twin.variable = self.variable
        return twin

    def given(self, known: Callable[[str], Form | None]) -> Form:
        """The same with what is known of type variables, by their names, in their places."""
        found = known(self.variable) if self.variable else None
        if found is not None:
            return found.given(known) if found.variable != self.variable else found
        if not self.args:
            return self
        twin = self.copy()
        twin.args = [one.given(known) for one in self.args]
        return twin

    @property
    def optional(self) -> bool:
        """Whether None is one of the values."""
        return self.kind == "none" or (self.kind == "union" and any(one.optional for one in self.args))

    @property
    def single(self) -> Form:
        """The first member of a union that is not None; else itself."""
        if self.kind != "union":
            return self
        kept = [one for one in self.args if one.kind != "none"]
        return kept[0].single if kept else Form("none")

    def limited(self, metas: Iterable[Any]) -> Form:
        """The same with what ``Annotated`` or a default says besides."""
        twin = self.copy()
        for meta in metas:
            if not isinstance(meta, Meta):
                continue
            twin.metas.append(meta)
            for name, value in meta.kwargs.items():
                if name in _LIMITS and value is not None:
                    twin.limits[name] = value
            if meta.name in _INTERVALS:
                twin.limits[_INTERVALS[meta.name]] = meta.get(_INTERVALS[meta.name], 0)
            if meta.name in ("AfterValidator", "BeforeValidator") and meta.args:
                twin.checks.append((meta.name[:-9].lower(), meta.args[0]))
            if meta.name in ("PlainValidator", "WrapValidator"):
                twin.checks.append(("unknown", None))
        return twin

    def __repr__(self) -> str:
        return f"Form({self.kind}, {self.args})"


def form_of(value: Any) -> Form:
    """The form of an evaluated annotation; of kind ``external`` or ``any`` where nothing is known."""
    if isinstance(value, Form):
        return value
    if value is None:
        return Form("none")
    if isinstance(value, type):
        if value in _REAL:
            return Form(_REAL[value], cls=value)
        if issubclass(value, enum.Enum):
            return Form("enum", cls=value)
        return Form("real", cls=value)
    if isinstance(value, Cls):
        if value.kind == "enum":
            return Form("enum", cls=value.enum)
        named = [one.name for one in value.mro() if isinstance(one, External) and one.name in _NAMED]
        if named and value.kind == "plain":  # a text of another library's, with checks of its own
            return Form(_NAMED[named[0]], cls=value)
        return Form(value.kind if value.kind in ("model", "dataclass") else "class", cls=value)
    if isinstance(value, External):
        if value.name in _LIMITED:
            kind, limits = _LIMITED[value.name]
            found = Form(kind)
            found.limits.update(limits)
            return found
        if value.name in _NAMED:
            return Form(_NAMED[value.name], cls=value)
        if value.name.endswith("Dsn") and value.dotted.startswith("pydantic"):
            return Form("url", cls=value)
        return Form("external", cls=value)
    if isinstance(value, Meta):
        return _of_meta(value)
    if isinstance(value, Recorder):
        return Form("external", cls=External(value.meta.name))
    return Form("any")


def _of_meta(value: Meta) -> Form:
    if value.name in ("TypeVar", "NewType"):
        inner = value.get("bound", 1 if value.name == "NewType" else 9)
        found = form_of(inner).copy() if inner is not None else Form("any")
        found.variable = str(value.args[0]) if value.name == "TypeVar" and value.args else ""
        return found
    if value.name in _LIMITED:
        found = form_of(External(value.name)).limited([value])
        if value.args and found.kind in ("list", "set"):
            found.args = [form_of(value.args[0])]
        return found
    return Form("any")


def subscribed(value: Any, items: list[Any]) -> Form:
    """The form of ``list[int]``, ``Annotated[int, Field(ge=1)]``, ``Literal["a"]`` …"""
    name = value.name if isinstance(value, External) else ""
    if name == "Annotated":
        return form_of(items[0]).limited(items[1:])
    if name == "Literal":
        found = Form("literal")
        for one in items:
            found.values += one.values if isinstance(one, Form) and one.kind == "literal" else [one]
        return found
    if name in ("Optional", "Union"):
        members = [form_of(one) for one in items]
        return Form("union", [*members, Form("none")] if name == "Optional" else members)
    if name in ("Required", "NotRequired", "ClassVar", "Final", "Mapped", "ReadOnly", "WriteOnlyMapped"):
        inner = form_of(items[0])
        if name == "ClassVar":
            return Form("classvar", [inner])
        return inner
    if name in ("FromDishka",):
        return form_of(items[0]).limited([Meta("FromDishka")])
    base = form_of(value)
    if base.kind == "callable":
        return Form("callable", [form_of(items[-1])])
    if base.kind == "awaitable":
        return Form("awaitable", [form_of(items[-1])])
    found = base.copy()
    found.args = [form_of(one) for one in items if one is not Ellipsis]
    return found


def united(left: Any, right: Any) -> Form:
    """The form of ``left | right``."""
    first, second = form_of(left), form_of(right)
    members = first.args if first.kind == "union" and not first.limits else [first]
    return Form(
        "union", [*members, *(second.args if second.kind == "union" and not second.limits else [second])]
    )
