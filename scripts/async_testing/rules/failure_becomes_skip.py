"""Whatever goes wrong in the code under test makes the test skip itself.

## What it does

Looks in tests for ``except Exception``, ``except BaseException``, a bare ``except`` and one for AssertionError whose
handler skips, expects the failure or returns: ``pytest.skip()``, ``pytest.xfail()``, ``self.skipTest()``, ``return``;
for one that skips because of a value that was awaited: ``except LookupError``, ``ValueError``, ``TypeError``.
Handlers that look at the exception first, and those around an import or the connection to a server, are left alone.

## Why is this bad

A skipped test is no failed one: the day the code breaks, the test stops to run and the suite stays green.

## Example

```python
import pytest

from app.exchange import quote


@pytest.mark.asyncio
async def test_quote_is_positive() -> None:
    try:
        price = await quote("EURUSD")
    except Exception:
        pytest.skip("exchange not available")  # error
    assert price > 0
```

## Use instead

```python
import pytest

from app.exchange import quote


@pytest.mark.asyncio
async def test_quote_is_positive() -> None:
    price = await quote("EURUSD")
    assert price > 0
```

## When it is wrong

A test may need a service that is not always there. Ask for that in a fixture, or catch the one exception that tells it:
``except ConnectionError``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT560"
NEEDS = ("except",)
BROAD = frozenset({"Exception", "BaseException", "AssertionError"})
VALUES = frozenset({"LookupError", "KeyError", "IndexError", "ValueError", "TypeError", "ArithmeticError"})
VALUES |= {"ZeroDivisionError", "StopIteration", "StopAsyncIteration"}
SKIPS = frozenset({"pytest.skip", "pytest.xfail", "self.skipTest"})
SKIPPED = frozenset({"unittest.SkipTest", "unittest.case.SkipTest", "pytest.skip.Exception"})
SETTING_UP = re.compile(
    r"import|connect|ping|docker|container|spawn|popen|start_server|which|find_spec|require|download", re.I
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each skip that hides a failure."""
    for test in source.tests:
        tries: list[ast.Try | ast.TryStar] = [*test.function.of(ast.Try), *test.function.of(ast.TryStar)]
        for node in tries:
            for handler in node.handlers:
                where = _gives_up(source, handler) if _catches(source, handler.type, BROAD) else None
                if where is None and _awaits(node) and _catches(source, handler.type, VALUES):
                    where = _gives_up(source, handler)
                    where = None if isinstance(where, ast.Return) else where
                if where is not None and _runs_code(node) and not _is_harmless(source, node):
                    kind = f"except {ast.unparse(handler.type)}" if handler.type else "a bare except"
                    message = f"{kind} ends the test here without a failure, whatever is broken"
                    yield Hit(
                        where, message, "let it fail, or catch only what tells that something is not there"
                    )


def _awaits(node: ast.Try | ast.TryStar) -> bool:
    """Whether a ``try`` awaits something: what it asks without that may be a fact about the machine."""
    return any(isinstance(one, ast.Await) for one in asserts.inside(node.body))


def _catches(source: SourceFile, kind: ast.expr | None, names: frozenset[str]) -> bool:
    """Whether a handler catches one of some exceptions; a bare one catches all."""
    if kind is None:
        return True
    items = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(source.dotted(one).removeprefix("builtins.") in names for one in items)


def _gives_up(source: SourceFile, handler: ast.ExceptHandler) -> ast.stmt | None:
    """The statement at the end of a handler that ends the test as skipped or passed; None where something is asked."""
    for statement in handler.body[:-1]:
        value = statement.value if isinstance(statement, ast.Expr) else None
        if not isinstance(value, ast.Call) or asserts.is_check(value):
            return None
    last = handler.body[-1]
    if isinstance(last, ast.Return):
        return last if last.value is None or _is_none(last.value) else None
    if isinstance(last, ast.Expr):
        return last if source.called(last.value) in SKIPS else None
    if isinstance(last, ast.Raise) and last.exc is not None:
        raised = last.exc.func if isinstance(last.exc, ast.Call) else last.exc
        return last if source.dotted(raised) in SKIPPED else None
    return None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _runs_code(node: ast.Try | ast.TryStar) -> bool:
    """Whether a ``try`` calls what the test may be about, and not only an import or a way to a server."""
    if any(isinstance(one, ast.Import | ast.ImportFrom | ast.Raise) for one in asserts.inside(node.body)):
        return False
    calls = [one for one in asserts.inside(node.body) if isinstance(one, ast.Call)]
    if not calls or any(SETTING_UP.search(ast.unparse(one.func)) for one in calls):
        return False
    return not any(isinstance(one, ast.stmt) and asserts.fails(one) for one in [*node.body, *node.orelse])


def _is_harmless(source: SourceFile, node: ast.Try | ast.TryStar) -> bool:
    """Whether a test has nothing to lose: it tries again, expects the exception, or asserts nothing from there on."""
    inner: ast.AST = node
    later: list[ast.stmt] = []
    for around in source.ancestors(node):
        if isinstance(around, ast.For | ast.AsyncFor | ast.While):
            return True
        body: list[ast.stmt] = getattr(around, "body", [])
        place = next((number for number, one in enumerate(body) if one is inner), len(body))
        later += body[place + 1 :]
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
            break
        inner = around
    if any(asserts.fails(one) for one in later):
        return True
    return not any(
        asserts.is_check(one) for part in (node.body, node.orelse, later) for one in asserts.inside(part)
    )
