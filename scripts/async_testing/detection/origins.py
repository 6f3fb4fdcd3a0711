"""Where a name that one file uses is defined in the project."""

from __future__ import annotations

import ast

from async_testing.detection.tree import Source, Tree, ancestors, join, parent

Key = tuple[str, str]
"""A definition: the file's path and the attribute. An empty path stands for what no file of the project defines,
with the full dotted name as the attribute."""


def key_of(tree: Tree, source: Source, node: ast.expr | None) -> Key | None:
    """The definition that a name or attribute expression of a file stands for."""
    if isinstance(node, ast.Name) and node.id not in source.names.imported:
        return source.path, node.id
    dotted = source.names.dotted(node)
    return resolve(tree, source, dotted) if dotted else None


def resolve(tree: Tree, source: Source, dotted: str, hops: int = 4) -> Key:
    """The definition behind a dotted name (relative ones keep their dots), through re-exports."""
    module, _, attribute = dotted.rpartition(".")
    path = module_file(
        tree, source, f"{module}." if dotted.startswith(".") and not module.strip(".") else module
    )
    if path is None or path == source.path:
        return "", dotted
    target = tree.sources[path]
    if hops and attribute.encode() in target.data and not target.defines(attribute):
        origin = target.names.imported.get(attribute)
        if origin and origin.attribute:
            further = resolve(tree, target, origin.dotted, hops - 1)
            if further[0]:
                return further
    return path, attribute


def module_file(tree: Tree, source: Source, module: str) -> str | None:
    """The file of a module as ``source`` would import it."""
    name = module.lstrip(".")
    level = len(module) - len(name)
    if not level:
        return tree.locate(parent(source.path), module) if module else None
    base = parent(source.path)
    folders = list(ancestors(base))
    if level > len(folders):
        return None
    start = join(folders[level - 1], name.replace(".", "/")) if name else folders[level - 1]
    for path in (f"{start}.py", join(start, "__init__.py")):
        if path in tree.sources:
            return path
    return None
