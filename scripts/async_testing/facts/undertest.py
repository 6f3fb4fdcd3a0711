"""How code uses the methods of what it is given: awaited, as plain values, entered with ``with`` or ``async with``.

Asked about a method by its name, since nothing tells what class the argument of the code under test has. The code is
that of the file itself and of the project's modules that it imports.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.facts import mocks, words
from async_testing.facts.types import bindings
from async_testing.facts.unawaited import OF_A_VALUE

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

AWAITED = "awaited"
VALUE = "value"
"""The result is asked for something that a coroutine does not have."""
DROPPED = "dropped"
RETURNED = "returned"
UNKNOWN = "unknown"
MODULES = 12
"""How many of the project's modules are looked into for one file."""
_LOOKED_AT = (
    ast.Attribute | ast.Subscript | ast.Compare | ast.BoolOp | ast.UnaryOp | ast.BinOp | ast.FormattedValue
)
_LOOKED_AT |= ast.For | ast.If | ast.While | ast.IfExp | ast.Assert | ast.comprehension | ast.Starred


def calls(source: SourceFile, method: str, receivers: frozenset[str]) -> set[str]:
    """What is done with what a method gives: some of the constants of this module, empty where nobody calls it.

    Args:
        source: the test file; what its tests and fixtures do with a coroutine is not looked at.
        method: the name that is called, an attribute of whatever.
        receivers: only where it is called on a variable or attribute of one of these names, or on what a method of
            one of these names gave; on anything where this is empty.
    """
    known: dict[tuple[str, frozenset[str]], set[str]] = source.__dict__.setdefault("_used", {})
    key = (method, receivers)
    if key not in known:
        known[key] = {
            _use(module, scope, call)
            for module in _modules(source, f".{method}(", receivers)
            for tests in [_of_tests(module)]
            for scope, call in module.calls(method)
            if isinstance(call.func, ast.Attribute) and id(scope) not in tests
            if isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef)
            if not receivers or not receivers.isdisjoint(_names_of(module, scope, call.func.value))
        }
    return known[key]


def is_plain(source: SourceFile, method: str, receivers: frozenset[str]) -> bool:
    """Whether code takes what a method gives for a plain value everywhere, so that it cannot be a coroutine."""
    if receivers and _is_awaited_by_text(source, method, receivers):
        return False
    uses = calls(source, method, receivers)
    return VALUE in uses and uses <= {VALUE, RETURNED, DROPPED}


def _is_awaited_by_text(source: SourceFile, method: str, receivers: frozenset[str]) -> bool:
    """Whether a module awaits the method of what is called like one of the receivers, told without parsing it."""
    named = "|".join(re.escape(one) for one in sorted(receivers))
    pattern = re.compile(rf"\bawait (?:\w+\.)*_*(?:{named})_*\.{re.escape(method)}\(".encode())
    return any(
        pattern.search(source.workspace.read(path) or b"")
        for path in _paths(source, f".{method}(", receivers)
        if not source.config.collects_file(path)
    )


def _names_of(source: SourceFile, scope: Scope, node: ast.expr) -> set[str]:
    """The last name of an expression, and of what a variable was bound to."""
    names = {last_name(node)}
    if isinstance(node, ast.Name):
        names |= {last_name(one) for one in bindings(source, scope).get(node.id, []) if one is not None}
    return names - {""}


def plain_name(name: str) -> str:
    """A name without the words that say that it is a mock."""
    return re.sub(r"^(?:mock|mocked|fake|stub)_|_(?:mock|fake|stub)$", "", name.strip("_")).strip("_")


def given_by(scope: Scope, name: str) -> str:
    """The method that a function sets up to give a variable: ``get`` of ``http.get.return_value = response``."""
    for assign in scope.of(ast.Assign):
        values = [assign.value]
        if isinstance(assign.value, ast.Call):
            values = [one.value for one in assign.value.keywords if one.arg == "return_value"]
        if any(isinstance(one, ast.Name) and one.id == name for one in values):
            written = [one for target in assign.targets for one in mocks.spelled(target).split(".")]
            named = [one for one in written if one != "return_value"]
            if named:
                return plain_name(named[-1])
    return next(
        (
            keyword.arg
            for call in scope.of(ast.Call)
            for keyword in call.keywords
            if keyword.arg and isinstance(keyword.value, ast.Call)
            for inner in keyword.value.keywords
            if inner.arg == "return_value" and isinstance(inner.value, ast.Name) and inner.value.id == name
        ),
        "",
    )


def is_other_name(source: SourceFile, receiver: str, method: str) -> bool:
    """Whether the project's code calls methods of what has a name, and says a method's name nowhere.

    Told by the text of the modules that the file imports: so nobody there can have called the method.
    """
    wanted = re.compile(rf"(?<![\w]){re.escape(receiver)}\.\w+\(|_{re.escape(receiver)}\.\w+\(")
    texts = [
        source.workspace.text(path) or ""
        for path in _paths(source, "", frozenset(), sys.maxsize)
        if not source.config.collects_file(path)
    ]
    return any(wanted.search(text) for text in texts) and not any(words.count(text, method) for text in texts)


def entered(source: SourceFile, name: str) -> set[str]:
    """How code enters what a method of a name gives, or an attribute or variable: ``with``, ``async with``, both."""
    return {
        "async with" if isinstance(module.parent(item), ast.AsyncWith) else "with"
        for module in _modules(source, name)
        for item in module.all(ast.withitem)
        if last_name(item.context_expr) == name
    }


def enters_call(source: SourceFile, method: str, receivers: frozenset[str]) -> bool:
    """Whether the project's code enters what a method gives with ``async with``, and never awaits or asks it first.

    Args:
        source: the test file, which is not looked at itself.
        method: the name that is called.
        receivers: as for ``calls``.
    """
    found = [
        isinstance(around := module.parent(call), ast.withitem)
        and isinstance(module.parent(around), ast.AsyncWith)
        for module in _modules(source, f".{method}(", receivers)
        if module is not source
        for _, call in module.calls(method)
        if isinstance(call.func, ast.Attribute)
        if not receivers or last_name(call.func.value) in receivers
    ]
    return bool(found) and all(found)


def last_name(node: ast.expr) -> str:
    """The last name of an expression, calls left out: ``transaction`` of ``self._conn.transaction()``."""
    while isinstance(node, ast.Call | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.strip("_")


def _modules(source: SourceFile, text: str, words: frozenset[str] = frozenset()) -> Iterator[SourceFile]:
    """The file, and the project's modules that it imports, as far as they hold a text and one of some words."""
    if text in source.text:
        yield source
    for path in _paths(source, text, words):
        found = source.workspace.source(path)
        if found is not None:
            yield found


def _paths(source: SourceFile, text: str, words: frozenset[str], limit: int = MODULES) -> Iterator[str]:
    workspace = source.workspace
    seen: set[str] = {source.path}
    for dotted in source.imports.values():
        for module in (dotted, dotted.rpartition(".")[0]):
            path = workspace.locate(source.path, module) if module.strip(".") else None
            if path is None or path in seen:
                continue
            if len(seen) > limit:
                return
            seen.add(path)
            if workspace.mentions(path, text) and (
                not words or any(workspace.mentions(path, word) for word in words)
            ):
                yield path


def _of_tests(source: SourceFile) -> set[int]:
    """The ``id`` of the scopes of a file's tests and fixtures; what is nested in these is none of them."""
    return {id(test.function) for test in source.tests} | {id(one.function) for one in source.fixtures.own}


def _use(source: SourceFile, scope: Scope, call: ast.Call) -> str:
    """What a function does with what a call gives."""
    around = source.parent(call)
    if isinstance(around, ast.Await):
        return AWAITED
    if isinstance(around, ast.Expr):
        return DROPPED
    if isinstance(around, ast.Return):
        return RETURNED
    if isinstance(around, ast.Call):
        name = source.called(around).rpartition(".")[2]
        return VALUE if name in OF_A_VALUE or name.lstrip("_")[:1].isupper() else UNKNOWN
    if isinstance(around, ast.Assign | ast.AnnAssign):
        target = around.targets[0] if isinstance(around, ast.Assign) else around.target
        return _of_variable(scope, target.id) if isinstance(target, ast.Name) else UNKNOWN
    return VALUE if isinstance(around, _LOOKED_AT) else UNKNOWN


def _of_variable(scope: Scope, name: str) -> str:
    """What a function does with a variable: a value where it is asked for members, or gone through."""
    if any(isinstance(one.value, ast.Name) and one.value.id == name for one in scope.of(ast.Await)):
        return AWAITED
    members: list[ast.expr] = [one.value for one in scope.of(ast.Attribute)]
    members += [one.value for one in scope.of(ast.Subscript)]
    members += [one.iter for one in scope.of(ast.For)]
    members += [one.iter for one in scope.of(ast.comprehension)]
    members += [one.test for one in scope.of(ast.If)]
    members += [side for one in scope.of(ast.Compare) for side in (one.left, *one.comparators)]
    members += [one.operand for one in scope.of(ast.UnaryOp)]
    return VALUE if any(isinstance(one, ast.Name) and one.id == name for one in members) else UNKNOWN
