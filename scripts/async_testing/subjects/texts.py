"""The text of a statement, wherever it is put together: literals, f-strings, constants, joins, formats."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from async_testing.facts import members, types
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

START = re.compile(
    r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*|\(\s*)*(?:select|insert\s+(?:into|or|ignore)|update|delete\s+from|with\s|merge\s+into|"
    r"call\s|values\s*\(|replace\s+into|create\s|alter\s|drop\s|truncate\b|begin\b|commit\b|rollback\b|savepoint\b|lock\s"
    r"|copy\s|listen\b|notify\b|explain\b|pragma\b|set\s+(?:local|session)\b|vacuum\b|refresh\s+materialized)",
    re.IGNORECASE | re.DOTALL,
)
_HOPS = 6
_SAME = frozenset({"text", "SQL", "dedent", "cast", "str", "cleandoc", "Composed", "LiteralString", "DDL"})
_KEEPING = frozenset({"strip", "lstrip", "rstrip", "bindparams", "columns", "execution_options", "as_string"})


class Text(NamedTuple):
    """A text with ``{…}`` for what only running tells."""

    text: str
    form: str
    complete: bool


def of(source: SourceFile, scope: Scope, node: ast.expr | None, hops: int = _HOPS) -> Text | None:
    """The text that an expression is, None where nothing of it can be told."""
    if node is None or hops <= 0:
        return None
    if isinstance(node, ast.Constant):
        return Text(node.value, "literal", True) if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return _formatted(source, scope, node, hops)
    if isinstance(node, ast.Name):
        return _of_name(source, scope, node, hops)
    if isinstance(node, ast.Attribute):
        return _of_attribute(source, scope, node, hops)
    if isinstance(node, ast.BinOp):
        return _of_operation(source, scope, node, hops)
    if isinstance(node, ast.Call):
        return _of_call(source, scope, node, hops)
    if isinstance(node, ast.IfExp):
        found = of(source, scope, node.body, hops - 1) or of(source, scope, node.orelse, hops - 1)
        return found._replace(complete=False) if found else None
    return None


def _formatted(source: SourceFile, scope: Scope, node: ast.JoinedStr, hops: int) -> Text:
    parts: list[str] = []
    complete = True
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            inner = _inserted(source, scope, value.value, hops - 1)
            complete = complete and inner is not None and inner.complete
            parts.append(inner.text if inner else f"{{{code(value.value)}}}")
        elif isinstance(value, ast.Constant):
            parts.append(str(value.value))
    return Text("".join(parts), "f-string", complete)


def _inserted(source: SourceFile, scope: Scope, node: ast.expr, hops: int) -> Text | None:
    """What is put into another text: constants only, since a variable's text may not be all there is to it."""
    if isinstance(node, ast.Constant):
        return Text(str(node.value), "literal", True)
    if isinstance(node, ast.Name) and node.id in types.bindings(source, scope):
        found = of(source, scope, node, hops)
        return found if found and found.complete else None
    return of(source, scope, node, hops)


def _of_name(source: SourceFile, scope: Scope, node: ast.Name, hops: int) -> Text | None:
    current: Scope | None = scope
    while current is not None and current is not source.module:
        bound = types.bindings(source, current).get(node.id)
        if bound is not None:
            return _bound(source, current, node.id, bound, hops)
        if node.id in current.parameters:
            return None
        current = current.parent
    value = source.constants.get(node.id)
    if value is None:
        return _elsewhere(source, node, hops)
    found = of(source, source.module, value, hops - 1)
    return found._replace(form="constant") if found else None


def _bound(
    source: SourceFile, scope: Scope, name: str, bound: list[ast.expr | None], hops: int
) -> Text | None:
    """A variable: all that is appended to it, whole only where nothing decides about it."""
    added = [
        one.value
        for one in scope.of(ast.AugAssign)
        if isinstance(one.target, ast.Name) and one.target.id == name
    ]
    values = [one for one in bound if one is not None and not _reads(one, name)]
    found = of(source, scope, values[0], hops - 1) if values else None
    if found is None:
        return None
    whole = len(bound) == 1
    for one in [*added, *(value for value in bound if value is not None and _reads(value, name))]:
        if isinstance(one, ast.BinOp):
            one = one.right
        more = of(source, scope, one, hops - 1)
        found = Text(f"{found.text}{more.text if more else f'{{{code(one)}}}'}", "concatenation", False)
    return found._replace(complete=found.complete and whole)


def _reads(node: ast.expr, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))


def _of_attribute(source: SourceFile, scope: Scope, node: ast.Attribute, hops: int) -> Text | None:
    if isinstance(node.value, ast.Name):
        owner: Scope | None = scope
        while owner is not None and not isinstance(owner.node, ast.ClassDef):
            owner = owner.parent
        named = node.value.id
        if named not in ("self", "cls") and not (owner and owner.name == named):
            owner = source.module.child(named)
        if owner is not None and isinstance(owner.node, ast.ClassDef):
            value = next(iter(types.bindings(source, owner).get(node.attr, [])), None)
            found = of(source, owner, value, hops - 1)
            if found:
                return found._replace(form="constant")
    return _elsewhere(source, node, hops)


def _elsewhere(source: SourceFile, node: ast.expr, hops: int) -> Text | None:
    """A constant of another module."""
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name) or root.id not in source.imports:
        return None
    found = members.only_value(source, node)
    text = of(found[0], found[0].module, found[1], hops - 1) if found else None
    return text._replace(form="constant") if text else None


def _of_operation(source: SourceFile, scope: Scope, node: ast.BinOp, hops: int) -> Text | None:
    left = of(source, scope, node.left, hops)
    if isinstance(node.op, ast.Mod):
        if left is None:
            return None
        given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        holes = iter(code(one) for one in given)
        text = re.sub(r"%[sdr]", lambda found: f"{{{next(holes, found.group())}}}", left.text)
        return Text(text, "format", text == left.text)
    if not isinstance(node.op, ast.Add):
        return None
    right = of(source, scope, node.right, hops)
    if left is None and right is None:
        return None
    parts = [
        found.text if found else f"{{{code(side)}}}"
        for side, found in ((node.left, left), (node.right, right))
    ]
    return Text("".join(parts), "concatenation", bool(left and left.complete and right and right.complete))


def _of_call(source: SourceFile, scope: Scope, node: ast.Call, hops: int) -> Text | None:
    name = last(source.dotted(node.func)) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    if isinstance(node.func, ast.Attribute):
        if name in _KEEPING:
            return of(source, scope, node.func.value, hops)
        if name == "format":
            return _format(source, scope, node, hops)
        if name == "join" and node.args:
            return _joined(source, scope, node.func.value, node.args[0], hops)
    if name in _SAME and node.args:
        return of(source, scope, node.args[-1 if name == "cast" else 0], hops)
    return None


def _format(source: SourceFile, scope: Scope, node: ast.Call, hops: int) -> Text | None:
    assert isinstance(node.func, ast.Attribute)
    found = of(source, scope, node.func.value, hops)
    if found is None:
        return None
    places = [*node.args]
    keywords = {one.arg: one.value for one in node.keywords}
    complete = found.complete

    def fill(hole: re.Match[str]) -> str:
        nonlocal complete
        name = hole.group(1)
        value = keywords.get(name)
        if value is None and (not name or name.isdecimal()):
            number = int(name) if name else 0
            value = places[number] if number < len(places) else None
            if not name and places:
                places.pop(0)
        inner = _inserted(source, scope, value, hops - 1) if value is not None else None
        complete = complete and inner is not None and inner.complete
        return inner.text if inner else f"{{{code(value) if value is not None else name}}}"

    return Text(re.sub(r"\{(\w*)[^{}]*\}", fill, found.text), "format", complete)


def _joined(source: SourceFile, scope: Scope, between: ast.expr, items: ast.expr, hops: int) -> Text | None:
    glue = of(source, scope, between, hops)
    if glue is None:
        return None
    if not isinstance(items, ast.List | ast.Tuple):
        return None
    found = [of(source, scope, one, hops - 1) for one in items.elts]
    if not any(found):
        return None
    parts = [one.text if one else f"{{{code(item)}}}" for one, item in zip(found, items.elts, strict=True)]
    whole = glue.complete and all(one is not None and one.complete for one in found)
    return Text(glue.text.join(parts), "concatenation", whole)
