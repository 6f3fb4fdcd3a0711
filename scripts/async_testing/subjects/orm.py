"""Statements that SQLAlchemy or SQLModel builds, ``select(User).where(...)``, and what is asked of sessions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from async_testing.facts import types
from async_testing.subjects import helpers
from async_testing.subjects.model import Bound, Statement
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

_BUILDERS = {
    "select": "SELECT",
    "insert": "INSERT",
    "update": "UPDATE",
    "delete": "DELETE",
    "exists": "SELECT",
    "union": "SELECT",
    "union_all": "SELECT",
}
_TABLES = frozenset({"select_from", "join", "outerjoin", "join_from", "into"})
_CONDITIONS = frozenset({"where", "filter", "having"})
_SESSION = {
    "get": "SELECT",
    "get_one": "SELECT",
    "refresh": "SELECT",
    "add": "INSERT",
    "merge": "INSERT",
    "delete": "DELETE",
}
_METHODS = {
    "in_": "in",
    "not_in": "not in",
    "notin_": "not in",
    "is_": "is",
    "is_not": "is not",
    "isnot": "is not",
}
_METHODS |= {
    one: one for one in ("like", "ilike", "between", "contains", "startswith", "endswith", "any", "has")
}
_SIGNS: dict[type, str] = {
    ast.Eq: "=",
    ast.NotEq: "<>",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
}
_OWN = frozenset({"self.model", "self._model", "cls.model", "cls", "self.model_class"})
_HOPS = 6


class Step(NamedTuple):
    """A call of a chain: ``where(User.id == 1)``."""

    name: str
    node: ast.Call


class Chain(NamedTuple):
    """A statement that is built by calls, in their order."""

    steps: tuple[Step, ...]
    complete: bool
    root: ast.expr | None
    """What it is built on where that is no builder: a function that gives a statement."""


def chain(source: SourceFile, scope: Scope, node: ast.expr | None, hops: int = _HOPS) -> Chain | None:
    """The calls that build a statement, None for what is none."""
    steps: list[Step] = []
    while isinstance(node, ast.Call | ast.Await):
        if isinstance(node, ast.Await):
            node = node.value
            continue
        helper = helpers.target(source, scope, node) if hops > 0 else None
        if helper is not None:
            found = _of_helper(source, helper, hops)
            return found._replace(steps=(*found.steps, *steps)) if found else None
        func = node.func
        if isinstance(func, ast.Attribute) and not _is_builder(source, node):
            steps.insert(0, Step(func.attr, node))
            node = func.value
        elif _is_builder(source, node):
            return Chain((Step(last(source.dotted(func)), node), *steps), True, None)
        else:
            return None
    if isinstance(node, ast.Name) and hops > 0:
        found = _of_variable(source, scope, node.id, hops)
        return found._replace(steps=(*found.steps, *steps)) if found else None
    return None


def _of_helper(source: SourceFile, helper: Scope, hops: int) -> Chain | None:
    """What a function of the same file gives, where each of its results is a statement."""
    given = [chain(source, helper, one.value, hops - 1) for one in helper.of(ast.Return)]
    return given[0]._replace(complete=given[0].complete and len(given) == 1) if given and given[0] else None


def _is_builder(source: SourceFile, call: ast.Call) -> bool:
    name = source.dotted(call.func)
    if last(name) not in _BUILDERS:
        return False
    return name.startswith(("sqlalchemy", "sqlmodel", "sqlalchemy.dialects"))


def _of_variable(source: SourceFile, scope: Scope, name: str, hops: int) -> Chain | None:
    """A variable: what it is first bound to, and all that is appended to it."""
    current: Scope | None = scope
    while current is not None and current is not source.module:
        bound = types.bindings(source, current).get(name)
        if bound is not None:
            break
        current = current.parent
    else:
        value = source.constants.get(name)
        return chain(source, source.module, value, hops - 1) if value is not None else None
    found: Chain | None = None
    for value in bound:
        own = _appended(value, name)
        if own is not None and found is not None:
            found = Chain((*found.steps, *own), False, found.root)
        elif found is None and value is not None:
            found = chain(source, current, value, hops - 1)
    return found


def _appended(node: ast.expr | None, name: str) -> list[Step] | None:
    """The calls of ``query.where(...).limit(1)`` on the variable itself."""
    steps: list[Step] = []
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        steps.insert(0, Step(node.func.attr, node))
        node = node.func.value
    return steps if steps and isinstance(node, ast.Name) and node.id == name else None


def statement(source: SourceFile, scope: Scope, call: ast.Call) -> Statement | None:
    """The statement that is handed to a session or connection."""
    found = chain(source, scope, call.args[0]) if call.args else None
    if found is None:
        return None
    verb = _BUILDERS[found.steps[0].name]
    tables: dict[str, None] = {}
    columns: list[Bound] = []
    for step in found.steps:
        if step.name in _BUILDERS or step.name in _TABLES:
            for table in _tables(step.node.args):
                tables.setdefault(table)
        columns += _columns(source, step, verb)
    if not tables:
        named = [one for step in found.steps if step.name in _CONDITIONS for one in step.node.args]
        tables = dict.fromkeys(_tables(named)[:1])
    text = code(found.steps[-1].node) if len(found.steps) > 1 else code(found.steps[0].node)
    given = tuple(dict.fromkeys(one.value for one in columns if one.value and not _is_constant(one.value)))
    open_ = any(
        one.arg is None for step in found.steps if step.name == "values" for one in step.node.keywords
    )
    whole = found.complete and not open_
    return Statement(call.lineno, text, "sqlalchemy", verb, tuple(tables), tuple(columns), (), given, whole)


def _is_constant(text: str) -> bool:
    return text in ("None", "True", "False") or text[:1] in "'\"0123456789"


def _tables(nodes: list[ast.expr]) -> list[str]:
    """The models that are named: ``User`` of ``func.count(User.id)``, ``db.User`` of ``db.User.id``."""
    return [table for node in nodes for one in ast.walk(node) if (table := _table(one))]


def _table(node: ast.AST) -> str:
    """The model that a name or attribute is, or is a column of."""
    if not isinstance(node, ast.Name | ast.Attribute):
        return ""
    dotted = code(node)
    if dotted in _OWN:
        return dotted
    if isinstance(node, ast.Name):
        return dotted if _is_table(dotted) else ""
    parts = dotted.split(".")
    if not all(one.isidentifier() for one in parts):
        return ""
    capital = [place for place, one in enumerate(parts) if one[:1].isupper() and not one.isupper()]
    return ".".join(parts[: capital[0] + 1]) if capital else ""


def _is_table(name: str) -> bool:
    is_class = name[:1].isupper() and not name.isupper() and len(name) > 1
    return is_class or name.endswith(("_table", "_t"))


def _columns(source: SourceFile, step: Step, verb: str) -> list[Bound]:
    if step.name in _CONDITIONS:
        return [bound for one in step.node.args for bound in _conditions(one)]
    if step.name == "filter_by":
        return [Bound("where", one.arg, "=", code(one.value)) for one in step.node.keywords if one.arg]
    if step.name in ("limit", "offset") and step.node.args:
        return [Bound(step.name, "", "", code(step.node.args[0]))]
    if step.name not in ("values", "on_conflict_do_update"):
        return []
    clause = "set" if verb == "UPDATE" or step.name != "values" else "values"
    pairs: list[tuple[object, ast.expr]] = [
        (one.arg, one.value) for one in step.node.keywords if one.arg and step.name == "values"
    ]
    given = step.node.args[0] if step.node.args else None
    if step.name != "values":
        given = next((one.value for one in step.node.keywords if one.arg == "set_"), None)
    if isinstance(given, ast.Dict):
        pairs += [
            (key.value if isinstance(key, ast.Constant) else code(key), value)
            for key, value in zip(given.keys, given.values, strict=True)
            if key is not None
        ]
    return [Bound(clause, str(name), "=", code(value)) for name, value in pairs]


def _conditions(node: ast.expr) -> list[Bound]:
    """The comparisons of a condition, whatever joins them."""
    if isinstance(node, ast.BinOp | ast.BoolOp):
        parts = [node.left, node.right] if isinstance(node, ast.BinOp) else node.values
        return [bound for one in parts for bound in _conditions(one)]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        sign = _SIGNS.get(node.ops[0].__class__)
        return [Bound("where", code(node.left), sign, code(node.comparators[0]))] if sign else []
    if isinstance(node, ast.UnaryOp):
        return [one._replace(operator=f"not {one.operator}") for one in _conditions(node.operand)]
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else code(node.func)
        if isinstance(node.func, ast.Attribute) and name in _METHODS:
            value = ", ".join(code(one) for one in node.args)
            return [Bound("where", code(node.func.value), _METHODS[name], value)]
        if name in ("and_", "or_", "not_"):
            return [bound for one in node.args for bound in _conditions(one)]
    return []


def of_session(source: SourceFile, scope: Scope, call: ast.Call, method: str) -> Statement | None:
    """What a session sends for ``get``, ``add``, ``delete``, ``merge`` and ``refresh``."""
    verb = _SESSION.get(method)
    if verb is None or not call.args:
        return None
    first = call.args[0]
    table, columns = _made(source, scope, first)
    if method in ("get", "get_one"):
        table = code(first)
        key = call.args[1] if len(call.args) > 1 else next((one.value for one in call.keywords), None)
        columns = (Bound("where", "primary key", "=", code(key)),) if key is not None else ()
    given = tuple(one.value for one in columns if not _is_constant(one.value))
    return Statement(
        call.lineno,
        code(call),
        "sqlalchemy",
        verb,
        (table,) if table else (),
        columns,
        (),
        given,
        bool(table),
    )


def _made(source: SourceFile, scope: Scope, node: ast.expr) -> tuple[str, tuple[Bound, ...]]:
    """The model of an object, and the columns that it is made with where the function makes it itself."""
    made: ast.expr | None = node
    if isinstance(node, ast.Name):
        bound = types.bindings(source, scope).get(node.id, [])
        made = bound[0] if len(bound) == 1 else None
    kind = last(source.type_of(node, scope))
    if isinstance(made, ast.Call):
        name = last(source.dotted(made.func))
        if name[:1].isupper():
            pairs = tuple(Bound("values", one.arg, "=", code(one.value)) for one in made.keywords if one.arg)
            return name, pairs
    return kind, ()
