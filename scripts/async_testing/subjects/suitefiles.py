"""Files of a suite as their texts show them: what they import, and of what they call which names."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from async_testing.subjects.suites import Test

_IMPORTED = re.compile(r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(?:([^(\n]+)|\(([^)]*)\))", re.MULTILINE)
_MEMBER = re.compile(r"(\w*)(?:\([^()\n]*\)|\[[^\[\]\n]*\])?\.([A-Za-z_]\w+)")
_NAME = re.compile(r"[\"'](?:[\w.]*\.)?([A-Za-z_]\w+)[\"']")


class File:
    """A file of the suite."""

    def __init__(self, path: str, words: frozenset[str], tests: tuple[Test, ...], text: str = "") -> None:
        self.path = path
        self.words = words
        self.tests = tests
        self._text = text

    @cached_property
    def members(self) -> dict[str, frozenset[str]]:
        """Names behind a dot, with what stands before each; those in quotes stand behind nothing."""
        found: dict[str, set[str]] = {}
        for before, name in _MEMBER.findall(self._text):
            found.setdefault(name, set()).add(before)
        for name in _NAME.findall(self._text):
            found.setdefault(name, set()).add("")
        return {name: frozenset(before) for name, before in found.items()}

    @cached_property
    def imported(self) -> dict[str, frozenset[str]]:
        """By name the modules that it is imported from."""
        found: dict[str, set[str]] = {}
        for module, bare, wrapped in _IMPORTED.findall(self._text):
            for one in (bare or wrapped).split(","):
                name = one.partition("#")[0].split()
                if name:
                    found.setdefault(name[0], set()).add(module)
        return {name: frozenset(modules) for name, modules in found.items()}

    def may_mean(self, names: Collection[str], path: str) -> bool:
        """Whether the names of a module's classes mean those here: not where all come from other modules.

        Args:
            names: the names.
            path: the module; a package above it may hand its names on.
        """
        known = [self.imported[name] for name in names if name in self.imported]
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        return not known or any(_leads_to(module, parts) for modules in known for module in modules)

    @cached_property
    def matter(self) -> frozenset[str]:
        """The words of its path, in the singular."""
        return frozenset(one.removesuffix("s") for one in re.findall(r"[a-z0-9]+", self.path))

    @cached_property
    def calling(self) -> dict[str, list[tuple[Test, str]]]:
        """The last name of whatever is called → the tests that do, each with the whole name."""
        found: dict[str, list[tuple[Test, str]]] = {}
        for test in self.tests:
            for call in test.calls:
                found.setdefault(call.rpartition(".")[2].removesuffix("()"), []).append((test, call))
        return found


def _leads_to(module: str, parts: list[str]) -> bool:
    """Whether an import's module is one of a path, or a package above it."""
    wanted = [one for one in module.split(".") if one]
    size = len(wanted)
    return not size or any(parts[place : place + size] == wanted for place in range(len(parts) - size + 1))
