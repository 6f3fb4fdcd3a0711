"""What a test asserts behind a block of what was recorded meanwhile: the block did what it should, or that fails."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from async_testing.facts import conditions
from async_testing.facts.asserts import block_of, inside, last_name, same
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile

CAPTURED = frozenset({"caplog", "capsys", "capfd", "capsysbinary", "capfdbinary"})
OF_MOCKS = frozenset(
    {"call_count", "await_count", "call_args", "call_args_list", "await_args", "await_args_list"}
)
OF_MOCKS |= {"mock_calls", "method_calls", "get_finished_spans"}
CALLED = frozenset({"assert_called", "assert_called_once", "assert_called_with", "assert_called_once_with"})
CALLED |= {"assert_any_call", "assert_has_calls"}
CALLED |= {one.replace("call", "await") for one in CALLED}
FILLING = frozenset({"append", "add", "extend", "insert", "update", "setdefault", "put_nowait"})


def is_told(source: SourceFile, scope: Scope, block: ast.stmt) -> bool:
    """Whether an assertion behind a block asks for something that was recorded: a mock's calls, output, a list."""
    end = block.end_lineno or block.lineno
    if any(call.lineno > end and last_name(call) in CALLED for call in scope.of(ast.Call)):
        return True
    later = [one for where, one in conditions.asserted(source, scope) if where.lineno > end]
    if not later:
        return False
    names = {*CAPTURED, *_filled(scope)}
    names |= _derived(scope, names, end)
    return any(_asks(one, names) for one in later)


def is_change(source: SourceFile, block: ast.stmt) -> bool:
    """Whether what is asserted right behind a block was asserted not to hold before it."""
    around = block_of(source, block)
    place = next((place for place, one in enumerate(around) if one is block), len(around))
    behind = around[place + 1 : place + 2]
    claim = behind[0].test if behind and isinstance(behind[0], ast.Assert) else None
    return claim is not None and any(
        isinstance(one, ast.Assert) and (_is_not(one.test, claim) or _is_not(claim, one.test))
        for one in around[:place]
    )


def _is_not(node: ast.expr, claim: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and same(node.operand, claim)


def _filled(scope: Scope) -> set[str]:
    """The names of a function that functions inside of it put things into."""
    found: set[str] = set()
    for child in scope.children:
        found |= {name for one in child.of(ast.Nonlocal) for name in one.names}
        for call in child.of(ast.Call):
            func = call.func
            if isinstance(func, ast.Attribute) and func.attr in FILLING and isinstance(func.value, ast.Name):
                found.add(func.value.id)
        for assign in child.of(ast.Assign):
            for target in assign.targets:
                if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                    found.add(target.value.id)
        found |= _filled(child)
    return found


def _derived(scope: Scope, names: Iterable[str], end: int) -> set[str]:
    """The variables that get what was recorded behind a line, some of it, or something worked out of it."""
    known = set(names)
    for assign in sorted(scope.of(ast.Assign), key=lambda one: one.lineno):
        if assign.lineno > end and _reads(assign.value, known):
            known |= {
                one.id for target in assign.targets for one in inside(target) if isinstance(one, ast.Name)
            }
    return known


def _reads(node: ast.AST, names: set[str]) -> bool:
    return any(
        (isinstance(one, ast.Name) and one.id in names)
        or (isinstance(one, ast.Attribute) and one.attr in OF_MOCKS)
        for one in ast.walk(node)
    )


def _asks(condition: ast.expr, names: set[str]) -> bool:
    """Whether a condition is about what was recorded, and fails where nothing was."""
    return any(_is_positive(one) and _reads(one, names) for one in _parts(condition))


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for one in node.values:
            yield from _parts(one)
    else:
        yield node


def _is_positive(node: ast.expr) -> bool:
    """Whether a condition asks for something to be there, rather than for nothing or for little."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        nothing = any(_is_nothing(one) for one in sides)
        operator = node.ops[0]
        if isinstance(operator, ast.IsNot | ast.Gt):
            return True
        return isinstance(operator, ast.In | ast.Eq | ast.GtE) and not nothing
    if isinstance(node, ast.Call):
        return last_name(node) not in ("all", "isinstance")
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript)


def _is_nothing(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return not node.value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return not node.elts
    return isinstance(node, ast.Dict) and not node.keys
