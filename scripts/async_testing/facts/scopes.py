"""The one walk over a syntax tree: every node filed under the scope whose code it is, and by its type."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, TypeVar

Node = TypeVar("Node", bound=ast.AST)
ScopeNode = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_UNFILED = frozenset({ast.Constant, ast.arg, ast.alias})
"""Neither descended into nor filed."""
_INSIDE: dict[type, tuple[str, ...]] = {
    ast.arguments: ("defaults", "kw_defaults"),
    ast.Lambda: ("args",),
    ast.ClassDef: ("keywords", "bases", "decorator_list"),
    ast.FunctionDef: ("returns", "args", "decorator_list"),
    ast.AsyncFunctionDef: ("returns", "args", "decorator_list"),
}
"""Fields that hold nodes worth a visit, last first, of types that have others too: of scopes what runs outside."""
_ATOMS = frozenset(
    {"ctx", "op", "ops", "id", "attr", "arg", "name", "names", "type_comment", "kind", "conversion"}
)
_ATOMS |= {"module", "level", "is_async", "simple", "type_ignores", "asname", "cls", "rest", "kwd_attrs"}
_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _nothing(node: ast.AST) -> tuple[Any, ...]:
    """The children of a node that has none."""
    return ()


_children: dict[type, Callable[[ast.AST], tuple[Any, ...]]] = {}


class Scope:
    """A module, class, function or lambda, and the nodes that belong to it but not to a scope inside of it.

    Decorators, defaults and annotations of a function belong to the scope that it is defined in.
    """

    __slots__ = (
        "_named",
        "_names_read",
        "_parameters",
        "_reads",
        "bound",
        "children",
        "name",
        "node",
        "nodes",
        "parent",
    )

    def __init__(self, node: ScopeNode, parent: Scope | None) -> None:
        self.node = node
        self.parent = parent
        self.name: str = getattr(node, "name", "")
        """The name it is defined under, empty for modules and lambdas."""
        self.nodes: dict[type, list[Any]] = {}
        self.children: list[Scope] = []
        self.bound: dict[str, list[ast.expr | None]] | None = None
        """What ``types.bindings`` found here, once it was asked."""
        self._named: dict[str, Scope] | None = None
        self._parameters: frozenset[str] | None = None
        self._names_read: set[str] | None = None
        self._reads: dict[str, int] | None = None

    def of(self, kind: type[Node]) -> list[Node]:
        """This scope's own nodes of one exact type, in the order of the source."""
        return self.nodes.get(kind, [])

    def within(self, kind: type[Node]) -> Iterator[Node]:
        """Nodes of one exact type here and in all scopes inside of this one."""
        yield from self.nodes.get(kind, ())
        for child in self.children:
            yield from child.within(kind)

    @property
    def is_async(self) -> bool:
        """Whether it is an ``async def``."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    @property
    def is_generator(self) -> bool:
        """Whether its own code yields."""
        return ast.Yield in self.nodes or ast.YieldFrom in self.nodes

    def child(self, name: str) -> Scope | None:
        """The scope of the last function or class that is defined under a name right here."""
        if self._named is None:
            self._named = {one.name: one for one in self.children if one.name}
        return self._named.get(name)

    @property
    def parameters(self) -> frozenset[str]:
        """The names of its parameters, the starred ones too; none for a module or class."""
        if self._parameters is None:
            found = arguments(self.node)
            if found or isinstance(self.node, _FUNCTIONS):
                found += [one for one in (self.node.args.vararg, self.node.args.kwarg) if one]  # type: ignore[union-attr]
            self._parameters = frozenset(one.arg for one in found)
        return self._parameters

    @property
    def names_read(self) -> set[str]:
        """The names that its code, that of the scopes inside of it included, reads or deletes."""
        if self._names_read is None:
            store = ast.Store
            self._names_read = {
                one.id for one in self.nodes.get(ast.Name, ()) if one.ctx.__class__ is not store
            }
            for child in self.children:
                self._names_read |= child.names_read
        return self._names_read

    @property
    def reads(self) -> dict[str, int]:
        """How often its code, that of the scopes inside of it included, reads or deletes each name."""
        if self._reads is None:
            store = ast.Store
            names = [one.id for one in self.nodes.get(ast.Name, ()) if one.ctx.__class__ is not store]
            found: dict[str, int] = Counter(names)
            for child in self.children:
                for inner, times in child.reads.items():
                    found[inner] = found.get(inner, 0) + times
            self._reads = found
        return self._reads

    def forget(self) -> None:
        """Let go of everything around it, since what refers to itself waits for the garbage collector."""
        self.parent = None
        self.children.clear()
        self.nodes.clear()

    @property
    def body(self) -> list[ast.stmt]:
        """Its statements; none for a lambda."""
        return self.node.body if isinstance(self.node.body, list) else []

    @property
    def class_(self) -> Scope | None:
        """The class whose body this function stands in, None elsewhere."""
        return self.parent if self.parent and isinstance(self.parent.node, ast.ClassDef) else None


def walk(tree: ast.Module) -> tuple[list[Scope], dict[int, ast.AST]]:
    """Walk a whole tree once.

    Returns:
        Every scope, outer ones first, the module at the head; and for the ``id`` of every node but names, constants
        and parameters the node it stands in (an argument's parent is its call, keyword or not).
    """
    root = Scope(tree, None)
    scopes = [root]
    parents: dict[int, ast.AST] = {}
    for scope in scopes:  # grows while it runs
        _walk_one(scope, scopes, parents)
    return scopes, parents


def _walk_one(scope: Scope, scopes: list[Scope], parents: dict[int, ast.AST]) -> None:
    body = scope.node.body
    stack: list[Any] = [body] if isinstance(body, ast.AST) else body[::-1]
    for node in stack:
        parents[id(node)] = scope.node
    filed = scope.nodes
    push = stack.append
    pop = stack.pop
    name, attribute, unfiled, no_list = ast.Name, ast.Attribute, _UNFILED, list
    names: list[Any] = []
    if isinstance(body, ast.Name | ast.Constant):  # of a lambda
        stack.clear()
        names += [body] if isinstance(body, ast.Name) else []
    while stack:
        node = pop()
        kind = node.__class__
        if kind in filed:
            filed[kind].append(node)
        else:
            filed[kind] = [node]
        if kind is attribute:  # every other node that comes by
            value = node.value
            inner_kind = value.__class__
            if inner_kind is name:
                names.append(value)
            elif inner_kind not in unfiled:
                parents[id(value)] = node
                push(value)
            continue
        if kind in _SCOPES:
            inner = Scope(node, scope)
            scope.children.append(inner)
            scopes.append(inner)
        for value in (_children.get(kind) or _children_of(kind))(node):
            if not value:
                continue
            if value.__class__ is no_list:
                for item in reversed(value):
                    inner_kind = item.__class__
                    if inner_kind is ast.keyword:
                        item = item.value
                        inner_kind = item.__class__
                    if inner_kind is name:
                        names.append(item)
                    elif inner_kind not in unfiled and item is not None:
                        parents[id(item)] = node
                        push(item)
                continue
            inner_kind = value.__class__
            if inner_kind is name:
                names.append(value)
            elif inner_kind not in unfiled:
                parents[id(value)] = node
                push(value)
    if names:
        filed[name] = names


def _children_of(kind: type) -> Callable[[ast.AST], tuple[Any, ...]]:
    """What gives the values of the fields that hold nodes worth a visit, last first: the stack turns them round."""
    fields = _INSIDE.get(kind)
    if fields is None:
        fields = tuple(field for field in reversed(getattr(kind, "_fields", ())) if field not in _ATOMS)
    found: Callable[[ast.AST], tuple[Any, ...]] = attrgetter(*fields) if len(fields) > 1 else _nothing
    if len(fields) == 1:
        only = attrgetter(*fields)
        found = lambda node: (only(node),)  # noqa: E731 - one field is given bare
    _children[kind] = found
    return found


def arguments(node: ast.AST) -> list[ast.arg]:
    """Every parameter that has a name of its own, the starred ones left out; none of what is no function."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return []
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
