"""One function's code in the order in which it runs: calls, errors raised and caught, branches, each with its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope

Try = ast.Try | ast.TryStar
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Condition(NamedTuple):
    """A test that decides whether code runs, and how it has to come out."""

    test: ast.expr
    holds: bool


class Place(NamedTuple):
    """What is around a node within its function."""

    loop: bool = False
    conditions: tuple[Condition, ...] = ()
    managers: tuple[ast.expr, ...] = ()
    """What the ``with`` around it enter, outer ones first."""
    handler: ast.ExceptHandler | None = None
    guards: tuple[Try, ...] = ()
    nested: bool = False
    """Whether it stands in a function or lambda inside of the function."""
    given: tuple[ast.Call, ...] = ()
    """The calls that are handed the lambda that it stands in."""


class Called(NamedTuple):
    """A call."""

    node: ast.Call
    place: Place
    awaited: bool


class Raised(NamedTuple):
    """A ``raise``."""

    node: ast.Raise
    place: Place


class Forked(NamedTuple):
    """An ``if``, ``match`` or loop."""

    node: ast.If | ast.IfExp | ast.For | ast.AsyncFor | ast.While | ast.match_case
    place: Place


class Body:
    """What a function does.

    Args:
        statements: its code.
    """

    def __init__(self, statements: Sequence[ast.stmt]) -> None:
        self.statements = statements
        self.calls: list[Called] = []
        self.raises: list[Raised] = []
        self.forks: list[Forked] = []
        self.tries: list[tuple[Try, Place]] = []
        self.managers: list[tuple[ast.expr, Place]] = []
        self.returns: list[tuple[ast.Return, Place]] = []
        self._run(statements, Place())

    def _run(self, statements: Sequence[ast.stmt], place: Place) -> None:
        for one in statements:
            kind = one.__class__
            if kind is ast.If:
                place = self._if(one, place)  # type: ignore[arg-type]
            elif kind in (ast.For, ast.AsyncFor):
                self._for(one, place)  # type: ignore[arg-type]
            elif kind is ast.While:
                self._while(one, place)  # type: ignore[arg-type]
            elif kind in (ast.With, ast.AsyncWith):
                self._with(one, place)  # type: ignore[arg-type]
            elif kind in (ast.Try, ast.TryStar):
                self._try(one, place)  # type: ignore[arg-type]
            elif kind is ast.Match:
                self._match(one, place)  # type: ignore[arg-type]
            elif isinstance(one, _FUNCTIONS):
                if not any(_registers(each) for each in one.decorator_list):
                    self._run(one.body, place._replace(nested=True))
            elif isinstance(one, ast.Raise):
                self._look(one.exc, place)
                self.raises.append(Raised(one, place))
            elif isinstance(one, ast.Return):
                self._look(one.value, place)
                self.returns.append((one, place))
            elif not isinstance(one, ast.ClassDef):
                self._fields(one, place)

    def _if(self, node: ast.If, place: Place) -> Place:
        """Returns the place of what follows: where the first way ends, only the other one gets there."""
        self._look(node.test, place)
        self.forks.append(Forked(node, place))
        outcome = Condition(node.test, True), Condition(node.test, False)
        self._run(node.body, place._replace(conditions=(*place.conditions, outcome[0])))
        if node.orelse:
            self._run(node.orelse, place._replace(conditions=(*place.conditions, outcome[1])))
        elif ends(node.body) == "return":
            return place._replace(conditions=(*place.conditions, outcome[1]))
        return place

    def _for(self, node: ast.For | ast.AsyncFor, place: Place) -> None:
        self._look(node.iter, place)
        self.forks.append(Forked(node, place))
        self._run(node.body, place._replace(loop=True))
        self._run(node.orelse, place)

    def _while(self, node: ast.While, place: Place) -> None:
        inside = place._replace(loop=True)
        self._look(node.test, inside)
        if not isinstance(node.test, ast.Constant):
            self.forks.append(Forked(node, place))
        self._run(node.body, inside)
        self._run(node.orelse, place)

    def _with(self, node: ast.With | ast.AsyncWith, place: Place) -> None:
        for item in node.items:
            self._look(item.context_expr, place)
            self.managers.append((item.context_expr, place))
            place = place._replace(managers=(*place.managers, item.context_expr))
        self._run(node.body, place)

    def _try(self, node: Try, place: Place) -> None:
        self.tries.append((node, place))
        self._run(node.body, place._replace(guards=(*place.guards, node)))
        for handler in node.handlers:
            self._run(handler.body, place._replace(handler=handler))
        self._run(node.orelse, place)
        self._run(node.finalbody, place)

    def _match(self, node: ast.Match, place: Place) -> None:
        self._look(node.subject, place)
        for case in node.cases:
            self.forks.append(Forked(case, place))
            if case.guard is not None:
                self._look(case.guard, place)
            self._run(case.body, place)

    def _look(self, node: ast.AST | None, place: Place, awaited: bool = False) -> None:
        """What an expression does, arguments before the call that they are for."""
        kind = node.__class__
        if node is None or kind in (ast.Name, ast.Constant):
            return
        if kind is ast.Await:
            self._look(node.value, place, True)  # type: ignore[attr-defined]
        elif isinstance(node, ast.Call):
            self._look(node.func, place)
            for one in [*node.args, *(keyword.value for keyword in node.keywords)]:
                handed = isinstance(one, ast.Lambda)
                self._look(one, place._replace(given=(*place.given, node)) if handed else place)
            self.calls.append(Called(node, place, awaited))
        elif kind in _COMPREHENSIONS:
            self._comprehension(node, place)
        elif isinstance(node, ast.Lambda):
            self._look(node.body, place._replace(nested=True))
        elif isinstance(node, ast.IfExp):
            self.forks.append(Forked(node, place))
            self._look(node.test, place)
            self._look(node.body, place)
            self._look(node.orelse, place)
        else:
            self._fields(node, place)

    def _comprehension(self, node: ast.AST, place: Place) -> None:
        inside = place._replace(loop=True)
        for number, one in enumerate(node.generators):  # type: ignore[attr-defined]
            self._look(one.iter, inside if number else place)
            for test in one.ifs:
                self._look(test, inside)
        for field in ("key", "value", "elt"):
            self._look(getattr(node, field, None), inside)

    def _fields(self, node: ast.AST, place: Place) -> None:
        for child in ast.iter_child_nodes(node):
            self._look(child, place)


def _registers(decorator: ast.expr) -> bool:
    """Whether a decorator hands a function over to somebody else who calls it: ``@router.get("/")``."""
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute)


def ends(statements: Sequence[ast.stmt]) -> str:
    """How a block ends: ``raise``, ``return``, or empty where what comes after it runs."""
    last = statements[-1] if statements else None
    if isinstance(last, ast.Raise):
        return "raise"
    return "return" if isinstance(last, ast.Return | ast.Continue | ast.Break) else ""


def assigned(scope: Scope) -> Iterator[tuple[ast.expr, ast.expr, ast.expr | None]]:
    """What a scope's own code assigns: target, value, and annotation where there is one."""
    for plain in scope.of(ast.Assign):
        for target in plain.targets:
            yield target, plain.value, None
    for noted in scope.of(ast.AnnAssign):
        if noted.value is not None:
            yield noted.target, noted.value, noted.annotation
