"""Readings of the clock in a test: which expressions are one, and which the time between two of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from async_testing.facts.scopes import Scope
from async_testing.facts.types import bindings

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

CLOCKS = frozenset(
    [
        "time.time",
        "time.monotonic",
        "time.perf_counter",
        "time.time_ns",
        "time.monotonic_ns",
        "time.perf_counter_ns",
    ]
)
CLOCKS |= {f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")} | {"datetime.date.today"}
LONG = 60.0
"""Seconds that no machine takes for what a test waits for."""
_UNITS = {
    "days": 86400.0,
    "weeks": 604800.0,
    "hours": 3600.0,
    "minutes": 60.0,
    "seconds": 1.0,
    "milliseconds": 0.001,
}


def read(source: SourceFile, node: ast.expr) -> str:
    """The clock that an expression reads."""
    return next((name for inner in ast.walk(node) if (name := source.called(inner)) in CLOCKS), "")


def of(source: SourceFile, node: ast.expr, scope: Scope) -> str:
    """The clock whose readings an expression is the difference of, by itself or by a variable."""
    if isinstance(node, ast.Name):
        values = bindings(source, scope).get(node.id, [])
        if any(value is not None and _is_moment(source, value) for value in values) and is_given(
            scope, node.id
        ):
            return ""
        found = [of(source, value, scope) for value in values if isinstance(value, ast.BinOp | ast.Call)]
        return next((one for one in found if one), "")
    if isinstance(node, ast.Call):
        name = source.called(node)
        if name in ("abs", "round", "float", "int") and node.args:
            return of(source, node.args[0], scope)
        is_method = isinstance(node.func, ast.Attribute) and node.func.attr == "total_seconds"
        return of(source, node.func.value, scope) if is_method else ""  # type: ignore[attr-defined]
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Sub | ast.Mult | ast.Div):
        return ""
    if _is_moment(source, node) and not _is_short(node.right):
        return ""
    return _of_sides(source, node, scope)


def _of_sides(source: SourceFile, node: ast.BinOp, scope: Scope) -> str:
    read_here = bool(read(source, node.left) or read(source, node.right))
    for side in (node.left, node.right):
        found = read(source, side) or of(source, side, scope)
        if not found and isinstance(side, ast.Name) and (read_here or not is_given(scope, side.id)):
            values = bindings(source, scope).get(side.id, [])
            found = next((read(source, one) for one in values if one is not None and read(source, one)), "")
        if found:
            return found
    return ""


def is_given(scope: Scope, name: str) -> bool:
    """Whether a moment is handed on, so that what comes back may be the same one: no assert or difference reads it."""
    kept = [
        *scope.within(ast.Assert),
        *(one for one in scope.within(ast.BinOp) if isinstance(one.op, ast.Sub)),
    ]
    inside = {
        id(one) for node in kept for one in ast.walk(node) if isinstance(one, ast.Name) and one.id == name
    }
    return scope.reads.get(name, 0) > len(inside)


def _is_moment(source: SourceFile, node: ast.expr) -> bool:
    """Whether an expression is a time before or after now: ``datetime.now() - timedelta(days=1)``."""
    is_sum = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Add)
    return is_sum and source.called(node.right).rpartition(".")[2] == "timedelta"  # type: ignore[attr-defined]


def _is_short(node: ast.expr) -> bool:
    seconds = _seconds(node)
    return seconds is not None and seconds < LONG


def is_long(source: SourceFile, bound: ast.expr, node: ast.expr, scope: Scope) -> bool:
    """Whether a bound is one that no machine meets, of a duration in seconds."""
    if isinstance(node, ast.Name):
        values = [one for one in bindings(source, scope).get(node.id, []) if one is not None]
    else:
        values = [node]
    counted = any(
        (isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult)) or source.called(one).endswith("_ns")
        for value in values
        for one in ast.walk(value)
    )
    seconds = _seconds(bound)
    return not counted and seconds is not None and seconds >= LONG


def _seconds(node: ast.expr) -> float | None:
    """How long a number of seconds or a ``timedelta`` is, None where it cannot be told."""
    if isinstance(node, ast.Constant):
        return float(node.value) if isinstance(node.value, int | float) else None
    if not isinstance(node, ast.Call):
        return None
    given = [(_UNITS.get(one.arg or ""), one.value) for one in node.keywords]
    given += [(_UNITS["days"], one) for one in node.args[:1]]
    total = 0.0
    for unit, value in given:
        if unit is None or not isinstance(value, ast.Constant) or not isinstance(value.value, int | float):
            return None
        total += unit * value.value
    return total
