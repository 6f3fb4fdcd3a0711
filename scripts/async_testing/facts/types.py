"""What class an expression is an instance of, as far as assignments, annotations and fixtures tell."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from async_testing.facts import library
from async_testing.facts.scopes import Scope, arguments

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

WRAPPERS = frozenset(
    {"Annotated", "Optional", "Final", "ClassVar", "AsyncGenerator", "AsyncIterator", "Generator"}
)
WRAPPERS |= {"Iterator", "AsyncIterable", "Iterable"}
_HOPS = 4


def type_of(source: SourceFile, node: ast.AST | None, scope: Scope, hops: int = _HOPS) -> str:
    """See ``SourceFile.type_of``."""
    if hops <= 0 or node is None:
        return ""
    if isinstance(node, ast.Await):
        return _made(source, node.value, scope, hops)
    if isinstance(node, ast.Call):
        return _made(source, node, scope, hops)
    if isinstance(node, ast.Name):
        return _of_name(source, node.id, scope, hops)
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("self", "cls")
    ):
        return _of_attribute(source, node.attr, scope, hops)
    return ""


def bindings(source: SourceFile, scope: Scope) -> dict[str, list[ast.expr | None]]:
    """Every name that a scope's own code binds, with the values as expressions (None where it is no such thing).

    ``with make() as name`` binds to the call, entered; loops and unpacking bind to None.
    """
    if scope.bound is not None:
        return scope.bound
    found: dict[str, list[ast.expr | None]] = {}
    nodes = scope.nodes
    for assign in nodes.get(ast.Assign, ()):
        for target in assign.targets:
            if target.__class__ is ast.Name:
                found.setdefault(target.id, []).append(assign.value)
            elif target.__class__ is ast.Tuple and assign.value.__class__ is ast.Tuple:
                pairs = zip(target.elts, assign.value.elts, strict=False)
                for item, value in pairs if len(target.elts) == len(assign.value.elts) else ():
                    _bind(found, item, value)
            elif target.__class__ is not ast.Attribute:
                _bind(found, target, assign.value)
    for kind in (ast.AnnAssign, ast.NamedExpr):
        for one in nodes.get(kind, ()):
            _bind(found, one.target, one.value)
    for entered in nodes.get(ast.withitem, ()):
        _bind(found, entered.optional_vars, entered.context_expr)
    for changing in (ast.For, ast.AsyncFor, ast.comprehension, ast.AugAssign):
        for one in nodes.get(changing, ()):
            _bind(found, one.target, None)
    scope.bound = found
    return found


def _bind(found: dict[str, list[ast.expr | None]], target: ast.expr | None, value: ast.expr | None) -> None:
    if isinstance(target, ast.Name):
        found.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Tuple | ast.List):
        for item in target.elts:
            _bind(found, item, None)
    elif isinstance(target, ast.Starred):
        _bind(found, target.value, None)


def _of_name(source: SourceFile, name: str, scope: Scope, hops: int) -> str:
    key = (type_of, name, id(scope), hops)
    if key not in source.memo:
        source.memo[key] = ""  # what leads back to itself leads nowhere
        source.memo[key] = _named(source, name, scope, hops)
    found: str = source.memo[key]
    return found


def _named(source: SourceFile, name: str, scope: Scope, hops: int) -> str:
    current: Scope | None = scope
    while current is not None:
        if current is scope or not isinstance(current.node, ast.ClassDef):
            kinds = _kinds(source, name, current, hops)
            if kinds is not None:
                return kinds.pop() if len(kinds) == 1 else ""
        current = current.parent
    return ""


def _kinds(source: SourceFile, name: str, scope: Scope, hops: int) -> set[str] | None:
    """The types that a scope binds a name to, None where it does not bind it."""
    for annotated in scope.of(ast.AnnAssign):
        if isinstance(annotated.target, ast.Name) and annotated.target.id == name:
            return {annotation(source, annotated.annotation)}
    bound = bindings(source, scope).get(name)
    if bound is not None:
        return {type_of(source, value, scope, hops - 1) for value in bound}
    if name in scope.parameters:
        for parameter in arguments(scope.node):
            if parameter.arg == name:
                return {_of_parameter(source, parameter, scope, hops)}
    return None


def _of_parameter(source: SourceFile, parameter: ast.arg, scope: Scope, hops: int) -> str:
    if parameter.annotation is not None:
        return annotation(source, parameter.annotation)
    fixture = (
        source.fixtures.named(parameter.arg, scope.class_)
        if source.is_test_file or source.is_conftest
        else None
    )
    if fixture is None or fixture.function is scope:
        return ""
    if fixture.node.returns is not None:
        return annotation(fixture.source, fixture.node.returns)
    kinds = {type_of(fixture.source, value, fixture.function, hops - 1) for value in fixture.gives}
    return kinds.pop() if len(kinds) == 1 else ""


def _of_attribute(source: SourceFile, name: str, scope: Scope, hops: int) -> str:
    """The type of ``self.name`` by the assignments in the methods of the class."""
    around: Scope | None = scope
    while around is not None and not isinstance(around.node, ast.ClassDef):
        around = around.parent
    kinds: set[str] = set()
    for method in around.children if around else ():
        for assign in method.of(ast.Assign):
            for target in assign.targets:
                if (
                    isinstance(target, ast.Attribute)
                    and target.attr == name
                    and isinstance(target.value, ast.Name)
                    and target.value.id == "self"
                ):
                    kinds.add(type_of(source, assign.value, method, hops - 1))
    return kinds.pop() if len(kinds) == 1 else ""


def _made(source: SourceFile, node: ast.expr, scope: Scope, hops: int) -> str:
    """The class that a call makes an instance of: its own, or what the called function's annotation says."""
    if not isinstance(node, ast.Call):
        return ""
    name = source.dotted(node.func)
    if not name:
        return ""
    if name == "sqlalchemy.orm.sessionmaker":
        asynchronous = any(source.dotted(one.value).endswith(".AsyncSession") for one in node.keywords)
        return "sqlalchemy.ext.asyncio.async_sessionmaker" if asynchronous else ""
    if name in library.FACTORIES:
        return library.FACTORIES[name]
    given = _of_factory(source, node.func, scope, hops)
    if given:
        return given
    last = name.rpartition(".")[2].lstrip("_")
    if last[:1].isupper() and not last.isupper():
        return name
    if isinstance(node.func, ast.Name) and node.func.id not in source.imports:
        function = source.module_functions.get(node.func.id)
        return annotation(source, function.node.returns) if function else ""  # type: ignore[union-attr]
    return ""


def _of_factory(source: SourceFile, func: ast.expr, scope: Scope, hops: int) -> str:
    """What an object of SQLAlchemy gives that is called, or whose method is: ``Session()``, ``engine.begin()``."""
    if isinstance(func, ast.Attribute) and func.attr in ("begin", "connect"):
        kind = type_of(source, func.value, scope, hops - 1) or _of_maker(source, func.value)
        return library.ENTERED.get(f"{kind}.{func.attr}", "")
    if not isinstance(func, ast.Name | ast.Attribute):
        return ""
    kind = type_of(source, func, scope, hops - 1) or _of_maker(source, func)
    return library.ENTERED.get(kind, "")


def _of_maker(source: SourceFile, func: ast.expr) -> str:
    """The class of a maker of sessions, or of an engine, that a module holds: the file itself or an imported one."""
    name = source.dotted(func)
    module, _, last = name.rpartition(".")
    if not isinstance(func, ast.Name) or name == func.id:
        holder = source if isinstance(func, ast.Name) else None
    else:
        holder = source.workspace.import_from(source, module, "sqlalchemy") if module.strip(".") else None
    value = holder.constants.get(last) if holder is not None else None
    return type_of(holder, value, holder.module) if holder is not None and isinstance(value, ast.Call) else ""


def annotation(source: SourceFile, node: ast.expr | None) -> str:
    """The class that an annotation names, dotted; ``X`` of ``X | None``, ``Optional[X]``, ``AsyncIterator[X]``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = source.keep(ast.parse(node.value, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [side for side in (node.left, node.right) if not _is_none(side)]
        return annotation(source, sides[0]) if len(sides) == 1 else ""
    if isinstance(node, ast.Subscript):
        name = source.dotted(node.value)
        if name.rpartition(".")[2] in WRAPPERS:
            inner = (
                node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
            )
            return annotation(source, inner)
        return name
    return source.dotted(node)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
