"""Which other objects a function works with, and how it comes by them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from async_testing.facts import types
from async_testing.facts.scopes import arguments
from async_testing.subjects import helpers, layers, parameters, sending
from async_testing.subjects.bodies import Body, Called
from async_testing.subjects.injected import injection
from async_testing.subjects.model import Collaborator
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

_NONE = (
    "asyncio",
    "contextlib",
    "logging",
    "functools",
    "itertools",
    "anyio",
    "typing",
    "datetime",
    "json",
    "re",
)
_QUIET = frozenset({"logger", "log", "_logger", "_log", "logging", "structlog"})
_HOPS = 4


def found(source: SourceFile, scope: Scope, body: Body) -> tuple[Collaborator, ...]:
    """The collaborators of a function in the order of their first call."""
    calls: dict[str, list[str]] = {}
    origins: dict[str, tuple[str, str]] = {}
    for called in body.calls:
        one = _of_call(source, scope, called)
        if one is None:
            continue
        name, method, kind, injected = one
        origins.setdefault(name, (kind, injected))
        given = calls.setdefault(name, [])
        if method not in given:
            given.append(method)
    return tuple(Collaborator(name, *origins[name], tuple(each)) for name, each in calls.items())


def _of_call(source: SourceFile, scope: Scope, called: Called) -> tuple[str, str, str, str] | None:
    """Name, method, class and way of injection, None where the call goes to nobody that could be replaced."""
    func = called.node.func
    if isinstance(func, ast.Name):
        return _of_function(source, scope, func, called)
    if not isinstance(func, ast.Attribute) or sending.is_sent(source, scope, called.node):
        return None
    if helpers.target(source, scope, called.node) is not None:
        return None
    root, chain = _root(func.value)
    if root is None or root.id in _QUIET:
        return None
    if _asks_database(source, scope, func.value) and not _is_own(source, scope, func.value, called):
        return None
    if root.id in ("self", "cls"):
        return _of_self(source, scope, chain, func.attr, called)
    bound = _bound(source, scope, root.id)
    if bound is not None:
        return _of_variable(source, scope, bound, [*chain, func.attr], called)
    if root.id in scope.parameters:
        return _of_parameter(source, scope, root.id, [*chain, func.attr], called)
    if root.id in source.imports or source.module.child(root.id) or root.id in source.constants:
        return _of_module(source, root, [*chain, func.attr], called)
    return None


def _asks_database(source: SourceFile, scope: Scope, node: ast.expr) -> bool:
    """Whether any part of a chain of attributes and calls is a connection or session, or what one of them gave."""
    while True:
        if sending.is_database(source, scope, node):
            return True
        if isinstance(node, ast.Call) and sending.is_sent(source, scope, node):
            return True
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute | ast.Await | ast.Subscript):
            node = node.value
        else:
            return False


def _is_own(source: SourceFile, scope: Scope, node: ast.expr, called: Called) -> bool:
    """Whether what is only called like a database is an object of a class of the project, as ``db.users`` may be."""
    while isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
        node = node.value
    kind = source.type_of(node, scope) or sending.annotated(source, scope, node)
    if not kind and isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        node = node.value
        kind = source.type_of(node, scope)
    found = source.workspace.definition(source, kind) if kind and called.awaited else None
    return found is not None and found.kind == "class" and not layers.bases(found.scope.node)


def _root(node: ast.expr) -> tuple[ast.Name | None, list[str]]:
    """The name that a chain of attributes and calls begins with, and the attributes."""
    chain: list[str] = []
    while isinstance(node, ast.Attribute | ast.Call | ast.Await | ast.Subscript):
        if isinstance(node, ast.Attribute):
            chain.insert(0, node.attr)
            node = node.value
        else:
            node = node.func if isinstance(node, ast.Call) else node.value
    return (node if isinstance(node, ast.Name) else None), chain


def _of_self(
    source: SourceFile, scope: Scope, chain: list[str], method: str, called: Called
) -> tuple[str, str, str, str] | None:
    if not chain:
        kind, how = injection(source, scope, method)
        if called.awaited and how:  # an attribute that is called
            return f"self.{method}", "()", kind, how
        return _inherited(source, scope, method, called)
    kind, how = injection(source, scope, chain[0])
    if not how.startswith(("constructor", "class attribute", "made")) and not called.awaited:
        return None
    if not called.awaited and how.startswith("made") and not kind:
        return None
    if last(kind) in ("dict", "list", "set", "str", "int", "Lock", "Event", "Queue", "Semaphore", "deque"):
        return None
    if not called.awaited and (not how.startswith("constructor") or not last(kind)[:1].isupper()):
        return None
    return f"self.{chain[0]}", ".".join([*chain[1:], method]), kind, how


def _inherited(
    source: SourceFile, scope: Scope, method: str, called: Called
) -> tuple[str, str, str, str] | None:
    """A method that a base of another file has; those of the class itself are followed."""
    owner = scope.class_
    bases = layers.bases(owner.node) if owner is not None else []
    if not called.awaited or owner is None or not bases or owner.child(method) is not None:
        return None
    named = [code(one.value if isinstance(one, ast.Subscript) else one) for one in bases]
    return "self", method, "", f"inherited from {', '.join(named)}"


def _bound(source: SourceFile, scope: Scope, name: str) -> ast.expr | None:
    """The call or attribute that a variable of the function is bound to, where there is just one."""
    bound = types.bindings(source, scope).get(name)
    if not bound or len(bound) != 1:
        return None
    value = bound[0]
    while isinstance(value, ast.Await):
        value = value.value
    return value


def _of_variable(
    source: SourceFile, scope: Scope, value: ast.expr, chain: list[str], called: Called
) -> tuple[str, str, str, str] | None:
    """A variable: what was entered from a collaborator, or made here of a class of the project."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        root, around = _root(value.func)
        if root is not None and root.id == "self" and called.awaited and around:
            kind, how = injection(source, scope, around[0])
            if how:
                return f"self.{'.'.join(around)}()", ".".join(chain), kind, how
    if isinstance(value, ast.Call) and called.awaited and _is_asked(source, scope, value):
        root, around = _root(value.func)
        name = ".".join([root.id if root else "", *around])
        injected = f"argument {root.id}" if root and root.id in scope.parameters else ""
        where = f"named in the code: patch {root.id} in this module" if root else ""
        return f"{name}()", ".".join(chain), "", injected or where
    if isinstance(value, ast.Call) and (called.awaited or _works_plainly(source, scope, value)):
        name = source.dotted(value.func)
        if last(name)[:1].isupper() and not name.startswith(_NONE):
            return last(name), ".".join(chain), name, f"made in the function: {code(value)}"
    return None


def _is_asked(source: SourceFile, scope: Scope, made: ast.Call) -> bool:
    """Whether a function of an argument or of a module of the project gave an object: ``stores.get("teams")``."""
    root, around = _root(made.func)
    if root is None or not around or around[-1][:1].isupper() or root.id in ("self", "cls"):
        return False
    if sending.is_sent(source, scope, made) or _asks_database(source, scope, made):
        return False
    if root.id in scope.parameters:
        return True
    origin = source.imports.get(root.id, "")
    return bool(origin) and source.workspace.locate(source.path, origin) is not None


def _works_plainly(source: SourceFile, scope: Scope, made: ast.Call) -> bool:
    """Whether a plain function makes a DAO or service of the project, whose methods need no ``await`` then."""
    name = source.dotted(made.func)
    if scope.is_async or layers.of_class(last(name)) not in ("dao", "service"):
        return False
    found = source.workspace.definition(source, name)
    return found is not None and found.kind == "class"


def _of_parameter(
    source: SourceFile, scope: Scope, name: str, chain: list[str], called: Called
) -> tuple[str, str, str, str] | None:
    kind = source.type_of(ast.Name(name, ast.Load()), scope)
    given = next((one for one in arguments(scope.node) if one.arg == name), None)
    if given is not None:
        if (
            isinstance(given.annotation, ast.Subscript)
            and last(source.dotted(given.annotation.value)) == "FromDishka"
        ):
            return name, ".".join(chain), types.annotation(source, given.annotation.slice), f"argument {name}"
        apart = parameters.taken_apart(source, given.annotation)
        kind = types.annotation(apart.source, apart.kind) or kind
    if not called.awaited:
        return None
    return name, ".".join(chain), kind, f"argument {name}"


def _of_module(
    source: SourceFile, root: ast.Name, chain: list[str], called: Called
) -> tuple[str, str, str, str] | None:
    """An object, class or module that the code names itself."""
    dotted = source.imports.get(root.id, root.id)
    if not called.awaited or dotted.partition(".")[0] in _NONE:
        return None
    kind = source.type_of(source.constants.get(root.id), source.module) if root.id in source.constants else ""
    return (
        ".".join([root.id, *chain[:-1]]),
        chain[-1],
        kind,
        f"named in the code: patch {root.id} in this module",
    )


def _of_function(
    source: SourceFile, scope: Scope, func: ast.Name, called: Called
) -> tuple[str, str, str, str] | None:
    """A function that is awaited, of another module or given as an argument."""
    if not called.awaited:
        return None
    if func.id in scope.parameters:
        return func.id, "()", "", f"argument {func.id}"
    if func.id not in source.imports or source.imports[func.id].partition(".")[0] in _NONE:
        return None
    return func.id, "()", source.imports[func.id], f"named in the code: patch {func.id} in this module"
