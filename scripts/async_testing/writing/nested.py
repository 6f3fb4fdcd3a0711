"""Routes that a function defines while it makes a router: how they are followed, and how a test finds them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.bases import way_below
from async_testing.writing.evaluating.callables import Func
from async_testing.writing.evaluating.calling import origin
from async_testing.writing.evaluating.things import Frame, Raised, Unknown

if TYPE_CHECKING:
    from async_testing.subjects.model import Function
    from async_testing.writing.arranging import Arranger
    from async_testing.writing.evaluating.modules import Module


class Nested:
    """A function within one of the module.

    Args:
        maker: the function around it, which a test calls.
        func: the function itself.
        ways: the attributes by which it is reached past decorators that ``inspect.unwrap`` does not know.
    """

    def __init__(self, maker: str, func: Func, ways: str) -> None:
        self.maker = maker
        self.func = func
        self.ways = ways

    def found(self, arranger: Arranger, name: str) -> str:
        """Write the lines by which a test gets hold of it; returns the variable."""
        shower = arranger.shower
        maker = shower.take(self.func.module.dotted, self.maker)
        variable = arranger.fresh("endpoint")
        kind = shower.take("typing", "Any")
        unwrap = shower.take("inspect", "unwrap")
        one = f"one.endpoint for one in {maker}().routes if one.endpoint.__name__ == {shower.text(name)}"
        arranger.lines.append(f"{variable}: {kind} = {unwrap}(next({one})){self.ways}")
        return variable


def nested(module: Module, function: Function) -> Nested | None:
    """The function that stands within another one which makes a router; None where that needs arguments."""
    if "." in function.name or function.route is None:
        return None
    for maker in module.source.module.body:
        if not isinstance(maker, ast.FunctionDef):
            continue
        node = next((one for one in ast.walk(maker) if _is(one, function)), None)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        given = maker.args
        if len(given.args) > len(given.defaults) or any(one is None for one in given.kw_defaults):
            return None
        frame = _frame(module, maker, node)
        ways = [way_below(dotted) for dotted in (origin(one, frame) for one in node.decorator_list) if dotted]
        extra = "".join(f".{one}" for one in ways if one != "unwrap")
        return Nested(maker.name, module.interpreter.function(node, module, frame, function.name), extra)
    return None


def _is(node: ast.AST, function: Function) -> bool:
    is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return is_function and node.name == function.name and node.lineno == function.line  # type: ignore[attr-defined]


def _frame(module: Module, maker: ast.FunctionDef, node: ast.AST) -> Frame:
    """What the function around it has bound by then, as far as that can be told."""
    frame = Frame(module)
    interpreter = module.interpreter
    made: Any = interpreter.function(maker, module, None, maker.name)
    frame.names.update(made.defaults)
    with interpreter.importing():
        for statement in maker.body:
            if statement is node:
                break
            try:
                interpreter.run_statement(statement, frame)
            except (Unknown, Raised):
                continue
    return frame
