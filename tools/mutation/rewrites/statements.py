"""The same query reached another way: constants, variables, helpers, keywords."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.mutants.calls import calls
from async_testing.mutants.edits import Edit, Edits
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

from mutation.rewrites.sql_text import statements

ORDER = 30
OPERATORS: list[Operator] = []
rewrite = collector(OPERATORS)


def before_top_level(source: Source, node: ast.AST, text: str) -> Edit:
    """Return the edit that puts text before the statement of the module that a node is in."""
    top = node
    for parent in source.above(node):
        if isinstance(parent, ast.Module):
            break
        top = parent
    assert isinstance(top, ast.stmt)
    start, _ = source.span(top)
    if isinstance(top, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and top.decorator_list:
        start = source.text.rindex("@", 0, source.span(top.decorator_list[0])[0])
    return Edit(start, start, text)


def before_statement(source: Source, node: ast.AST, text: str) -> Edit | None:
    """Return the edit that puts a line before the innermost statement of a node; None on a shared line."""
    statement = next((parent for parent in source.above(node) if isinstance(parent, ast.stmt)), None)
    if statement is None or isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return None
    start, _ = source.span(statement)
    indent = source.indent(statement)
    if source.text[:start].rpartition("\n")[2] != indent:
        return None
    return Edit(start, start, f"{text}\n{indent}")


@rewrite(
    "query-constant",
    {
        'class A:\n    async def f(self, c):\n        await c.fetch("SELECT 1")': [
            '_MOVED = ("SELECT 1")\nclass A:\n    async def f(self, c):\n        await c.fetch(_MOVED)'
        ]
    },
)
def query_constant(source: Source) -> Iterator[Edits]:
    """A query moved to a constant of the module."""
    for block in statements(source):
        node = block.literal.node
        if isinstance(node, ast.Constant) and source.function(node):
            moved = before_top_level(source, node, f"_MOVED = ({source.code(node)})\n")
            yield moved, source.replace(node, "_MOVED")


@rewrite(
    "query-variable",
    {
        "async def f(c):\n    await c.fetch('SELECT 1')": [
            "async def f(c):\n    moved_query = ('SELECT 1')\n    await c.fetch(moved_query)"
        ]
    },
)
def query_variable(source: Source) -> Iterator[Edits]:
    """A query in a variable of its own."""
    for block in statements(source):
        node = block.literal.node
        if node is not None and source.function(node):
            moved = before_statement(source, node, f"moved_query = ({source.code(node)})")
            if moved:
                yield moved, source.replace(node, "moved_query")


@rewrite("query-f-string", {"Q = 'SELECT 1'": ["Q = f'SELECT 1'"]})
def query_f_string(source: Source) -> Iterator[Edits]:
    """An f-string that has nothing to fill in."""
    for block in statements(source):
        node = block.literal.node
        if (
            isinstance(node, ast.Constant)
            and len(block.literal.pieces) == 1
            and not set("{}\\") & set(source.code(node))
        ):
            start, _ = source.span(node)
            yield (Edit(start, start, "f"),)


@rewrite("query-concatenated", {"Q = 'SELECT a FROM b'": ["Q = 'SELECT a FROM ' 'b'"]})
def query_concatenated(source: Source) -> Iterator[Edits]:
    """A query in two literals, one after the other."""
    for block in statements(source):
        literal = block.literal
        if len(literal.pieces) == 1 and " " in literal.text.strip():
            piece = literal.pieces[0]
            at = literal.spans[literal.text.rstrip().rindex(" ")][1]
            if isinstance(literal.node, ast.Constant):
                yield (Edit(at, at, f"{piece.quote} {piece.prefix}{piece.quote}"),)


@rewrite(
    "call-keywords",
    {
        "async def f(c): await c.fetch_row(Q, [a])": [
            "async def f(c): await c.fetch_row(querystring=Q, parameters=[a])"
        ],
        "async def f(c): await c.fetchrow(Q, a)": [],
    },
)
def call_keywords(source: Source) -> Iterator[Edits]:
    """Keyword arguments, as psqlpy names them."""
    for call in calls(source):
        if call.passed is not None and call.method != "executemany" and len(call.node.args) == 2:
            yield tuple(
                Edit(source.span(argument)[0], source.span(argument)[0], f"{name}=")
                for name, argument in zip(("querystring", "parameters"), call.node.args, strict=True)
            )


@rewrite(
    "parameters-tuple",
    {
        "async def f(c): await c.execute(Q, [a])": ["async def f(c): await c.execute(Q, (a,))"],
        "async def f(c): await c.execute(Q, [a, b])": ["async def f(c): await c.execute(Q, (a, b,))"],
    },
)
def parameters_tuple(source: Source) -> Iterator[Edits]:
    """Parameters in a tuple, which psqlpy takes as well as a list."""
    for call in calls(source):
        if isinstance(call.passed, ast.List) and call.passed.elts and not call.is_many:
            inside = source.code(call.passed)[1:-1].rstrip().rstrip(",")
            yield (source.replace(call.passed, f"({inside},)"),)


@rewrite(
    "parameters-variable",
    {
        "async def f(c):\n    await c.execute(Q, [a])": [
            "async def f(c):\n    moved_parameters = [a]\n    await c.execute(Q, moved_parameters)"
        ]
    },
)
def parameters_variable(source: Source) -> Iterator[Edits]:
    """Parameters in a variable of their own."""
    for call in calls(source):
        if isinstance(call.passed, ast.List | ast.Tuple | ast.ListComp):
            moved = before_statement(source, call.node, f"moved_parameters = {source.code(call.passed)}")
            if moved:
                yield moved, source.replace(call.passed, "moved_parameters")


@rewrite(
    "helper-query",
    {
        "async def f(c):\n    return await c.fetch(Q)": [
            "async def _moved(connection, *given, **named):\n    return await connection.fetch(*given, **named)\n\n\n"
            "async def f(c):\n    return await _moved(c, Q)"
        ]
    },
)
def helper_query(source: Source) -> Iterator[Edits]:
    """The call of the driver in a helper."""
    for call in calls(source):
        if not isinstance(source.parents[call.node], ast.Await) or not isinstance(
            call.node.func, ast.Attribute
        ):
            continue
        helper = (
            "async def _moved(connection, *given, **named):\n"
            f"    return await connection.{call.method}(*given, **named)\n\n\n"
        )
        start, end = (
            source.span(call.node.func)[0],
            source.span(call.node.args[0])[0] if call.node.args else 0,
        )
        if end and ")" not in source.text[source.span(call.node.func)[1] : end]:
            opening = f"_moved({source.code(call.node.func.value)}, "
            yield before_top_level(source, call.node, helper), Edit(start, end, opening)
