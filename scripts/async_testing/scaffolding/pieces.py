"""Template modules taken apart into what they import and what they define, and joined again."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

WIDTH = 88
_LOCAL_LAST = 2


@dataclass(frozen=True, slots=True)
class Binding:
    """One name that an import statement binds: ``from module import name as alias``, or ``import module``."""

    module: str
    name: str = ""
    alias: str = ""
    local: bool = False
    """The module lies beside the file that imports it."""

    @property
    def bound(self) -> str:
        """The name it has in the module."""
        return self.alias or self.name or self.module.partition(".")[0]

    @property
    def group(self) -> int:
        """Standard library, third party, the project's own: the order of the import sections."""
        if self.local:
            return _LOCAL_LAST
        return 0 if self.module.partition(".")[0] in sys.stdlib_module_names else 1


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level statement with the comments above it."""

    text: str
    names: tuple[str, ...]
    uses: frozenset[str]
    fixture: bool = False
    defines: bool = False
    """A function or class, not an assignment."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a module consists of."""

    blocks: tuple[Block, ...]
    imports: frozenset[Binding]
    typing: frozenset[Binding]
    """Imports that only a type checker needs."""

    def __add__(self, other: Pieces) -> Pieces:
        return Pieces(self.blocks + other.blocks, self.imports | other.imports, self.typing | other.typing)

    def select(self, wanted: Iterable[str], present: Iterable[str] = ()) -> Pieces:
        """The blocks that define the ``wanted`` names and all they need, without what is ``present`` already."""
        known = set(present)
        helpers = {name: block for block in self.blocks if not block.fixture for name in block.names}
        chosen = {block for block in self.blocks if not set(wanted).isdisjoint(block.names)}
        pending = [name for block in chosen for name in block.uses]
        while pending:
            name = pending.pop()
            if name in helpers and name not in known and helpers[name] not in chosen:
                chosen.add(helpers[name])
                pending.extend(helpers[name].uses)
        used = {name for block in chosen for name in block.uses}
        if any(one.bound in used for one in self.typing):
            used.add("TYPE_CHECKING")
        return Pieces(
            tuple(block for block in self.blocks if block in chosen),
            frozenset(one for one in self.imports if one.bound in used and one.bound not in known),
            frozenset(one for one in self.typing if one.bound in used and one.bound not in known),
        )


def take_apart(text: str) -> Pieces:
    """Split a module's text; relative imports become local bindings with their dots."""
    lines = text.splitlines(keepends=True)
    module = ast.parse(text)
    runtime: set[Binding] = set()
    typing: set[Binding] = set()
    blocks: list[Block] = []
    end = 0
    for node in module.body:
        start, end = end, node.end_lineno or 0
        if isinstance(node, ast.Import | ast.ImportFrom):
            runtime.update(bindings(node))
        elif isinstance(node, ast.If):
            typing.update(binding for inner in node.body for binding in bindings(inner))
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            blocks.append(_block(node, "".join(lines[start:end]).strip("\n")))
    runtime = {one for one in runtime if one.module != "__future__"}
    return Pieces(tuple(blocks), frozenset(runtime), frozenset(typing - runtime))


def bindings(node: ast.stmt) -> Iterator[Binding]:
    """What an import statement binds; nothing for any other statement."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Binding(alias.name, alias=alias.asname or "")
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            yield Binding(module, alias.name, alias.asname or "", local=bool(node.level))


def is_fixture(node: ast.stmt) -> bool:
    """Whether a statement is a function decorated as a fixture, of pytest or pytest-asyncio."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    called = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
    return any(ast.unparse(one).endswith("fixture") for one in called)


def names_of(node: ast.stmt) -> tuple[str, ...]:
    """The names that a top-level statement binds."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (node.name,)
    targets: list[ast.expr] = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    found = [one for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
    return tuple(one.id for one in found)


def import_lines(imports: Iterable[Binding], indent: str = "") -> Iterator[str]:
    """Import statements in isort's order, a blank line between the sections."""
    for group in range(_LOCAL_LAST + 1):
        section = [one for one in imports if one.group == group]
        if not section:
            continue
        for one in sorted((one for one in section if not one.name), key=lambda one: one.module):
            yield f"{indent}import {one.module}" + (f" as {one.alias}" if one.alias else "")
        for module in sorted({one.module for one in section if one.name}):
            members = sorted((one for one in section if one.module == module and one.name), key=_member_order)
            yield from _from_import(indent, module, [_member(one) for one in members])
        yield ""


def joined(pieces: Pieces, docstring: str, *, future: bool = True) -> str:
    """The text of a module made of ``pieces``."""
    head = [f'"""{docstring}"""', ""]
    if future:
        head += ["from __future__ import annotations", ""]
    head += [*import_lines(pieces.imports)]
    if pieces.typing:
        head += ["if TYPE_CHECKING:", *typing_lines(pieces.typing), ""]
    constants = [block.text for block in pieces.blocks if not block.defines]
    definitions = [block.text for block in pieces.blocks if block.defines]
    parts = ["\n".join([*head, "\n\n".join(constants)]).rstrip("\n"), *definitions]
    return "\n\n\n".join(parts) + "\n"


def typing_lines(imports: Iterable[Binding]) -> Iterator[str]:
    """The body of an ``if TYPE_CHECKING:`` block."""
    return (line for line in import_lines(imports, "    ") if line)


def _block(node: ast.stmt, text: str) -> Block:
    used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    defines = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return Block(text, names_of(node), frozenset(used), is_fixture(node), defines)


def _member(one: Binding) -> str:
    return one.name + (f" as {one.alias}" if one.alias else "")


def _member_order(one: Binding) -> tuple[int, str]:
    return (0 if one.name.isupper() and len(one.name) > 1 else 1 if one.name[0].isupper() else 2), one.name


def _from_import(indent: str, module: str, members: list[str]) -> list[str]:
    line = f"{indent}from {module} import {', '.join(members)}"
    if len(line) <= WIDTH:
        return [line]
    return [f"{indent}from {module} import (", *(f"{indent}    {one}," for one in members), f"{indent})"]
