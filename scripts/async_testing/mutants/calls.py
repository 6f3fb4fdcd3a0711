"""Calls that run a statement: where its text and its parameters are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from async_testing.mutants.source import Source

MANY = {"execute_many", "executemany", "execute_batch"}
_SPREAD = {"fetchrow", "fetchval"}
METHODS = (
    MANY | _SPREAD | {"execute", "fetch", "fetch_row", "fetch_val", "scalar", "scalars", "cursor", "stream"}
)
_STATEMENT = {"querystring", "query", "statement", "sql"}
_PARAMETERS = {"parameters", "params", "args", "values"}

Items = list[ast.expr]


@dataclass(frozen=True)
class Call:
    """One call: the node, the expression of its statement, and what it passes along."""

    node: ast.Call
    method: str
    statement: ast.expr
    passed: ast.expr | None
    """The expression with all parameters, None where each is an argument of its own or there is none."""
    items: tuple[ast.expr, ...]
    """The parameters one by one, those of one item for a batch, as far as they are written out."""

    @property
    def is_many(self) -> bool:
        """Whether this runs its statement once for each set of parameters."""
        return self.method in MANY


def calls(source: Source) -> Iterator[Call]:
    """Yield the calls that run a statement."""
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            call = _read(source, node, node.func.attr)
            if call is not None:
                yield call


def _read(source: Source, node: ast.Call, method: str) -> Call | None:
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    statement = (
        node.args[0] if node.args else next((keywords[name] for name in keywords if name in _STATEMENT), None)
    )
    if statement is None:
        return None
    rest = node.args[1:]
    named = next((value for name, value in keywords.items() if name in _PARAMETERS), None)
    passed = named if named is not None else rest[0] if len(rest) == 1 and _is_all(rest[0], method) else None
    if passed is None:
        return Call(node, method, statement, None, tuple(rest))
    return Call(node, method, statement, passed, tuple(_items(resolve(source, passed), method)))


def _is_all(node: ast.expr, method: str) -> bool:
    """Whether a single argument is the whole of the parameters, not the first of `*args`."""
    if method in MANY or method in _SPREAD:
        return method in MANY
    return isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.Name | ast.ListComp)


def _items(node: ast.expr, method: str) -> Items:
    if method in MANY:
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            return _elements(node.elt)
        rows = _elements(node)
        return _elements(rows[0]) if rows else []
    return _elements(node)


def _elements(node: ast.expr) -> Items:
    if isinstance(node, ast.List | ast.Tuple):
        return list(node.elts)
    return list(node.values) if isinstance(node, ast.Dict) else []


def resolve(source: Source, node: ast.expr) -> ast.expr:
    """Return what a name stands for where it is assigned once in its function or module, else the node."""
    if not isinstance(node, ast.Name):
        return node
    for scope in (source.function(node), source.tree):
        assigned = [
            part.value
            for part in ast.walk(scope or source.tree)
            if isinstance(part, ast.Assign | ast.AnnAssign)
            and part.value is not None
            and any(
                isinstance(target, ast.Name) and target.id == node.id
                for target in (part.targets if isinstance(part, ast.Assign) else [part.target])
            )
        ]
        if len(assigned) == 1:
            return assigned[0]
    return node
