"""Bugs in awaiting and in transactions."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.mutants.edits import Edit, Edits, without
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 40
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)

_ENDINGS = {"commit", "rollback", "release", "close", "aclose", "disconnect"}


@operator(
    "transaction-ending",
    {
        "async def f(c):\n    await c.commit()\n    c.close()": [
            "async def f(c):\n    pass\n    c.close()",
            "async def f(c):\n    await c.commit()\n    pass",
        ]
    },
)
def dropped_ending(source: Source) -> Iterator[Edits]:
    """Commit, rollback, release or close left out."""
    for node in source.nodes:
        if isinstance(node, ast.Expr):
            call = node.value.value if isinstance(node.value, ast.Await) else node.value
            if isinstance(call, ast.Call) and called_name(call) in _ENDINGS:
                yield (source.replace(node, "pass"),)


@operator(
    "transaction-dropped",
    {
        "async def f(c):\n    async with c.transaction() as t:\n        pass": [
            "async def f(c):\n    async with __import__('contextlib').nullcontext(c) as t:\n        pass"
        ],
        "async def f(c):\n    async with begin(c):\n        pass": [],
    },
)
def dropped_transaction(source: Source) -> Iterator[Edits]:
    """The same statements without a transaction."""
    for node in _context_managers(source):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="transaction" | "begin" | "begin_nested")):
                bare = f"__import__('contextlib').nullcontext({source.code(owner)})"
                yield (source.replace(node, bare),)


@operator(
    "connection-leaked",
    {
        "async def f(p):\n    async with p.acquire() as c:\n        pass": [
            "async def f(p):\n    async with __import__('contextlib').nullcontext("
            "await (p.acquire()).__aenter__()) as c:\n        pass"
        ],
        "async def f(s):\n    c = await s.enter_async_context(p.acquire())": [
            "async def f(s):\n    c = await (p.acquire()).__aenter__()"
        ],
    },
)
def leaked_connection(source: Source) -> Iterator[Edits]:
    """A connection that is acquired and never released."""
    for node in _context_managers(source):
        if called_name(node) in ("acquire", "connect") and isinstance(node, ast.Call):
            entered = f"await ({source.code(node)}).__aenter__()"
            yield (source.replace(node, f"__import__('contextlib').nullcontext({entered})"),)
    for call in source.nodes:
        if not isinstance(call, ast.Call) or called_name(call) != "enter_async_context":
            continue
        if called_name(call.args[0]) in ("acquire", "connect"):
            yield (source.replace(call, f"({source.code(call.args[0])}).__aenter__()"),)


def _context_managers(source: Source) -> Iterator[ast.expr]:
    for node in source.nodes:
        if isinstance(node, ast.AsyncWith):
            yield from (item.context_expr for item in node.items)


@operator(
    "context-exit",
    {
        "def f():\n    try:\n        a()\n    finally:\n        b()": [
            "def f():\n    try:\n        a()\n    finally:\n        pass"
        ],
        "def f():\n    with bound(p):\n        a()\n    with x as y:\n        a()": [
            "def f():\n    with __import__('contextlib').nullcontext():\n        a()\n    with x as y:\n        a()"
        ],
    },
)
def dropped_exit(source: Source) -> Iterator[Edits]:
    """A `finally` that does nothing, or a context that is not entered."""
    for node in source.nodes:
        if isinstance(node, ast.Try) and node.finalbody:
            start, end = source.span(node.finalbody[0])[0], source.span(node.finalbody[-1])[1]
            yield (Edit(start, end, "pass"),)
        elif isinstance(node, ast.With):
            for item in node.items:
                if item.optional_vars is None:
                    yield (source.replace(item.context_expr, "__import__('contextlib').nullcontext()"),)


@operator(
    "await-skipped",
    {
        "async def f():\n    await a()\n    x = await b()": ["async def f():\n    pass\n    x = await b()"],
    },
)
def skipped_call(source: Source) -> Iterator[Edits]:
    """An awaited call that does not happen."""
    for node in source.nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Await):
            yield (source.replace(node, "pass"),)


@operator(
    "await-dropped",
    {
        "async def f():\n    await a()\n    return await b()": [
            "async def f():\n    a()\n    return await b()",
            "async def f():\n    await a()\n    return b()",
        ]
    },
)
def dropped_await(source: Source) -> Iterator[Edits]:
    """A coroutine that nobody awaits."""
    for node in source.nodes:
        if isinstance(node, ast.Await):
            yield (source.replace(node, source.code(node.value)),)


@operator(
    "await-gather",
    {
        "async def f():\n    await gather(a(), b())": [
            "async def f():\n    await gather(b())",
            "async def f():\n    await gather(a())",
        ]
    },
)
def dropped_from_gather(source: Source) -> Iterator[Edits]:
    """One of the things to gather left out."""
    for node in source.nodes:
        if isinstance(node, ast.Call) and called_name(node) in ("gather", "wait") and len(node.args) > 1:
            spans = [source.span(argument) for argument in node.args]
            yield from (without(spans, index) for index in range(len(spans)))
