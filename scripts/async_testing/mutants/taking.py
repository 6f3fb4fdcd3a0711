"""Which rows the code takes of what a statement gives."""

from __future__ import annotations

import ast

from async_testing.mutants.regions import called_name
from async_testing.mutants.source import Source
from async_testing.mutants.sql import Block, Clause

_OF_ONE = ("fetchrow", "fetchval")
_FIRST = ("fetchone", "first", "scalar")
_MORE = ("fetchall", "fetchmany", "all", "scalars", "nextset", "executemany")


def is_first_of_one(source: Source, block: Block, clause: Clause) -> bool:
    """Whether a clause is LIMIT 1 where the code takes the first row and no other: more of them make no difference.

    psqlpy's ``fetch_row`` is not among what takes one, since it refuses several.
    """
    if clause.name != "limit" or [token.text for token in clause.body] != ["1"] or not block.is_outermost:
        return False
    call = _call_with(source, block.literal.node)
    if call is None or not isinstance(call.func, ast.Attribute):
        return False
    if call.func.attr in _OF_ONE:
        return True
    for above in source.above(call):
        if isinstance(above, ast.stmt):
            break
        if isinstance(above, ast.Call) and called_name(above) in _FIRST:
            return True
    return _is_fetched_once(source, call, call.func.value)


def _call_with(source: Source, literal: ast.expr | None) -> ast.Call | None:
    """The call that has a literal as its first argument."""
    above = source.parents.get(literal) if literal is not None else None
    return above if isinstance(above, ast.Call) and above.args[:1] == [literal] else None


def _is_fetched_once(source: Source, call: ast.Call, cursor: ast.expr) -> bool:
    """Whether the function takes the first row only of a cursor: the one that executes, or the one that it gives."""
    function = source.function(call)
    if function is None or call.func.attr != "execute":  # type: ignore[attr-defined]
        return False
    above = [source.parents.get(call), *source.above(call)]
    given = next((one for one in above if isinstance(one, ast.Assign)), None)
    names = {ast.dump(cursor)}
    if given is not None and isinstance(given.targets[0], ast.Name):
        names = {ast.dump(ast.Name(given.targets[0].id, ast.Load()))}
    asked = [
        one.func.attr
        for one in ast.walk(function)
        if isinstance(one, ast.Call)
        and isinstance(one.func, ast.Attribute)
        and ast.dump(one.func.value) in names
    ]
    loops = [one for one in ast.walk(function) if isinstance(one, ast.AsyncFor | ast.For)]
    is_read_on = any(one in _MORE for one in asked) or any(ast.dump(one.iter) in names for one in loops)
    return any(one in _FIRST for one in asked) and not is_read_on
