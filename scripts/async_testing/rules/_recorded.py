"""What a test asserts behind a block of what was recorded meanwhile: the block did what it should, or that fails."""

from __future__ import annotations

import ast
import re
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
A_KIND = re.compile(r"\b(?!Base)[A-Z]\w*(?:Error|Exception)\b")
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
    return any(_asks(one, names) for one in later) or _names_kind(scope, block, later)


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


def _names_kind(scope: Scope, block: ast.stmt, later: list[ast.expr]) -> bool:
    """Whether one of the conditions behind a block names the kind of error that something beside the block kept.

    That is something which stood there before and takes no part in it, and is asked without waiting for it: what is
    awaited may be about another call.
    """
    naming = [
        part
        for one in later
        for part in _parts(one)
        if _is_positive(part) and any(_is_kind(node) for node in ast.walk(part)) and not _waits(part)
    ]
    if not naming:
        return False
    end = block.end_lineno or block.lineno
    assigned = [
        (assign.lineno, target.id)
        for assign in scope.of(ast.Assign)
        for target in assign.targets
        if isinstance(target, ast.Name)
    ]
    names = {*scope.parameters, *(name for line, name in assigned if line < block.lineno)}
    names -= {name for line, name in assigned if line > end}
    names -= {one.id for one in ast.walk(block) if isinstance(one, ast.Name)}
    names |= _derived(scope, names, end, awaited=False)
    return any(isinstance(one, ast.Name) and one.id in names for part in naming for one in ast.walk(part))


def _is_kind(node: ast.AST) -> bool:
    """Whether a node is the name of an exception's class, or a text with one in it."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and A_KIND.search(node.value) is not None
    return isinstance(node, ast.Name | ast.Attribute) and A_KIND.fullmatch(last_name(node)) is not None


def _waits(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Await) for one in ast.walk(node))


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


def _derived(scope: Scope, names: Iterable[str], end: int, awaited: bool = True) -> set[str]:
    """The variables that get what was recorded behind a line, some of it, or something worked out of it.

    With ``awaited`` false those that are awaited for do not count.
    """
    known = set(names)
    for assign in sorted(scope.of(ast.Assign), key=lambda one: one.lineno):
        if assign.lineno > end and _reads(assign.value, known) and (awaited or not _waits(assign.value)):
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
