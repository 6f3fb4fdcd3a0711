"""Values that a field takes, and those just outside of what it takes, as Python expressions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from async_testing.subjects import parameters
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

_PLAIN = {
    "str": "'text'",
    "bool": "True",
    "bytes": "b'text'",
    "EmailStr": "'ann@example.com'",
    "UUID": "'12345678-1234-4234-8234-123456789abc'",
    "UUID4": "'12345678-1234-4234-8234-123456789abc'",
    "datetime": "'2024-01-02T03:04:05'",
    "AwareDatetime": "'2024-01-02T03:04:05Z'",
    "date": "'2024-01-02'",
    "time": "'03:04:05'",
    "timedelta": "'PT1H'",
    "HttpUrl": "'https://example.com/'",
    "AnyUrl": "'https://example.com/'",
    "AnyHttpUrl": "'https://example.com/'",
    "SecretStr": "'secret'",
    "Any": "'anything'",
    "dict": "{}",
    "Dict": "{}",
    "Path": "'file.txt'",
    "IPvAnyAddress": "'192.0.2.1'",
    "JsonValue": "{}",
}
_WRONG = {
    "int": "'no number'",
    "float": "'no number'",
    "Decimal": "'no number'",
    "bool": "'neither'",
    "str": "123",
    "EmailStr": "'no address'",
    "UUID": "'no uuid'",
    "UUID4": "'no uuid'",
    "datetime": "'no time'",
    "AwareDatetime": "'no time'",
    "date": "'no date'",
    "time": "'no time'",
    "HttpUrl": "'no url'",
    "AnyUrl": "'no url'",
    "AnyHttpUrl": "'no url'",
    "list": "'no list'",
    "dict": "'no mapping'",
    "set": "'no list'",
}
_NUMBERS = frozenset({"int", "float", "Decimal", "PositiveInt", "NonNegativeInt", "PositiveFloat"})
_LISTS = frozenset(
    {"list", "List", "set", "Set", "frozenset", "tuple", "Tuple", "Sequence", "Iterable", "conlist"}
)
_MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping"})
_CONSTRAINED = {
    "constr": "str",
    "conint": "int",
    "confloat": "float",
    "condecimal": "Decimal",
    "conlist": "list",
}
_HOPS = 4


def _single(source: SourceFile, node: ast.expr | None) -> tuple[SourceFile, ast.expr | None, bool]:
    """The only class of a union with None, and whether None is taken."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [one for one in (node.left, node.right) if code(one) != "None"]
        optional = len(sides) == 1
        inner = _single(source, sides[0])
        return inner[0], inner[1], optional or inner[2]
    if isinstance(node, ast.Subscript) and last(source.dotted(node.value)) in ("Optional", "Union"):
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        kept = [one for one in items if code(one) != "None"]
        optional = last(source.dotted(node.value)) == "Optional" or len(kept) < len(items)
        return source, kept[0] if kept else None, optional
    apart = parameters.taken_apart(source, node)
    if apart.kind is not node and apart.kind is not None:
        return _single(apart.source, apart.kind)
    return source, node, False


def kind_of(source: SourceFile, node: ast.expr | None) -> str:
    """The last name of a field's class, None in a union left out."""
    where, single, _ = _single(source, node)
    if isinstance(single, ast.Call):
        return _CONSTRAINED.get(last(where.dotted(single.func)), "")
    return last(where.dotted(single.value if isinstance(single, ast.Subscript) else single))


def valid(source: SourceFile, node: ast.expr | None, limits: Mapping[str, str], hops: int = _HOPS) -> str:
    """One value that is taken; empty where parsing cannot tell."""
    where, single, _ = _single(source, node)
    kind = kind_of(where, single)
    if kind in _NUMBERS:
        return _number(kind, limits)
    if kind == "str":
        if "pattern" in limits or "regex" in limits:
            return ""
        return _text(limits)
    if kind == "Literal" and isinstance(single, ast.Subscript):
        items = single.slice.elts if isinstance(single.slice, ast.Tuple) else [single.slice]
        return code(items[0])
    if kind in _LISTS:
        return _list(where, single, limits, hops)
    if kind in _PLAIN or kind in _MAPPINGS:
        return _PLAIN.get(kind, "{}")
    return _of_class(where, single, hops) if hops > 0 else ""


def _number(kind: str, limits: Mapping[str, str]) -> str:
    low = limits.get("ge") or ("0" if kind == "NonNegativeInt" else "")
    if low:
        return low
    above = limits.get("gt") or ("0" if kind.startswith("Positive") else "")
    if above:
        return f"{above} + 1" if not _is_int(above) else str(int(above) + 1)
    if limits.get("le"):
        return limits["le"]
    below = limits.get("lt", "")
    if below:
        return f"{below} - 1" if not _is_int(below) else str(int(below) - 1)
    return limits.get("multiple_of", "1") if kind == "int" else "1.5" if kind == "float" else "'1.50'"


def _is_int(text: str) -> bool:
    return text.lstrip("-").isdecimal()


def _text(limits: Mapping[str, str]) -> str:
    low, high = limits.get("min_length", ""), limits.get("max_length", "")
    if _is_int(low) and int(low) > 4:
        return f"'x' * {low}"
    if _is_int(high) and int(high) < 4:
        return f"'x' * {high}"
    return "'text'"


def _list(source: SourceFile, node: ast.expr | None, limits: Mapping[str, str], hops: int) -> str:
    inner = ""
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Tuple)
        and code(node.slice.elts[-1]) != "..."
    ):
        each = [valid(source, one, {}, hops - 1) for one in node.slice.elts]
        return f"[{', '.join(each)}]" if all(each) else ""
    if isinstance(node, ast.Subscript):
        item = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        inner = valid(source, item, {}, hops - 1)
        if not inner:
            return "[]" if not limits.get("min_length") and not limits.get("min_items") else ""
    low = limits.get("min_length") or limits.get("min_items") or ""
    if _is_int(low) and int(low) > 1:
        return f"[{inner}] * {low}"
    return f"[{inner}]"


def _of_class(source: SourceFile, node: ast.expr | None, hops: int) -> str:
    """The first member of an enumeration, or a nested model with all that it requires."""
    from async_testing.subjects import dtos

    dotted = source.dotted(node)
    found = source.workspace.definition(source, dotted) if dotted else None
    if found is None or not isinstance(found.scope.node, ast.ClassDef):
        return ""
    if any("Enum" in code(one) for one in found.scope.node.bases):
        first = next(iter(found.scope.of(ast.Assign)), None)
        return code(first.value) if first is not None and isinstance(first.value, ast.Constant) else ""
    if not dtos.is_model(found.source, found.scope):
        return ""
    key = (valid, id(found.scope))
    if key not in found.source.memo:
        found.source.memo[key] = ""  # a model that holds itself
        pairs = [
            (one.name, one.valid) for one in dtos.model_of(found.source, found.scope).fields if one.required
        ]
        whole = all(value for _, value in pairs)
        found.source.memo[key] = (
            f"{{{', '.join(f'{name!r}: {value}' for name, value in pairs)}}}" if whole else ""
        )
    return str(found.source.memo[key])


def invalid(
    source: SourceFile, node: ast.expr | None, limits: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """What is wrong, and a value that is: just beyond each bound, and of another type."""
    where, single, optional = _single(source, node)
    kind = kind_of(where, single)
    for name, limit in limits.items():
        yield from _beyond(kind, name, limit)
    if kind in ("PositiveInt", "PositiveFloat"):
        yield "gt 0", "0"
    if kind == "NonNegativeInt":
        yield "ge 0", "-1"
    if kind == "Literal":
        yield "literal", "'something else'"
    elif kind in _WRONG:
        yield "type", _WRONG[kind]
    elif kind in _LISTS:
        yield "type", "'no list'"
    if not optional and kind not in ("", "Any", "None"):
        yield "none", "None"


def _beyond(kind: str, name: str, limit: str) -> Iterator[tuple[str, str]]:
    said = f"{name} {limit}"
    step = "1" if kind in ("int", "") else "0.01"
    if name == "ge":
        yield said, str(int(limit) - 1) if _is_int(limit) and step == "1" else f"{limit} - {step}"
    elif name == "le":
        yield said, str(int(limit) + 1) if _is_int(limit) and step == "1" else f"{limit} + {step}"
    elif name in ("gt", "lt"):
        yield said, limit
    elif name in ("min_length", "min_items") and (not _is_int(limit) or int(limit) > 0):
        filler = "'x'" if kind in ("str", "") else "[None]"
        less = str(int(limit) - 1) if _is_int(limit) else f"({limit} - 1)"
        yield said, ("''" if filler == "'x'" else "[]") if less == "0" else f"{filler} * {less}"
    elif name in ("max_length", "max_items"):
        filler = "'x'" if kind in ("str", "") else "[None]"
        yield said, f"{filler} * {int(limit) + 1 if _is_int(limit) else f'({limit} + 1)'}"
    elif name == "multiple_of" and _is_int(limit) and int(limit) > 1:
        yield said, str(int(limit) + 1)
