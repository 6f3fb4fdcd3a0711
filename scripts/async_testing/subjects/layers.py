"""Which layer a module or function belongs to: by what it does, then by its path."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from async_testing.subjects.wording import code, snake

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile
    from async_testing.subjects.model import Function, Model

LAYERS = ("router", "dao", "service", "dto")
_WORDS = {
    "router": "router routers route routes endpoint endpoints controller controllers views api",
    "dao": "dao daos dal repository repositories repo repos crud queries gateway gateways persistence",
    "service": "service services usecase usecases use_case use_cases manager managers handlers",
    "dto": "dto dtos schema schemas payload payloads",
}
_PATHS = {layer: frozenset(words.split()) for layer, words in _WORDS.items()}
_CLASSES = {
    "controller": "router",
    "dao": "dao",
    "repository": "dao",
    "repo": "dao",
    "service": "service",
    "use_case": "service",
    "manager": "service",
    "dto": "dto",
    "schema": "dto",
}


_ENDING = frozenset({"commit", "rollback", "close", "begin", "flush", "remove"})
"""What says nothing of a database but where a piece of work ends."""


def of_path(path: str) -> str:
    """The layer that a path says, its last parts first; empty where it says none."""
    for part in reversed(path.removesuffix(".py").split("/")):
        words = [part, *re.split(r"[_\W]+", part)]
        for layer in LAYERS:
            if not _PATHS[layer].isdisjoint(words):
                return layer
    return ""


def of_class(name: str) -> str:
    """The layer that a class's name ends with."""
    words = snake(name)
    return next((layer for word, layer in _CLASSES.items() if words.endswith(word)), "")


def of_function(function: Function, owner: str, path: str) -> str:
    """What a function is by what it does: answers a route, sends statements, works with others."""
    if function.route is not None:
        return "router"
    if any(one.verb or one.form == "unknown" for one in function.statements):
        return "dao"
    named = of_class(owner) or of_path(path)
    if named == "router" and of_class(owner) == named:  # a controller that no route leads to
        named = "service"
    only_ends = function.collaborators and all(one.method in _ENDING for one in function.calls)
    if function.calls and named != "service" and (named == "dao" or not only_ends):
        return "dao"
    if function.calls and not named:
        return "service"
    if named:
        return named
    return "service" if function.collaborators and function.kind.startswith("async") else ""


def of_module(functions: Iterable[Function], models: Iterable[Model], path: str) -> str:
    """The layer of most of a module's functions; dto where models are all there is."""
    found = [one.layer for one in functions if one.layer and one.layer != "dto"]
    if found:
        return max(LAYERS, key=lambda layer: (found.count(layer), -LAYERS.index(layer)))
    return "dto" if any(True for _ in models) else of_path(path)


def bases(node: ast.AST) -> list[ast.expr]:
    """The bases of a class."""
    return node.bases if isinstance(node, ast.ClassDef) else []


def derived(source: SourceFile) -> dict[str, frozenset[str]]:
    """By class of a file the names of those of the same file that derive from it."""
    found: dict[str, set[str]] = {}
    for scope in source.classes:
        for base in bases(scope.node):
            name = code(base.value if isinstance(base, ast.Subscript) else base)
            found.setdefault(name, set()).add(scope.name)
    return {name: frozenset(own.union(*(found.get(one, ()) for one in own))) for name, own in found.items()}
