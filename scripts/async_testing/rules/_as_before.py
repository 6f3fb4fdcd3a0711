"""Changes of what outlives a test that leave it as good as it was."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts.asserts import last_name
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile

TAKING = frozenset({"pop", "popitem", "popleft", "remove", "discard"})
_EACH_RUN = re.compile(r"rand|getpid|uuid|token_|^(time|time_ns|now|monotonic|perf_counter)$", re.IGNORECASE)


def is_initial(statement: ast.stmt, first: ast.expr | None) -> bool:
    """Whether a statement puts into a dict just what the module itself begins with.

    Args:
        statement: ``FOUND["a"] = 1`` or ``FOUND.update({"a": 1})``.
        first: the value that the module gives to ``FOUND``.
    """
    if not isinstance(first, ast.Dict):
        return False
    begins = {ast.dump(key): ast.dump(value) for key, value in _pairs(first)}
    given: list[tuple[ast.expr, ast.expr]] = []
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            if not isinstance(target, ast.Subscript) or isinstance(target.value, ast.Subscript):
                return False
            given.append((target.slice, statement.value))
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        if (
            last_name(call) != "update"
            or call.keywords
            or not all(isinstance(one, ast.Dict) for one in call.args)
        ):
            return False
        given += [pair for one in call.args if isinstance(one, ast.Dict) for pair in _pairs(one)]
    return bool(given) and all(begins.get(ast.dump(key)) == ast.dump(value) for key, value in given)


def _pairs(node: ast.Dict) -> Iterator[tuple[ast.expr, ast.expr]]:
    for key, value in zip(node.keys, node.values, strict=True):
        yield key if key is not None else ast.Constant(None), value


def is_taken_out(source: SourceFile, name: str) -> bool:
    """Whether code of the file that is no test takes things out of a container: what was put there gets used up."""
    tests = {id(test.function) for test in source.tests}
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in TAKING
        and ast.unparse(call.func.value) == name
        for scope in source.functions
        if id(scope) not in tests
        for call in scope.of(ast.Call)
    )


def changed(statement: ast.stmt) -> ast.expr | None:
    """What a statement changes: the container that it puts something into, or the attribute that it sets."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        func = statement.value.func
        return func.value if isinstance(func, ast.Attribute) else None
    target = statement.target if isinstance(statement, ast.AugAssign) else None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]  # type: ignore[assignment]
    return target.value if isinstance(target, ast.Subscript) else target


def is_other_each_run(assign: ast.stmt, first: ast.expr | None) -> bool:
    """Whether a number is put where the project begins with one by chance, by the time or by the process.

    Nothing that runs later can rely on such a value.
    """
    if not isinstance(first, ast.Call) or not _EACH_RUN.search(last_name(first)):
        return False
    return isinstance(assign, ast.AugAssign) or (isinstance(assign, ast.Assign) and _is_number(assign.value))


def _is_number(node: ast.expr) -> bool:
    """Whether a value is a number, or by its name in capitals a constant."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float)
    return isinstance(node, ast.Name) and node.id.isupper()


def is_import(scope: Scope, value: ast.expr) -> bool:
    """Whether a value is a module that the function has just made of a file, as an ``import`` would."""
    if isinstance(value, ast.Call):
        return last_name(value) == "module_from_spec"
    return isinstance(value, ast.Name) and any(
        last_name(assign.value) == "module_from_spec"
        and isinstance(assign.value, ast.Call)
        and any(isinstance(one, ast.Name) and one.id == value.id for one in assign.targets)
        for assign in scope.of(ast.Assign)
    )
