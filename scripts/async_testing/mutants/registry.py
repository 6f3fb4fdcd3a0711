"""Operators: a name, a function from a file to its mutants, and examples that are documentation and test."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType

from async_testing.mutants.edits import Edits
from async_testing.mutants.source import Source

Plan = Callable[[Source], Iterable[Edits]]
Examples = Mapping[str, "list[str]"]


@dataclass(frozen=True)
class Operator:
    """One way to change a file; `examples` maps a file to every text that this makes of it, in order."""

    name: str
    summary: str
    plan: Plan
    examples: Examples


Register = Callable[[str, Examples], Callable[[Plan], Plan]]


def collector(into: list[Operator]) -> Register:
    """Return a decorator that puts what it decorates into the list; its docstring is the summary."""

    def register(name: str, examples: Examples) -> Callable[[Plan], Plan]:
        def add(plan: Plan) -> Plan:
            into.append(Operator(name, (plan.__doc__ or "").strip(), plan, examples))
            return plan

        return add

    return register


def load(package: ModuleType) -> list[Operator]:
    """Return the operators of a package in the order of its modules' `ORDER`, then of their definition."""
    modules = [
        importlib.import_module(f"{package.__name__}.{info.name}")
        for info in pkgutil.iter_modules(package.__path__)
    ]
    modules.sort(key=lambda module: module.ORDER)
    return [operator for module in modules for operator in module.OPERATORS]
