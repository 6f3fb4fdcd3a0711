"""The same code with other names, more names, or arguments by name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from async_testing.mutants.edits import Edit, Edits
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Function, Source

from mutation.rewrites.statements import before_statement, before_top_level

ORDER = 40
OPERATORS: list[Operator] = []
rewrite = collector(OPERATORS)


def _functions(source: Source) -> Iterator[Function]:
    yield from (node for node in source.nodes if isinstance(node, Function))


def _local(function: Function) -> set[str]:
    """Return the arguments of a function and what it assigns, without its nested functions."""
    spec = function.args
    arguments = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
    names = {argument.arg for argument in arguments if argument is not None}
    return names | {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


@rewrite(
    "local-renamed",
    {"def f(a):\n    b = a\n    return b": ["def f(a):\n    b_renamed = a\n    return b_renamed"]},
)
def local_renamed(source: Source) -> Iterator[Edits]:
    """A variable with another name."""
    for function in _functions(source):
        inner = [node for node in ast.walk(function) if node is not function]
        if any(
            isinstance(node, Function | ast.Lambda | ast.Global | ast.Nonlocal | ast.ClassDef)
            for node in inner
        ):
            continue
        names = [node for node in inner if isinstance(node, ast.Name)]
        assigned = dict.fromkeys(
            node.id
            for node in names
            if isinstance(source.parents[node], ast.Assign) and isinstance(node.ctx, ast.Store)
        )
        for name in assigned:
            if name not in {argument.arg for argument in function.args.args}:
                yield tuple(source.replace(node, f"{name}_renamed") for node in names if node.id == name)


@rewrite(
    "private-renamed",
    {
        "def _f(): ...\nx = _f()": ["def _f_renamed(): ...\nx = _f_renamed()"],
        "class A:\n    def _g(self):\n        return self._h\n    def k(self):\n        self._h = self._g()": [
            "class A:\n    def _g_renamed(self):\n        return self._h\n    def k(self):\n"
            "        self._h = self._g_renamed()",
            "class A:\n    def _g(self):\n        return self._h_renamed\n    def k(self):\n"
            "        self._h_renamed = self._g()",
        ],
    },
)
def private_renamed(source: Source) -> Iterator[Edits]:
    """A private function, class or attribute with another name, in a file that alone uses it."""
    uses: dict[str, list[Edit]] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            end = source.span(node)[1]
            uses.setdefault(name, []).append(Edit(end, end, "_renamed"))
        elif isinstance(node, Function | ast.ClassDef):
            start = source.text.index(node.name, source.span(node)[0])
            uses.setdefault(node.name, []).append(
                Edit(start + len(node.name), start + len(node.name), "_renamed")
            )
    stored = {
        node.attr
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    defined = {node.name for node in ast.walk(source.tree) if isinstance(node, Function | ast.ClassDef)}
    for name, edits in uses.items():
        if name.startswith("_") and not name.startswith("__") and name in stored | defined and len(edits) > 1:
            declared = any(
                isinstance(n, ast.AnnAssign) and ast.unparse(n.target) == name for n in ast.walk(source.tree)
            )
            if not declared or name in stored:
                yield tuple(edits)


@rewrite(
    "import-aliased",
    {
        "import a\nx = a.b": ["import a as a_renamed\nx = a_renamed.b"],
        "from a import b\nx = b": ["from a import b as b_renamed\nx = b_renamed"],
        "from a import (b, c)\nx = b, c": [],
    },
)
def import_aliased(source: Source) -> Iterator[Edits]:
    """An import under another name."""
    names = [node for node in ast.walk(source.tree) if isinstance(node, ast.Name)]
    for node in source.tree.body:
        if (
            not isinstance(node, ast.Import | ast.ImportFrom)
            or len(node.names) > 1
            or source.path.endswith("__init__.py")
        ):
            continue
        name = node.names[0].name
        strings = [
            part for part in ast.walk(source.tree) if isinstance(part, ast.Constant) and part.value == name
        ]
        used = [use for use in names if use.id == name]
        if used and not strings and node.names[0].asname is None and source.code(node).endswith(name):
            end = source.span(node)[1]
            renamed = tuple(source.replace(use, f"{name}_renamed") for use in used)
            yield (Edit(end, end, f" as {name}_renamed"), *renamed)


@rewrite(
    "imports-reordered",
    {
        "import a\nimport b\nfrom c import d\n": [
            "import b\nimport a\nfrom c import d\n",
            "import a\nfrom c import d\nimport b\n",
        ]
    },
)
def imports_reordered(source: Source) -> Iterator[Edits]:
    """Two imports, exchanged."""
    body = [node for node in source.tree.body if not _is_future(node)]
    for first, second in pairwise(body):
        if isinstance(first, ast.Import | ast.ImportFrom) and isinstance(second, ast.Import | ast.ImportFrom):
            yield source.replace(first, source.code(second)), source.replace(second, source.code(first))


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


@rewrite(
    "result-variable",
    {
        "def f(a):\n    return a + 1": ["def f(a):\n    outcome = (a + 1)\n    return outcome"],
        "def f(a):\n    return a": [],
    },
)
def result_variable(source: Source) -> Iterator[Edits]:
    """A result in a variable before it is returned."""
    for node in source.nodes:
        if (
            isinstance(node, ast.Return)
            and node.value
            and not isinstance(node.value, ast.Name | ast.Constant)
        ):
            moved = before_statement(source, node.value, f"outcome = ({source.code(node.value)})")
            if moved:
                yield moved, source.replace(node.value, "outcome")


@rewrite(
    "helper-expression",
    {
        "def f(a, b):\n    return [a.c(x) for x in b]": [
            "def _moved(a, b):\n    return [a.c(x) for x in b]\n\n\ndef f(a, b):\n    return _moved(a, b)"
        ],
        "async def f(a):\n    return await a": [],
    },
)
def helper_expression(source: Source) -> Iterator[Edits]:
    """A result computed in a helper."""
    for node in source.nodes:
        if (
            not isinstance(node, ast.Return)
            or node.value is None
            or isinstance(node.value, ast.Name | ast.Constant)
        ):
            continue
        parts = list(ast.walk(node.value))
        function = source.function(node)
        if function is None or any(isinstance(part, ast.Await | ast.Yield | ast.Lambda) for part in parts):
            continue
        names = [part for part in parts if isinstance(part, ast.Name)]
        bound = {part.id for part in names if isinstance(part.ctx, ast.Store)}
        outer: set[str] = set()
        for parent in source.above(node):
            outer |= _local(parent) if isinstance(parent, Function) else set()
        given = sorted({part.id for part in names} & outer - bound)
        if "super" in {part.id for part in names} or not given:
            continue
        helper = f"def _moved({', '.join(given)}):\n    return {source.code(node.value)}\n\n\n"
        yield (
            before_top_level(source, node, helper),
            source.replace(node.value, f"_moved({', '.join(given)})"),
        )


@rewrite(
    "call-by-name",
    {
        "def f(a, b): ...\nf(1, 2)": ["def f(a, b): ...\nf(1, b=2)"],
        "g(1)\nlen(2)": [],
    },
)
def call_by_name(source: Source) -> Iterator[Edits]:
    """The last argument of a function of the same file by its name."""
    known = {node.name: node for node in source.tree.body if isinstance(node, Function)}
    for call in source.nodes:
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id in known
            and call.args
        ):
            spec = known[call.func.id].args
            plain = not any(isinstance(argument, ast.Starred) for argument in call.args)
            if plain and not spec.posonlyargs and not spec.vararg and len(call.args) <= len(spec.args):
                start, _ = source.span(call.args[-1])
                yield (Edit(start, start, f"{spec.args[len(call.args) - 1].arg}="),)


@rewrite(
    "constant-extracted",
    {"def f():\n    return g(404)": ["_MOVED = 404\n\n\ndef f():\n    return g(_MOVED)"], "x = 1": []},
)
def constant_extracted(source: Source) -> Iterator[Edits]:
    """A number as a constant of the module."""
    for node in source.nodes:
        if isinstance(node, ast.Constant) and type(node.value) is int and source.function(node):
            written = source.code(node)
            yield before_top_level(source, node, f"_MOVED = {written}\n\n\n"), source.replace(node, "_MOVED")
