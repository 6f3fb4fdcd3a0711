"""An address names tested code: ``path::symbol,symbol; path::symbol``. Its text is what a block shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from documentation.blocks import Problem

SNIPPETS = "tests/docs/snippets/"
HOMES = ("examples/", "scripts/async_testing/templates/", "tests/docs/counterexamples/", SNIPPETS)
IMPORTS = "imports"
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True, slots=True)
class Address:
    """Symbols of one file; no symbols means the whole file."""

    path: str
    symbols: tuple[str, ...] = ()

    @property
    def suite(self) -> str:
        """The folder whose pytest run collects the file: its example, ``.`` for a snippet, or nothing."""
        parts = self.path.split("/")
        if self.path.startswith(SNIPPETS):
            return "."
        return "/".join(parts[:2]) if parts[0] == "examples" and len(parts) > 2 else ""

    def tests(self) -> list[str]:
        """The node IDs, relative to the suite's folder, of the tests that the address shows."""
        if not self.suite or not Path(self.path).name.startswith("test_"):
            return []
        file = self.path.removeprefix(self.suite + "/")
        if not self.symbols:
            return [file]
        return [
            f"{file}::{symbol.replace('.', '::')}"
            for symbol in self.symbols
            if symbol.rpartition(".")[2].startswith(("test_", "Test"))
        ]


def parse(text: str) -> list[Address]:
    """The addresses of a directive's text. Raises Problem when one is not of the form."""
    addresses = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        path, _, symbols = part.partition("::")
        if not re.fullmatch(r"[\w./-]+\.py", path) or not path.startswith(HOMES) or ".." in path:
            raise Problem(f"{path!r} is no address: it has to be a .py file under {', '.join(HOMES)}")
        names = tuple(name.strip().replace("::", ".") for name in symbols.split(",") if name.strip())
        addresses.append(Address(path, names))
    if not addresses:
        raise Problem(
            "an empty address: name a file and its symbols, as in examples/app/tests/test_x.py::test_y"
        )
    return addresses


def source(root: Path, addresses: list[Address]) -> str:
    """What a block with these addresses has to show. Raises Problem when a file or symbol is not there."""
    imports: list[str] = []
    bodies: list[str] = []
    for address in addresses:
        path = root / address.path
        if not path.is_file():
            raise Problem(f"{address.path} does not exist")
        if not address.symbols:
            bodies.append(path.read_text(encoding="utf-8").strip("\n"))
            continue
        module = _module(path, path.stat().st_mtime_ns)
        wanted = [name for name in address.symbols if name != IMPORTS]
        found = [_find(module, name, address.path) for name in wanted]
        if IMPORTS in address.symbols:
            imports.append(_imports(module, {name for node in found for name in _names(node)}))
        bodies.extend(_text(module, node) for node in found)
    head = "\n".join(filter(None, imports))
    return "\n\n\n".join(filter(None, [head, *bodies]))


@dataclass(frozen=True)
class _Module:
    tree: ast.Module
    lines: tuple[str, ...]


@cache
def _module(path: Path, _changed: int) -> _Module:
    text = path.read_text(encoding="utf-8")
    return _Module(ast.parse(text, str(path)), tuple(text.splitlines()))


def _find(module: _Module, name: str, path: str) -> Definition:
    scope: ast.Module | Definition = module.tree
    for part in name.split("."):
        match = next((node for node in _definitions(scope) if part in _bound(node)), None)
        if match is None:
            raise Problem(f"{path} has no symbol {name!r}")
        scope = match
    assert not isinstance(scope, ast.Module)
    return scope


def _definitions(scope: ast.AST) -> Iterator[Definition]:
    for node in getattr(scope, "body", []):
        if isinstance(node, Definition):
            yield node


def _bound(node: Definition) -> set[str]:
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign):
        return {node.target.id} if isinstance(node.target, ast.Name) else set()
    return {node.name}


def _text(module: _Module, node: Definition) -> str:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    lines = list(module.lines[first - 1 : node.end_lineno])
    return "\n".join(line[node.col_offset :] if line.strip() else "" for line in lines)


def _names(node: ast.AST) -> set[str]:
    named = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    quoted = {
        word
        for inner in ast.walk(node)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and inner.value.isidentifier()
        for word in [inner.value]
    }
    return named | quoted


def _imports(module: _Module, used: set[str]) -> str:
    lines: list[str] = []
    previous = 0
    for node in module.tree.body:
        if not isinstance(node, ast.Import | ast.ImportFrom) or _is_future(node):
            continue
        kept = [alias for alias in node.names if (alias.asname or alias.name.partition(".")[0]) in used]
        if not kept:
            continue
        gap = module.lines[previous : node.lineno - 1] if previous else ()
        if any(not line.strip() for line in gap):
            lines.append("")
        node_text = ast.unparse(_with(node, kept))
        lines.append(node_text)
        previous = node.end_lineno or node.lineno
    return "\n".join(lines)


def _is_future(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _with(node: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> ast.Import | ast.ImportFrom:
    if isinstance(node, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(node.module, names, node.level)
