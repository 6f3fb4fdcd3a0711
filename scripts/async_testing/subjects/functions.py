"""The facts of each public function and method of a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.subjects import (
    collaborators,
    errors,
    helpers,
    layers,
    parameters,
    routes,
    seams,
    sending,
    transactions,
)
from async_testing.subjects.bodies import Body, Called, Forked, Place, ends
from async_testing.subjects.model import Branch, Call, Collaborator, Function, Mapping, Raise, Statement
from async_testing.subjects.wording import code, last, of_condition

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

_SPECIAL = frozenset({"__call__", "__aenter__", "__aexit__"})
_CHECKED = frozenset(
    {"field_validator", "model_validator", "validator", "root_validator", "field_serializer"}
)
_CHECKED |= {
    "model_serializer",
    "computed_field",
    "hybrid_property",
    "overload",
    "abstractmethod",
    "declared_attr",
}
_CHECKED |= {"setter", "deleter", "fixture", "hybrid_method", "expression"}
_ABSTRACT = ("Protocol", "typing.Protocol", "typing_extensions.Protocol")


def public(source: SourceFile) -> Iterator[Scope]:
    """The functions that can be called: of the top, of the public classes there, and routes in functions there."""
    for scope in source.functions:
        parent = scope.parent
        if parent is None or (scope.name.startswith("_") and scope.name not in _SPECIAL):
            continue
        owner: Scope | None = parent
        while owner is not None and isinstance(owner.node, ast.ClassDef) and not owner.name.startswith("_"):
            owner = owner.parent
        inside = (
            owner is not None and owner.parent is source.module and not isinstance(owner.node, ast.Lambda)
        )
        is_reached = owner is source.module or (inside and routes.decorator(source, scope) is not None)
        if is_reached and not _is_left_out(source, scope):
            yield scope


def _is_left_out(source: SourceFile, scope: Scope) -> bool:
    """Protocols, overloads, validators and what only raises NotImplementedError have nothing to test."""
    node = scope.node
    for one in node.decorator_list:  # type: ignore[union-attr]
        if last(code(one.func if isinstance(one, ast.Call) else one)) in _CHECKED:
            return True
    owner = scope.class_
    if owner is not None:
        if any(_plain(one) in _ABSTRACT for one in layers.bases(owner.node)):
            return True
        siblings = [one for one in owner.children if one.name == scope.name]
        if siblings[-1] is not scope:
            return True
    statements = [
        one for one in scope.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
    ]
    if not statements or (len(statements) == 1 and isinstance(statements[0], ast.Pass)):
        return True
    first = statements[0]
    return isinstance(first, ast.Raise) and "NotImplementedError" in code(first.exc)


def _plain(node: ast.expr) -> str:
    return code(node.value if isinstance(node, ast.Subscript) else node)


def name_of(scope: Scope) -> str:
    """A function's name with those of the classes around it."""
    parts = [scope.name]
    owner = scope.parent
    while owner is not None and isinstance(owner.node, ast.ClassDef):
        parts.insert(0, owner.name)
        owner = owner.parent
    return ".".join(parts)


class Facts:
    """Works out one function.

    Args:
        source: its file.
        scope: the function.
    """

    def __init__(self, source: SourceFile, scope: Scope) -> None:
        self.source = source
        self.scope = scope
        self.body = helpers.body_of(source, scope)
        self.helpers = list(helpers.reached(source, scope))
        self.statements: list[Statement] = []
        self.calls: list[Call] = []
        self._entered: set[int] = set()

    def function(self) -> Function:
        """All facts together."""
        source, scope = self.source, self.scope
        self._run(scope, self.body, "", Place())
        route = routes.of(source, scope, self.body)
        given = parameters.of(source, scope)
        around = self._collaborators()
        found = Function(
            name_of(scope),
            scope.node.lineno,  # type: ignore[union-attr]
            "",
            self._kind(),
            parameters.binding(scope),
            given,
            code(getattr(scope.node, "returns", None)),
            tuple(code(one) for one in scope.node.decorator_list),  # type: ignore[union-attr]
            seams.of(source, scope, [self.body, *(one.body for one in self.helpers)], given, route, around),
            tuple(self.statements),
            tuple(self.calls),
            tuple(dict.fromkeys([*transactions.of_decorators(scope), *self._begun()])),
            around,
            tuple(self._branches()),
            tuple(self._raises()),
            tuple(self._mappings()),
            route,
            parameters.starred(scope),
        )
        if found.route is not None:
            raised = {one.status for one in found.raises if one.status}
            raised |= {one.status for one in found.mappings if one.status}
            statuses = (raised | set(found.route.statuses)) - {found.route.status}
            found = found._replace(route=found.route._replace(statuses=tuple(sorted(statuses))))
        owner = scope.class_.name if scope.class_ else ""
        return found._replace(layer=layers.of_function(found, owner, source.path))

    def _begun(self) -> Iterator[str]:
        return (one.transaction for one in self.calls if one.transaction)

    def _kind(self) -> str:
        kind = "async" if self.scope.is_async else "sync"
        if self.scope.is_generator:
            return "async generator" if kind == "async" else "generator"
        return kind

    def _run(self, scope: Scope, body: Body, via: str, around: Place) -> None:
        """Collect what a function sends, going into its helpers where it calls them."""
        self._entered.add(id(scope))
        for called in body.calls:
            handed = transactions.around_work(self.source, called.place.given)
            place = called.place._replace(
                loop=called.place.loop or around.loop,
                managers=(*around.managers, *handed, *called.place.managers),
            )
            if sending.is_sent(self.source, scope, called.node):
                self._send(scope, called, place, via)
                continue
            helper = helpers.target(self.source, scope, called.node)
            if helper is None and called.awaited:
                handed_on = sending.handed_on(self.source, scope, called.node)
                if handed_on is not None:
                    self.statements.append(handed_on._replace(via=last(code(called.node.func))))
            if helper is not None and id(helper) not in self._entered:
                self._run(helper, helpers.body_of(self.source, helper), helper.name, place)
            for work in helpers.handed(self.source, scope, called.node):
                if id(work) not in self._entered:
                    more = transactions.around_work(self.source, (called.node,))
                    inner = place._replace(managers=(*place.managers, *more))
                    self._run(work, helpers.body_of(self.source, work), work.name, inner)

    def _send(self, scope: Scope, called: Called, place: Place, via: str) -> None:
        node = called.node
        on = sending.receiver(node)
        method = node.func.attr  # type: ignore[attr-defined]
        statement = sending.statement(self.source, scope, node)
        number = None
        if statement is not None:
            number = len(self.statements)
            self.statements.append(statement._replace(via=via))
        transaction = next((code(one) for one in reversed(place.managers) if transactions.begins(one)), "")
        self.calls.append(
            Call(
                node.lineno,
                code(on),
                method,
                called.awaited,
                number,
                transaction,
                method in sending.BATCHES,
                place.loop,
                via,
            )
        )

    def _collaborators(self) -> tuple[Collaborator, ...]:
        merged: dict[str, Collaborator] = {}
        scopes = [(self.scope, self.body), *((one.scope, one.body) for one in self.helpers)]
        for scope, body in scopes:
            for one in collaborators.found(self.source, scope, body):
                known = merged.get(one.name)
                calls = tuple(dict.fromkeys([*(known.calls if known else ()), *one.calls]))
                merged[one.name] = (known or one)._replace(calls=calls)
        return tuple(merged.values())

    def _branches(self) -> Iterator[Branch]:
        for fork in self.body.forks:
            yield _branch(fork)
        if self.statements and code(getattr(self.scope.node, "returns", None)) == "bool":
            yield from _outcomes(self.body)

    def _raises(self) -> Iterator[Raise]:
        yield from errors.raised(self.source, self.body)
        for one in self.helpers:
            yield from errors.raised(self.source, one.body, one.scope.name)

    def _mappings(self) -> Iterator[Mapping]:
        bodies = [("", self.body), *((one.scope.name, one.body) for one in self.helpers)]
        seen: set[tuple[int, str]] = set()
        for via, body in bodies:
            found = [*errors.mapped(self.source, body, via)]
            for manager, _ in body.managers:
                found += errors.of_manager(self.source, manager)
            for one in found:
                if (one.line, one.via) not in seen:
                    seen.add((one.line, one.via))
                    yield one


def _outcomes(body: Body) -> Iterator[Branch]:
    """The other answer of a function that returns whether something holds."""
    said = [one.value for one, _ in body.returns if isinstance(one.value, ast.Constant)]
    for one, _ in body.returns:
        if isinstance(one.value, ast.Compare) and not any(each.value is False for each in said):
            yield Branch(one.lineno, "outcome", code(one.value), "returns_false", "return")
            return


def _branch(fork: Forked) -> Branch:
    node = fork.node
    if isinstance(node, ast.If | ast.IfExp):
        text, words = of_condition(node.test, True)
        kind = "if" if isinstance(node, ast.If) else "either"
        return Branch(
            node.test.lineno, kind, text, words, ends(node.body) if isinstance(node, ast.If) else ""
        )
    if isinstance(node, ast.match_case):
        pattern = ast.unparse(node.pattern)
        words = "case_other" if pattern == "_" else f"case_{of_condition(ast.Name(pattern), True)[1]}"
        return Branch(node.pattern.lineno, "case", pattern, words, ends(node.body))
    if isinstance(node, ast.While):
        text, words = of_condition(node.test, True)
        return Branch(node.lineno, "while", text, words, "")
    fixed = isinstance(node.iter, ast.List | ast.Tuple | ast.Set | ast.Constant)
    fixed = fixed or (isinstance(node.iter, ast.Call) and code(node.iter.func) == "range")
    words = "" if fixed else of_condition(node.iter, True)[1]
    return Branch(node.lineno, "for", code(node.iter), words, "")


def of(source: SourceFile) -> tuple[Function, ...]:
    """The facts of every public function of a file."""
    return tuple(Facts(source, scope).function() for scope in public(source))
