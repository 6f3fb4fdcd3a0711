"""What importing a module does: where that raises, no test of it can run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from async_testing.writing.evaluating.callables import Func
from async_testing.writing.evaluating.things import Raised, Unknown

if TYPE_CHECKING:
    from async_testing.writing.evaluating.modules import Module


def raised_on_import(module: Module) -> str:
    """The exception that a function raises which the module calls itself; empty where none is known to."""
    interpreter = module.interpreter
    for node in module.source.module.body:
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        interpreter.restart()
        try:
            if isinstance(module.get(call.func.id), Func):
                with interpreter.importing():
                    interpreter.eval(call, module.frame)
        except Raised as raised:
            if not raised.slip:
                kind = interpreter.described(raised.value)
                return f"importing {module.dotted} raises {kind}, as it is configured"
        except (Unknown, KeyError):
            continue
    interpreter.restart()
    return ""
