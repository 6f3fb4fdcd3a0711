"""Bugs in awaiting and in transactions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.mutants.calls import calls, resolve
from async_testing.mutants.edits import Edit, Edits, hinted, shortened, without
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 40
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)

_CONNECTIONS = re.compile(r"acquire|connect|connection|get_?conn(?:ection)?|\w*session\w*", re.IGNORECASE)
_WATCHING = re.compile(r"span|trac|log|metric|time|warning|contextvars|progress|autoflush", re.IGNORECASE)
_HARMLESS = re.compile(
    r"_*(?:get|fetch|find|read|list|count|exists|dispose|flush|refresh|sleep|wait|gather|connect|start|setup|init|shutdown|begin|acquire|clear|add_listener|remove|set(?:_|$)"
    r"|update|upsert|save|merge|unlink|cancel|stop|expire|touch|valid|check|ensure|verif|authent|authori|load|ping"
    r"|subscribe|unsubscribe|delete|drop|truncate)"
)
"""The beginnings of what may well happen twice, since the second time changes nothing."""
_SETTLING = re.compile(r"\s*(?:SET|PRAGMA|CREATE\b.*\bIF NOT EXISTS|DROP\b.*\bIF EXISTS)\b", re.I | re.S)
"""Statements of which the second changes nothing."""
_ENDINGS = {"commit", "rollback", "release", "close", "aclose", "disconnect"}


@operator(
    "transaction-ending",
    {
        "async def f(c):\n    await c.commit()\n    c.close()": [
            "async def f(c):\n    pass\n    c.close()",
            "async def f(c):\n    await c.commit()\n    pass",
        ]
    },
    "assert that `{old}` happens: what is committed, undone or given back shows it",
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
    "let a later statement of the block fail, and assert that nothing is committed",
)
def dropped_transaction(source: Source) -> Iterator[Edits]:
    """The same statements without a transaction."""
    for node in _context_managers(source):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="transaction" | "begin" | "begin_nested")):
                bare = f"__import__('contextlib').nullcontext({source.code(owner)})"
                yield (source.replace(node, bare),)


@operator(
    "transaction-left-early",
    {
        "async def f(c):\n    async with c.transaction():\n        await c.a()\n        x = await c.b(\n"
        "            1)\n\n        return x": [
            "async def f(c):\n    async with c.transaction():\n        await c.a()\n    x = await c.b(\n"
            "        1)\n\n    return x"
        ],
        "async def f(c):\n    async with c.transaction() as t:\n        await t.a()\n        await t.b()": [
            "async def f(c):\n    async with c.transaction() as t:\n        await t.a()\n    await c.b()"
        ],
        "async def f(s):\n    async with s.begin() as t:\n        await t.a()\n        await t.b()": [],
        "async def f(c):\n    async with c.transaction():\n        await c.a()": [],
    },
)
def left_early(source: Source) -> Iterator[Edits]:
    """The last statement of a transaction after its end."""
    for node in source.nodes:
        if not (isinstance(node, ast.AsyncWith) and len(node.items) == 1):
            continue
        match node.items[0]:
            case ast.withitem(
                context_expr=ast.Call(func=ast.Attribute(value=owner, attr="transaction" | "begin" as kind)),
                optional_vars=None | ast.Name() as bound,
            ):
                name = bound.id if isinstance(bound, ast.Name) else ""
                tail = _tail(node.body)
                uses = [part for one in tail for part in ast.walk(one) if _is_name(part, name)]
                if tail and node.body[0].lineno > node.lineno and not (uses and kind == "begin"):
                    hint = (
                        f"let `{shortened(source.code(tail[0]))}` fail, and assert that nothing is committed"
                    )
                    yield hinted(_dedented(source, node, tail, uses, source.code(owner)), hint)


def _tail(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the last statement that awaits something with those after it, if another one awaits before it."""
    places = [place for place, one in enumerate(body) if any(isinstance(x, ast.Await) for x in ast.walk(one))]
    return body[places[-1] :] if len(places) > 1 else []


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _dedented(
    source: Source, node: ast.AsyncWith, tail: list[ast.stmt], uses: list[ast.AST], owner: str
) -> Edits:
    """Return the edits that take as much indentation from the tail as the block adds; texts stay as they are."""
    surplus = len(source.indent(tail[0])) - len(source.indent(node))
    within = {
        line
        for one in tail
        for part in ast.walk(one)
        if isinstance(part, ast.Constant | ast.JoinedStr)
        for line in range(part.lineno + 1, (part.end_lineno or 0) + 1)
    }
    edits = []
    for line in range(tail[0].lineno, (tail[-1].end_lineno or 0) + 1):
        start = source.offset(line, 0)
        if line not in within and source.text[start : start + surplus] in (" " * surplus, "\t" * surplus):
            edits.append(Edit(start, start + surplus, ""))
    renamed = [source.replace(part, owner) for part in uses if isinstance(part, ast.Name)]
    return (*edits, *renamed)


@operator(
    "connection-leaked",
    {
        "async def f(p):\n    async with p.acquire() as c:\n        pass": [
            "async def f(p):\n    async with __import__('contextlib').nullcontext("
            "await (p.acquire()).__aenter__()) as c:\n        pass"
        ],
        "async def f(self):\n    async with self.session_factory() as s: pass": [
            "async def f(self):\n    async with __import__('contextlib').nullcontext("
            "await (self.session_factory()).__aenter__()) as s: pass"
        ],
        "async def f(s):\n    c = await s.enter_async_context(p.acquire())": [
            "async def f(s):\n    c = await (p.acquire()).__aenter__()"
        ],
    },
    "assert that the connection has been given back when {function} is over",
)
def leaked_connection(source: Source) -> Iterator[Edits]:
    """A connection that is acquired and never released."""
    for node in _context_managers(source):
        if isinstance(node, ast.Call) and _CONNECTIONS.fullmatch(called_name(node)):
            entered = f"await ({source.code(node)}).__aenter__()"
            yield (source.replace(node, f"__import__('contextlib').nullcontext({entered})"),)
    for call in source.nodes:
        if not isinstance(call, ast.Call) or called_name(call) != "enter_async_context":
            continue
        if call.args and _CONNECTIONS.fullmatch(called_name(call.args[0])):
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
    "assert on what `{old}` does, also after an error in the block",
)
def dropped_exit(source: Source) -> Iterator[Edits]:
    """A `finally` that does nothing, or a context that is not entered."""
    for node in source.nodes:
        if isinstance(node, ast.Try) and node.finalbody:
            start, end = source.span(node.finalbody[0])[0], source.span(node.finalbody[-1])[1]
            yield (Edit(start, end, "pass"),)
        elif isinstance(node, ast.With):
            for item in node.items:
                if item.optional_vars is None and not _WATCHING.search(called_name(item.context_expr)):
                    yield (source.replace(item.context_expr, "__import__('contextlib').nullcontext()"),)


@operator(
    "await-skipped",
    {
        "async def f():\n    await a()\n    x = await b()": ["async def f():\n    pass\n    x = await b()"],
    },
    "assert that `{old}` happens, and with what",
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
    "assert on what `{old}` gives or does: it never runs",
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
    "assert on what each of the gathered calls gives or does",
)
def dropped_from_gather(source: Source) -> Iterator[Edits]:
    """One of the things to gather left out."""
    for node in source.nodes:
        if isinstance(node, ast.Call) and called_name(node) in ("gather", "wait") and len(node.args) > 1:
            spans = [source.span(argument) for argument in node.args]
            yield from (without(spans, index) for index in range(len(spans)))


@operator(
    "call-repeated",
    {
        "async def f(d):\n    await d.notify(1)\n    await d.commit()": [
            "async def f(d):\n    await d.notify(1)\n    await d.notify(1)\n    await d.commit()"
        ],
        "async def f(d):\n    await asyncio.gather(a, b)\n    x = await d.a()\n    await d.update(x)": [],
        "async def f(session, row):\n    await session.delete(row)": [],
        "async def f(c):\n    await c.execute('CREATE TABLE IF NOT EXISTS a (b int)')": [],
        "async def f(c):\n    await c.execute('SET x = 1')": [],
        "async def f(c):\n    await c.execute('UPDATE a SET b = b + 1')\n    await c.execute('DELETE FROM a')": [
            "async def f(c):\n    await c.execute('UPDATE a SET b = b + 1')\n"
            "    await c.execute('UPDATE a SET b = b + 1')\n    await c.execute('DELETE FROM a')"
        ],
    },
    "assert that `{old}` happens once, such as by the list of all calls",
)
def repeated_call(source: Source) -> Iterator[Edits]:
    """An awaited call that happens twice."""
    sent = {call.node: call.statement for call in calls(source)}
    for node in source.nodes:
        match node:
            case ast.Expr(value=ast.Await(value=ast.Call(func=ast.Attribute(attr=name)) as call)):
                if name not in _ENDINGS and not _HARMLESS.match(name) and _adds(source, sent.get(call)):
                    code = source.code(node)
                    yield (source.replace(node, f"{code}\n{source.indent(node)}{code}"),)


def _adds(source: Source, statement: ast.expr | None) -> bool:
    """Whether a statement that runs twice leaves another state than one that runs once, if it is known."""
    known = resolve(source, statement) if statement is not None else None
    if isinstance(known, ast.Constant) and isinstance(known.value, str) and _SETTLING.match(known.value):
        return False
    blocks = source.statements.get(known, []) if known is not None else []
    if not blocks or any(block.verb in ("INSERT", "SELECT") for block in blocks):
        return True
    return any(token.text in "+-" for block in blocks for clause in block.all("set") for token in clause.body)
