"""What the user says on the command line, held against what is there."""

from __future__ import annotations

import ast
import os
from pathlib import Path

from async_testing.detection import applications, packages, roots
from async_testing.detection.appfile import Found
from async_testing.detection.names import Function, required, statements
from async_testing.detection.pytestconfig import settings
from async_testing.detection.tree import Source, Tree, ancestors, parent
from async_testing.model import App, UsageError


def named_app(tree: Tree, spec: str) -> tuple[App, str]:
    """The application that ``module:attribute`` names, and the folder its module imports from.

    Raises:
        UsageError: the words are no such name, or the code has nothing there.
    """
    module, colon, attribute = spec.partition(":")
    if not colon or not all(part.isidentifier() for part in [*module.split("."), attribute]):
        raise UsageError(
            f"{spec!r} does not name an application: say module:attribute, as in app.main:create_app"
        )
    paths = _files(tree, module)
    if not paths:
        raise UsageError(f"no module {module} in this project: {_instead(tree)}")
    for path, home in paths:
        source = tree.sources[path]
        if source.module is None:
            raise UsageError(
                f"{path} cannot be parsed, so its {attribute} cannot be checked: mend the file first"
            )
        found = next((one for one in applications.in_file(tree, source) if one.attribute == attribute), None)
        found = found or _defined(source, attribute)
        if found:
            return found.app(module), home
    raise UsageError(f"no {attribute} in {paths[0][0]}: {_instead(tree)}")


def named_tests(tree: Tree, folder: str) -> str:
    """The tests folder that the user names, relative to the root.

    Raises:
        UsageError: it lies outside of the root, or a file is in its place.
    """
    full = Path(os.path.normpath(tree.root / folder))
    try:
        real = full.resolve()
        full = full if full.is_relative_to(tree.root) else real
        if not real.is_relative_to(tree.root):
            raise UsageError(f"the tests folder {folder} lies outside of {tree.root}: name one inside")
        for place in (full, *full.parents):
            if place.exists() and not place.is_dir():
                raise UsageError(f"{place} is a file where a folder should be: name another tests folder")
    except (OSError, RuntimeError, ValueError):
        raise UsageError(f"the tests folder {folder} cannot be looked at: name another one") from None
    return full.relative_to(tree.root).as_posix()


def _files(tree: Tree, module: str) -> list[tuple[str, str]]:
    """The files that a module's name may mean, with their import roots: the likeliest root first."""
    relative = module.replace(".", "/")
    found = []
    for path in (f"{relative}.py", f"{relative}/__init__.py"):
        for known in tree.sources:
            if known == path or known.endswith(f"/{path}"):
                home = known[: -len(path) - 1] or "."
                places = list(ancestors(parent(known)))
                config = settings(tree, places[0])
                pythonpath = config.folders("pythonpath") if config else ()
                fits = roots.import_root(tree, known, packages.declared(tree, places), pythonpath) == home
                found.append((not fits, bool(tree.sources[known].aside), known.count("/"), known, home))
    return [(path, home) for *_, path, home in sorted(found)]


def _defined(source: Source, attribute: str) -> Found | None:
    """Whatever the module binds to the name, taken at the user's word to be an application."""
    for node in statements(source.module.body if source.module else []):
        if isinstance(node, Function) and node.name == attribute:
            is_async = isinstance(node, ast.AsyncFunctionDef)
            key = (source.path, attribute)
            return Found(key, "factory", "asgi", False, node.lineno, is_async, required(node))
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        names = {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.asname or alias.name for alias in node.names}
        if attribute in names:
            return Found((source.path, attribute), "instance", "asgi", False, node.lineno)
    return None


def _instead(tree: Tree) -> str:
    found = [candidate.found for candidate in applications.candidates(tree)[:5]]
    if not found:
        return "no application was found in its code either, name one as module:attribute"
    listed = ", ".join(f"{one.attribute} ({one.path}:{one.line})" for one in found)
    return f"there is {listed}"
