"""What a module's names stand for, as far as its imports tell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Imported:
    """Where an imported name comes from: ``from .a import b`` is level 1, module ``a``, attribute ``b``."""

    module: str
    attribute: str = ""
    level: int = 0

    @property
    def dotted(self) -> str:
        """The whole name, with the leading dots of a relative import."""
        name = ".".join(part for part in (self.module, self.attribute) if part)
        return "." * self.level + name


class Names:
    """The imports of a module, wherever in it they stand."""

    def __init__(self, module: ast.Module | None) -> None:
        self.imported: dict[str, Imported] = {}
        self.stars: list[Imported] = []
        self.lines: list[tuple[Imported, int]] = []
        for node in ast.walk(module) if module else ():
            if isinstance(node, ast.Import):
                self._import(node)
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node)

    def dotted(self, node: ast.expr | None) -> str:
        """The full dotted name of a name or attribute expression, aliases resolved; empty for anything else."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        origin = self.imported.get(node.id)
        parts.append(origin.dotted if origin else node.id)
        return ".".join(reversed(parts))

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.lines.append((Imported(alias.name), node.lineno))
            if alias.asname:
                self.imported[alias.asname] = Imported(alias.name)
            else:
                top = alias.name.partition(".")[0]
                self.imported[top] = Imported(top)

    def _import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            origin = Imported(node.module or "", "" if alias.name == "*" else alias.name, node.level)
            self.lines.append((origin, node.lineno))
            if alias.name == "*":
                self.stars.append(origin)
            else:
                self.imported[alias.asname or alias.name] = origin


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module or class body does: into if, try and with, not into ``__main__``."""
    pending = list(reversed(body))
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.If):
            inner = [*([] if is_main_guard(node.test) else node.body), *node.orelse]
        elif isinstance(node, ast.Try | ast.TryStar):
            handled = [statement for handler in node.handlers for statement in handler.body]
            inner = [*node.body, *handled, *node.orelse, *node.finalbody]
        elif isinstance(node, ast.With | ast.AsyncWith):
            inner = node.body
        else:
            continue
        pending.extend(reversed(inner))


def is_main_guard(test: ast.expr) -> bool:
    """Whether a condition is ``__name__ == "__main__"``."""
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def own(node: Function) -> Iterator[ast.AST]:
    """The nodes of a function's body, without the bodies of functions and classes defined in it."""
    pending: list[ast.AST] = list(reversed(node.body))
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, Function | ast.ClassDef | ast.Lambda):
            pending.extend(reversed(list(ast.iter_child_nodes(current))))


def required(node: Function) -> tuple[str, ...]:
    """The names of the parameters that have no default."""
    plain = [*node.args.posonlyargs, *node.args.args]
    needed = plain[: len(plain) - len(node.args.defaults)]
    keyword = [
        argument
        for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if default is None
    ]
    return tuple(argument.arg for argument in [*needed, *keyword])


def parameters(node: Function) -> list[ast.arg]:
    """Every parameter of a function that has a name of its own."""
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def annotation(node: ast.expr | None) -> ast.expr | None:
    """An annotation as an expression, also when it is written in quotes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return ast.parse(node.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    return node
