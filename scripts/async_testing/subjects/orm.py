"""Statements that SQLAlchemy or SQLModel builds, ``select(User).where(...)``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from async_testing.facts import members, types
from async_testing.subjects import helpers, queries
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
_NAMED = ("query", "statement", "stmt", "clause", "clauseelement")
_HOPS = 6


class Step(NamedTuple):
    """A call of a chain: ``where(User.id == 1)``."""

    name: str
    node: ast.Call
    table: str = ""
    """The table whose method it is."""


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
        if isinstance(func, ast.Attribute) and func.attr in _BUILDERS and _is_made_table(source, func.value):
            return Chain((Step(func.attr, node, code(func.value)), *steps), True, None)
        if isinstance(func, ast.Attribute) and not _is_builder(source, node):
            steps.insert(0, Step(func.attr, node))
            node = func.value
        elif _is_builder(source, node):
            return Chain((Step(last(source.dotted(func)), node), *steps), True, None)
        else:
            return None
    if isinstance(node, ast.Name) and node.id == "self" and any(one.name in _CONDITIONS for one in steps[1:]):
        return Chain((Step("select", steps[0].node), *steps[1:]), False, steps[0].node)
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


def _is_made_table(source: SourceFile, node: ast.expr) -> bool:
    """Whether a name is a ``Table(...)`` of this or another module, or the table of a model."""
    if isinstance(node, ast.Attribute) and node.attr == "__table__":
        return True
    value = source.constants.get(node.id) if isinstance(node, ast.Name) else None
    where = source
    if (
        value is None
        and isinstance(node, ast.Name | ast.Attribute)
        and code(node).partition(".")[0] in source.imports
    ):
        where, value = members.only_value(source, node) or (source, None)
    return isinstance(value, ast.Call) and last(where.dotted(value.func)) == "Table"


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
        own = appended(value, name)
        if own is not None and found is not None:
            found = Chain((*found.steps, *own), False, found.root)
        elif found is None and value is not None:
            found = chain(source, current, value, hops - 1)
    return found


def appended(node: ast.expr | None, name: str) -> list[Step] | None:
    """The calls of ``query.where(...).limit(1)`` on the variable itself."""
    steps: list[Step] = []
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        steps.insert(0, Step(node.func.attr, node))
        node = node.func.value
    return steps if steps and isinstance(node, ast.Name) and node.id == name else None


def statement(source: SourceFile, scope: Scope, call: ast.Call) -> Statement | None:
    """The statement that is handed to a session or connection."""
    given_ = call.args[0] if call.args else None
    if given_ is None:
        given_ = next((one.value for one in call.keywords if one.arg in _NAMED), None)
    found = queries.chain(source, scope, call) or chain(source, scope, given_)
    if found is None:
        return None
    verb = queries.verb(found) or _BUILDERS[found.steps[0].name]
    tables: dict[str, None] = {}
    columns: list[Bound] = []
    for step in found.steps:
        if step.table:
            tables.setdefault(step.table)
        if step.name in _BUILDERS or step.name in _TABLES:
            for table in _tables(step.node.args):
                tables.setdefault(table)
        columns += _columns(source, step, verb)
    if not tables:
        named = [one for step in found.steps if step.name in _CONDITIONS for one in step.node.args]
        tables = dict.fromkeys(_tables(named)[:1])
    text = code(found.steps[-1].node) if len(found.steps) > 1 else code(found.steps[0].node)
    given = tuple(dict.fromkeys(one.value for one in columns if one.value and not is_constant(one.value)))
    open_ = any(_is_open(step) for step in found.steps)
    whole = found.complete and not open_
    return Statement(call.lineno, text, "sqlalchemy", verb, tuple(tables), tuple(columns), (), given, whole)


def _is_open(step: Step) -> bool:
    """Whether only running tells what a step is given."""
    if step.name not in ("values", "filter_by", "where", "filter", "having"):
        return False
    starred = any(isinstance(one, ast.Starred) for one in step.node.args)
    return starred or any(one.arg is None for one in step.node.keywords)


def is_constant(text: str) -> bool:
    """Whether an expression's source is a literal."""
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
        return _comparison(node.left, _SIGNS.get(node.ops[0].__class__, ""), node.comparators[0])
    if isinstance(node, ast.Attribute) and _table(node):
        return [Bound("where", code(node), "is", "True")]
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


def _comparison(left: ast.expr, sign: str, right: ast.expr) -> list[Bound]:
    """A comparison with the column first, on whichever side it stands."""
    if not sign:
        return []
    if _is_column(right) and not _is_column(left):
        turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(sign, sign)
        return [Bound("where", code(right), turned, code(left))]
    return [Bound("where", code(left), sign, code(right))]


def _is_column(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and (".c." in code(node) or bool(_table(node)))
