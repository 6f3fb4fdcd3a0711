"""Modules that SQLAlchemy's mappers need: tables that others name in texts have to be imported by somebody."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from async_testing.writing.concrete import tables
from async_testing.writing.evaluating.things import Cls, Raised, Unknown
from async_testing.writing.model import Import, Test

if TYPE_CHECKING:
    from async_testing.writing.evaluating.interpreter import Interpreter
    from async_testing.writing.evaluating.modules import Module

_NAMING = ("relationship(", "ForeignKey(")


def with_mappers(module: Module, tests: list[Test]) -> list[Test]:
    """Tests that import the tables, too, which those that they use only name."""
    used = {one.module for test in tests if not test.skip for one in test.imports if not one.typing_only}
    interpreter = module.interpreter
    starts = [
        module,
        *(found for one in sorted(used) if (found := interpreter.module_of(module.source, one))),
    ]
    own = {one.name for test in tests for one in test.imports}
    if not any(_tables(one, own if one is not module else None) for one in starts):
        return tests
    more = frozenset(Import(one, "", is_for_effect=True) for one in _lacking(interpreter, starts))
    return [one if one.skip else one._replace(imports=one.imports | more) for one in tests] if more else tests


def _tables(module: Module, names: set[str] | None) -> list[Cls]:
    """The tables among names of a module, all of them where none are given; those that it imports count as well."""
    found: list[Cls] = []
    for name in module.bindings if names is None else names & module.bindings.keys():
        try:
            value = module.get(name)
        except (Unknown, Raised, KeyError):
            continue
        if isinstance(value, Cls) and value.kind == "table":
            found.append(value)
    return found


def _lacking(interpreter: Interpreter, starts: Iterable[Module]) -> list[str]:
    """The modules of tables that are named, directly or not, and that nothing imports."""
    loaded: dict[str, Module] = {}
    _load(interpreter, starts, loaded)
    found: list[str] = []
    read: set[str] = set()
    while True:
        fresh = [one for path, one in loaded.items() if path not in read]
        read |= loaded.keys()
        named = {name for one in fresh for name in _named(one)}
        if not named:
            return sorted(found)
        for name in sorted(named):
            target = _home(interpreter, name)
            if target is not None and target.source.path not in loaded:
                found.append(target.dotted)
                _load(interpreter, [target], loaded)


def _load(interpreter: Interpreter, starts: Iterable[Module], loaded: dict[str, Module]) -> None:
    """Follow imports that run when the modules are imported."""
    waiting = [*starts]
    while waiting:
        module = waiting.pop()
        if module.source.path in loaded or module.source.path.startswith("<"):
            continue
        loaded[module.source.path] = module
        parts = module.dotted.split(".")
        above = [".".join(parts[:cut]) for cut in range(1, len(parts))]
        for name in [*above, *_imported(module.source.module.body)]:
            found = interpreter.module_of(module.source, name)
            if found is not None:
                waiting.append(found)


def _imported(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            yield origin
            yield from (f"{origin}{'' if origin.endswith('.') else '.'}{one.name}" for one in node.names)
        elif isinstance(node, ast.If):
            if not ast.unparse(node.test).endswith("TYPE_CHECKING"):
                yield from _imported(node.body)
            yield from _imported(node.orelse)
        elif isinstance(node, ast.Try):
            yield from _imported([*node.body, *node.orelse, *node.finalbody])


def _named(module: Module) -> Iterator[str]:
    """The classes and tables that those of a module name: ``Mapped[list["Book"]]``, ``ForeignKey("books.id")``."""
    if not any(one in module.source.text for one in _NAMING):
        return
    for node in (one for each in module.source.module.body for one in ast.walk(each)):
        if isinstance(node, ast.Call) and _last(node.func) in ("relationship", "ForeignKey") and node.args:
            said = node.args[0]
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                is_key = _last(node.func) == "ForeignKey"
                yield said.value.rpartition(".")[0] + ".*" if is_key else said.value.rpartition(".")[2]
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call):
            yield from _words(node.annotation) if _last(node.value.func) == "relationship" else ()


def _words(node: ast.expr) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            try:
                yield from _words(ast.parse(one.value, mode="eval").body)
            except SyntaxError:
                continue


def _last(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _home(interpreter: Interpreter, name: str) -> Module | None:
    """The module of the one class, or of the one table, that is called so."""
    table = name.removesuffix(".*").rpartition(".")[2] if name.endswith(".*") else ""
    same = [
        one
        for one in tables(interpreter)
        if (_table_name(interpreter, one) == table if table else one.name == name)
    ]
    return same[0].module if len(same) == 1 else None


def _table_name(interpreter: Interpreter, cls: Cls) -> str:
    try:
        said = interpreter.lookup(cls, "__tablename__")
    except (Unknown, Raised):
        return ""
    return said if isinstance(said, str) else ""
