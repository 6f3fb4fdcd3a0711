"""Code in words: short source of an expression, and names of tests."""

from __future__ import annotations

import ast
import re

_LONGEST = 160
_WORDS = 5
_THROUGH = frozenset(
    {"len", "isinstance", "any", "all", "bool", "int", "str", "set", "list", "sorted", "await"}
)
_SIGNS: dict[type, str] = {
    ast.Eq: "is",
    ast.NotEq: "is not",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Lt: "below",
    ast.LtE: "at most",
    ast.Gt: "above",
    ast.GtE: "at least",
}
_LEFT_OUT = frozenset({"self", "cls", "await", "len", "a", "the", "isinstance", "str", "int", "bool"})


def code(node: ast.AST | None) -> str:
    """The source of an expression on one line, cut where it is long; empty for none."""
    if node is None:
        return ""
    kind = node.__class__
    if kind is ast.Name:
        return node.id  # type: ignore[attr-defined,no-any-return]
    if kind is ast.Attribute:  # most of what is asked for, and much quicker than to unparse
        on = node.value  # type: ignore[attr-defined]
        if on.__class__ is ast.Name:
            return f"{on.id}.{node.attr}"  # type: ignore[attr-defined]
        if on.__class__ is ast.Attribute:
            return f"{code(on)}.{node.attr}"  # type: ignore[attr-defined]
    if kind is ast.Constant and (node.value is None or node.value.__class__ in (int, bool)):  # type: ignore[attr-defined]
        return repr(node.value)  # type: ignore[attr-defined]
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def slug(text: str, words: int = _WORDS) -> str:
    """Words for a test's name: ``row_is_none`` of ``row is None``."""
    text = re.sub(r"'([A-Za-z_]\w*)'", r"\1", text)
    found = [one for one in re.findall(r"[a-z0-9]+", snake(text)) if one not in _LEFT_OUT]
    kept: list[str] = []
    for one in found:
        if not kept or kept[-1] != one:
            kept.append(one)
    return "_".join(kept[:words])


def snake(name: str) -> str:
    """``UserDAO`` as ``user_dao``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def last(dotted: str) -> str:
    """The last name of a dotted one."""
    return dotted.rpartition(".")[2]


def words_of(node: ast.AST) -> str:
    """An expression in words, what calls are given left out."""
    if isinstance(node, ast.Await | ast.Starred | ast.Subscript | ast.FormattedValue):
        return words_of(node.value)
    if isinstance(node, ast.Attribute):
        before = words_of(node.value).split()
        return " ".join([*before[-1:], node.attr])
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _THROUGH and node.args:
            return " ".join(words_of(one) for one in node.args)
        return words_of(node.func)
    if isinstance(node, ast.Compare):
        parts = [words_of(node.left)]
        for operator, right in zip(node.ops, node.comparators, strict=True):
            parts += [_SIGNS.get(operator.__class__, ""), words_of(right)]
        return " ".join(parts).replace("is not none", "is given")
    if isinstance(node, ast.BoolOp):
        joint = " and " if isinstance(node.op, ast.And) else " or "
        return joint.join(words_of(one) for one in node.values)
    if isinstance(node, ast.UnaryOp):
        return f"{'not ' if isinstance(node.op, ast.Not) else ''}{words_of(node.operand)}"
    if isinstance(node, ast.NamedExpr):
        return words_of(node.value)
    return "none" if isinstance(node, ast.Constant) and node.value is None else code(node)


def of_condition(test: ast.expr, holds: bool) -> tuple[str, str]:
    """A condition as source and as words, turned round where it must not hold."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return of_condition(test.operand, not holds)
    text, words = code(test), slug(words_of(test))
    if holds:
        return text, words
    if isinstance(test, ast.Compare | ast.BoolOp | ast.BinOp):
        return f"not ({text})", f"unless_{words}"
    return f"not {text}", f"without_{words}"
