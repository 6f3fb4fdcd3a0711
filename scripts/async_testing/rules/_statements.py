"""Fake connections in the tests of DAOs, and what of them a test looks at: for the rules about statements."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.rules.vague_test_name import words

CONNECTIONS = frozenset(["connection", "conn", "cursor", "db", "database", "session", "transaction"])
FAKES = ("Fake", "Mock", "Dummy", "Stub", "Spy", "Recording", "AsyncMock", "MagicMock")
_LOOKED = (
    "call_args await_args call_args_list await_args_list mock_calls method_calls meaning statement statements sql "
    "query queries executed committed events rolled_back calls log recorded"
)
_LOOKS = frozenset(_LOOKED.split())
_WITH = re.compile(
    r"assert_.*(?:with|has_calls|any_call|any_await|has_awaits|sent|statement)|^(?:check|verify|expect)"
)
_HELPERS = ("assert", "_assert", "check", "verify", "expect")


def connections(source: SourceFile, test: Test) -> list[str]:
    """The names in a test that are fake connections."""
    names = [*test.parameters, *mocks.of(source).bindings(test.function)]
    return [name for name in dict.fromkeys(names) if _is_fake_connection(source, test, name)]


def _is_fake_connection(source: SourceFile, test: Test, name: str) -> bool:
    node = ast.Name(name, ast.Load())
    kind = source.type_of(node, test.function).rpartition(".")[2]
    called = bool(CONNECTIONS.intersection(words(name)))
    if kind.startswith(FAKES):
        return called or bool(CONNECTIONS.intersection(words(kind)))
    said = words(name)
    fake = bool({"fake", "mock", "stub"}.intersection(said)) and not kind
    return called and (fake or mocks.of(source).of(node, test.function) is not None)


def acts(test: Test, name: str) -> Iterator[ast.Call]:
    """The calls that a name is handed to."""
    for call in test.function.within(ast.Call):
        values = [*call.args, *(one.value for one in call.keywords)]
        if any(isinstance(one, ast.Name) and one.id == name for one in values):
            yield call


def is_looked_at(source: SourceFile, test: Test, name: str) -> bool:
    """Whether a test looks at what a connection was asked, hands it to a helper that may, or replaces its methods."""
    for node in test.function.within(ast.Attribute):
        chain, root = _chain(node)
        if root != name:
            continue
        if isinstance(node.ctx, ast.Store) and node.attr in (
            "execute",
            "fetch",
            "fetchrow",
            "fetchval",
            "executemany",
        ):
            if _is_canned(source, node):
                continue
            return True
        if any(_WITH.search(part) for part in chain) and not _is_blind_attribute(source, node):
            return True
        told = any(part in _LOOKS or part.endswith(("_calls", "_call")) for part in chain)
        if told and not _is_counted(source, node):
            return True
    return is_handed(source, test, name)


def is_handed(source: SourceFile, test: Test, name: str) -> bool:
    """Whether a test hands a connection to a helper that looks at it, by the helper's name or by its code."""
    return any(
        source.called(call).rpartition(".")[2].startswith(_HELPERS) or _helper_looks(source, call)
        for call in acts(test, name)
    )


def _helper_looks(source: SourceFile, call: ast.Call) -> bool:
    """Whether a function of the tests reads what was asked: ``return conn.execute.await_args.args[0]``."""
    found = source.workspace.definition(source, source.called(call)) if source.called(call) else None
    if found is None or not (found.source.is_test_file or _of_tests(found.source)):
        return False
    return any(one.attr in _LOOKS for one in found.scope.within(ast.Attribute))


def _of_tests(source: SourceFile) -> bool:
    return bool({"tests", "test"}.intersection(source.path.split("/")[:-1]))


def is_blind(source: SourceFile, call: ast.Call) -> bool:
    """Whether an assertion of a mock takes any statement: ``assert_awaited_once_with(ANY)``."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if not name.startswith("assert_") or not call.args:
        return False
    first = call.args[0]
    if name in ("assert_has_calls", "assert_has_awaits") and isinstance(first, ast.List | ast.Tuple):
        inner = [one.args[0] for one in first.elts if isinstance(one, ast.Call) and one.args]
        return len(inner) == len(first.elts) > 0 and all(_is_any(source, one) for one in inner)
    return _is_any(source, first)


def _is_any(source: SourceFile, node: ast.expr) -> bool:
    return source.dotted(node) in ("unittest.mock.ANY", "mock.ANY", "mocker.ANY")


def _is_blind_attribute(source: SourceFile, node: ast.Attribute) -> bool:
    around = source.parent(node)
    return isinstance(around, ast.Call) and around.func is node and is_blind(source, around)


def asked(source: SourceFile, test: Test, name: str) -> set[str]:
    """The functions that a connection is handed to, by name; fakes of pools and the like left out.

    For an object that is made with it, ``UserDAO(conn)``, the methods of the object that the test calls.
    """
    found: set[str] = set()
    for call in acts(test, name):
        function = source.called(call).removesuffix(".__wrapped__").rpartition(".")[2]
        if function and not function.startswith(FAKES):
            found |= (_methods(source, test, call) if function[0].isupper() else set()) or {function}
    return found


def _methods(source: SourceFile, test: Test, made: ast.Call) -> set[str]:
    """The methods that a test calls of an object it makes, at once or by its name."""
    around = source.parent(made)
    if isinstance(around, ast.Attribute):
        return {around.attr}
    target = around.targets[0] if isinstance(around, ast.Assign) else None
    if not isinstance(target, ast.Name):
        return set()
    chains = [_chain(call.func) for call in test.function.within(ast.Call)]
    return {parts[0] for parts, root in chains if root == target.id and parts}


def _is_canned(source: SourceFile, node: ast.AST) -> bool:
    """Whether what replaces a method is a mock that only answers: ``conn.fetch = AsyncMock(return_value=rows)``."""
    around = source.parent(node)
    return isinstance(around, ast.Assign) and source.called(around.value).rpartition(".")[2].startswith(FAKES)


def _chain(node: ast.expr) -> tuple[list[str], str]:
    """The attributes of an expression, and the name they are taken of; calls and indices in between left out."""
    parts: list[str] = []
    current: ast.expr = node
    while isinstance(current, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(current, ast.Attribute):
            parts.append(current.attr)
        current = current.func if isinstance(current, ast.Call) else current.value
    return parts, current.id if isinstance(current, ast.Name) else ""


def _is_counted(source: SourceFile, node: ast.AST) -> bool:
    """Whether only the number is asked for: ``len(conn.execute_calls)``."""
    around = source.parent(node)
    return isinstance(around, ast.Call) and source.called(around) == "len"
