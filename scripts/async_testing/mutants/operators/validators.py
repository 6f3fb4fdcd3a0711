"""Bugs in what is accepted: validators and constraints."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.mutants.edits import Edit, Edits, without
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 70
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)

_CONSTRAINTS = {
    *("min_length", "max_length", "ge", "gt", "le", "lt", "pattern", "regex", "multiple_of", "strict"),
    *("min_items", "max_items", "max_digits", "decimal_places", "extra", "frozen", "validate_assignment"),
    *("str_strip_whitespace", "str_to_lower", "default_factory", "exclude", "alias", "from_attributes"),
}
_VALIDATORS = {"field_validator", "model_validator", "validator", "root_validator"}
_TYPES = {
    "EmailStr": "str",
    "HttpUrl": "str",
    "AnyUrl": "str",
    "SecretStr": "str",
    "AwareDatetime": "datetime",
    "PositiveInt": "int",
    "NonNegativeInt": "int",
    "PositiveFloat": "float",
    "FutureDate": "date",
}


@operator(
    "validator-identity",
    {
        "class A(B):\n    @field_validator('x')\n    @classmethod\n    def f(cls, value):\n        return value + 1": [
            "class A(B):\n    @field_validator('x')\n    @classmethod\n    def f(cls, value):\n"
            "        return value\n        return value + 1"
        ],
        "def f(v):\n    if not v: raise ValueError\n    return v\nN = Annotated[str, AfterValidator(f)]": [
            "def f(v):\n    return v\n    if not v: raise ValueError\n    return v\n"
            "N = Annotated[str, AfterValidator(f)]"
        ],
    },
    "give {function} a value that it refuses, and one that it changes",
)
def identity(source: Source) -> Iterator[Edits]:
    """A validator that lets everything pass as it is."""
    named = {
        called_name(node.args[0])
        for node in source.nodes
        if isinstance(node, ast.Call) and called_name(node).endswith("Validator") and node.args
    }
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef) and (
            node.name in named or _VALIDATORS & set(map(called_name, node.decorator_list))
        ):
            names = [argument.arg for argument in node.args.args]
            value = next((name for name in names if name not in ("self", "cls")), "self")
            first = source.body(node)[0]
            start, _ = source.span(first)
            yield (Edit(start, start, f"return {value}\n{source.indent(first)}"),)


@operator(
    "constraint-dropped",
    {
        "A = Annotated[int, Field(ge=1, le=9)]": [
            "A = Annotated[int, Field(le=9)]",
            "A = Annotated[int, Field(ge=1)]",
        ],
        "c = ConfigDict(extra='forbid')": ["c = ConfigDict()"],
        "f(ge=1)": [],
        "def f(a=Path(min_length=1), b=Field(min_length=0)): ...": [],
    },
    "give a value just outside of `{old}`, and assert that it is refused",
)
def dropped_constraint(source: Source) -> Iterator[Edits]:
    """A field without one of its limits."""
    for node in source.nodes:
        if isinstance(node, ast.Call) and called_name(node)[:1].isupper():
            spans = source.arguments(node)
            for index, keyword in enumerate(node.keywords, start=len(node.args)):
                if keyword.arg in _CONSTRAINTS and not _is_void(node, keyword):
                    yield without(spans, index)


@operator(
    "constraint-loosened",
    {
        "A = Annotated[int, Field(ge=1, le=9.5)]": [
            "A = Annotated[int, Field(ge=0, le=9.5)]",
            "A = Annotated[int, Field(ge=1, le=10.5)]",
        ],
        "f(ge=1)": [],
        "def f(a=Path(min_length=1), b=Field(min_length=0)): ...": [],
    },
    "give the value just outside of `{old}`, and assert that it is refused",
)
def loosened_constraint(source: Source) -> Iterator[Edits]:
    """A limit that lets one more pass."""
    for node in source.nodes:
        if isinstance(node, ast.Call) and called_name(node)[:1].isupper():
            for keyword in node.keywords:
                step = _STEPS.get(keyword.arg or "")
                value = keyword.value
                if _is_void(node, keyword):
                    continue
                if step and isinstance(value, ast.Constant) and isinstance(value.value, int | float):
                    yield (source.replace(keyword, f"{keyword.arg}={value.value + step}"),)


def _is_void(node: ast.Call, keyword: ast.keyword) -> bool:
    """Whether a limit refuses nothing: no length is below 0, and no part of a path is empty."""
    least = {"min_length": 0, "min_items": 0}.get(keyword.arg or "")
    if least is None or not isinstance(keyword.value, ast.Constant):
        return False
    return keyword.value.value == least or (called_name(node) == "Path" and keyword.value.value == 1)


_STEPS = {
    **dict.fromkeys(("ge", "gt", "min_length", "min_items"), -1),
    **dict.fromkeys(("le", "lt", "max_length", "max_items"), 1),
}


@operator(
    "constraint-type",
    {"class A(B):\n    x: EmailStr | None": ["class A(B):\n    x: str | None"]},
    "give a value that {old} refuses",
)
def wider_type(source: Source) -> Iterator[Edits]:
    """A type that accepts more."""
    for annotation in source.annotations:
        for node in ast.walk(annotation):
            if isinstance(node, ast.Name) and node.id in _TYPES:
                yield (source.replace(node, _TYPES[node.id]),)


@operator(
    "validator-metadata",
    {
        "A = Annotated[str, AfterValidator(f)]": ["A = str"],
        "A = Annotated[str, AfterValidator(f), Field(ge=1)]": [
            "A = Annotated[str, Field(ge=1)]",
            "A = Annotated[str, AfterValidator(f)]",
        ],
        "A = Annotated[X, Depends(f)]": [],
    },
    "give a value that the type refuses or changes: `{old}`",
)
def dropped_metadata(source: Source) -> Iterator[Edits]:
    """A type without what `Annotated` asks of it."""
    for annotation in source.annotations:
        for node in ast.walk(annotation):
            if not (isinstance(node, ast.Subscript) and called_name(node) == "Annotated"):
                continue
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
            for index in range(1, len(parts)):
                if called_name(parts[index]) in _ROUTING:
                    continue
                if len(parts) == 2:
                    yield (source.replace(node, source.code(parts[0])),)
                else:
                    yield without([source.span(part) for part in parts], index)


_ROUTING = {"Depends", "Security", "Query", "Path", "Body", "Header"}
