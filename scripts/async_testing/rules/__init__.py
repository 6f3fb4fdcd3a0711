"""The rules of ``check``: one module each, whose docstring is its documentation, and the examples in it its first test.

A rule's module holds

- a docstring: a summary line, then the sections ``## What it does``, ``## Why is this bad``, ``## Example`` (the lines
  to be reported end in ``# error``), ``## Use instead`` (not reported), and for a heuristic ``## When it is wrong``;
- ``CODE``: ``"AT102"``, the hundreds being its family; a code is never used again;
- ``check(source)``: yields a ``Hit`` for each place in a ``SourceFile``; or ``check_config(config, text)``, the same
  for the file with the pytest configuration, asked once for each such file; or ``check_module(module, project)``, the
  same for each module of the project that is no test, asked when the tests of the whole project are checked: the facts
  are those of ``subjects``, and a hit's place is a line;
- ``STATUS`` where it is not ``"stable"``: ``"preview"``, ``"checklist"`` or ``"seed"`` (asked for by flag only);
- ``SEVERITY`` where it is not ``"warning"``: ``"error"`` or ``"info"``;
- ``NEEDS`` where it only concerns files whose text holds one of these words: a tuple, and much time saved.

Its name is the module's, with dashes.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import ast

    from async_testing.facts.config import Config
    from async_testing.facts.source import SourceFile
    from async_testing.subjects.reach import Module, Project

STATUSES = ("stable", "preview", "checklist", "seed")
SEVERITIES = ("error", "warning", "info")


class Edit(NamedTuple):
    """A replacement in the file's text: the characters from ``start`` to ``end`` become ``text``."""

    start: int
    end: int
    text: str


class Fix(NamedTuple):
    """How to mend a finding: what the edits do in a few words; safe when the test means the same but for the defect."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


class Hit(NamedTuple):
    """A place where a rule holds: the node, or in a configuration file the line's number."""

    where: ast.expr | ast.stmt | ast.ExceptHandler | ast.arg | ast.alias | int
    message: str
    """One line: what is wrong here, with the names that the code uses."""
    instead: str
    """One line: what to write."""
    fix: Fix | None = None


class Rule(NamedTuple):
    """A rule's module, read."""

    code: str
    name: str
    status: str
    severity: Literal["error", "warning", "info"]
    needs: tuple[str, ...]
    module: ModuleType

    @property
    def check(self) -> Callable[[SourceFile], Iterator[Hit]] | None:
        """What finds it in a Python file, None for a rule about configuration."""
        return getattr(self.module, "check", None)

    @property
    def check_config(self) -> Callable[[Config, str], Iterator[Hit]] | None:
        """What finds it in the configuration, given with its text; None for a rule about Python files."""
        return getattr(self.module, "check_config", None)

    @property
    def check_module(self) -> Callable[[Module, Project], Iterator[Hit]] | None:
        """What finds it in a module of the project, None for a rule about the tests."""
        return getattr(self.module, "check_module", None)

    @property
    def documentation(self) -> str:
        """The module's docstring."""
        return self.module.__doc__ or ""

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.documentation.strip().partition("\n")[0]


def load() -> list[Rule]:
    """Every rule there is, by code."""
    import pkgutil  # costs as much as checking a small file, which needs none of this

    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_"))
    return sorted(_read(importlib.import_module(f"{__name__}.{name}"), name) for name in names)


def _read(module: ModuleType, name: str) -> Rule:
    return Rule(
        module.CODE,
        name.replace("_", "-"),
        getattr(module, "STATUS", "stable"),
        getattr(module, "SEVERITY", "warning"),
        getattr(module, "NEEDS", ()),
        module,
    )
