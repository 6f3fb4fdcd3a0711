"""Operators: a name, a function from a file to its mutants, and examples that are documentation and test."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Protocol

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
    hint: str = ""
    """What a test would have to assert: `{old}` and `{new}` stand for the code, `{function}` for where it is."""


class Register(Protocol):
    """What `collector` returns."""

    def __call__(self, name: str, examples: Examples, hint: str = "") -> Callable[[Plan], Plan]:
        """Return a decorator for the plan of an operator."""


def collector(into: list[Operator]) -> Register:
    """Return a decorator that puts what it decorates into the list; its docstring is the summary."""

    def register(name: str, examples: Examples, hint: str = "") -> Callable[[Plan], Plan]:
        def add(plan: Plan) -> Plan:
            into.append(Operator(name, (plan.__doc__ or "").strip(), plan, examples, hint))
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
