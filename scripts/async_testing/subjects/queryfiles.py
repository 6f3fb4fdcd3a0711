"""Statements in files of their own, as aiosql reads them: ``-- name: get-user-by-email^`` above each."""

from __future__ import annotations

import ast
import os
import re
from typing import TYPE_CHECKING, NamedTuple

from async_testing.facts import members

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

_NAME = re.compile(r"^\s*--\s*name\s*:\s*([\w-]+)([\^$!<*#]*!?)", re.MULTILINE)
_LOADERS = frozenset({"aiosql.from_path", "aiosql.from_str"})


class Query(NamedTuple):
    """A statement of a file."""

    text: str
    sign: str
    """How its rows are given: ``^`` one, ``$`` a value, ``!`` none, ``<!`` what was returned, ``*!`` many sets."""


def query(source: SourceFile, call: ast.Call) -> Query | None:
    """The statement that a call sends, where it is one of a query file's functions."""
    func = call.func
    if not isinstance(func, ast.Attribute) or not isinstance(func.value, ast.Name | ast.Attribute):
        return None
    root: ast.expr = func.value
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name) or not (root.id in source.imports or root.id in source.constants):
        return None
    loaded = _loaded(source, root)
    return loaded.get(func.attr) if loaded else None


def _loaded(source: SourceFile, name: ast.Name) -> dict[str, Query] | None:
    """The statements of the object of a name, None where it is no such object."""
    key = (_loaded, name.id)
    if key not in source.memo:
        owner, value = source, source.constants.get(name.id)
        if value is None and name.id in source.imports:
            dotted = source.imports[name.id]
            if "quer" in dotted.lower() or "sql" in dotted.lower():
                found = members.only_value(source, name)
                owner, value = found or (source, None)
        is_loader = isinstance(value, ast.Call) and owner.dotted(value.func) in _LOADERS
        source.memo[key] = _read(owner, value) if is_loader and isinstance(value, ast.Call) else None
    known: dict[str, Query] | None = source.memo[key]
    return known


def loaded(owner: SourceFile, call: ast.Call) -> dict[str, Query]:
    """The statements that a call of ``aiosql.from_path`` or ``from_str`` loads, by the names that Python calls them."""
    return _read(owner, call)


def _read(owner: SourceFile, call: ast.Call) -> dict[str, Query]:
    if not call.args:
        return {}
    if owner.dotted(call.func).endswith("from_str"):
        text = call.args[0]
        return queries(text.value) if isinstance(text, ast.Constant) and isinstance(text.value, str) else {}
    named = call.args[0]
    if isinstance(named, ast.Name):
        named = owner.constants.get(named.id, named)
    parts = [
        one.value for one in ast.walk(named) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    found: dict[str, Query] = {}
    for path in _files(owner, "/".join(parts).strip("./")):
        data = owner.workspace.look(path)
        found |= queries(data.decode(errors="replace")) if data else {}
    return found


def _files(owner: SourceFile, named: str) -> list[str]:
    """The file of a name, or those of a folder, as seen from the module and from every folder above it."""
    folder = owner.path.rpartition("/")[0]
    root = owner.workspace.root
    while True:
        place = "/".join(one for one in (folder, named) if one)
        full = os.path.join(root, place)  # noqa: PTH118
        if named.endswith(".sql") and os.path.isfile(full):  # noqa: PTH113
            return [place]
        if named and os.path.isdir(full):  # noqa: PTH112
            return sorted(f"{place}/{one}" for one in os.listdir(full) if one.endswith(".sql"))  # noqa: PTH208
        if not folder:
            return []
        folder = folder.rpartition("/")[0]


def queries(text: str) -> dict[str, Query]:
    """The statements of a query file by the names that Python calls them."""
    found: dict[str, Query] = {}
    heads = list(_NAME.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        end = following.start() if following else len(text)
        lines = [one for one in text[head.end() : end].splitlines() if not one.strip().startswith("--")]
        body = "\n".join(lines).strip().rstrip(";")
        found[head.group(1).replace("-", "_")] = Query(body, head.group(2))
    return found
