"""All assertions of a test are under a condition that may not hold.

## What it does

Looks for tests whose assertions all stand in an ``if`` without ``else``, or in a ``match`` of which no case is sure,
on a value that the test got at run time, such as a response. Conditions on parameters, platforms and versions are
left alone.

## Why is this bad

When the value is not what the condition expects, the test passes without having asserted anything.

## Example

```python
from httpx import AsyncClient


async def test_list_users(client: AsyncClient) -> None:
    response = await client.get("/users")
    if response.status_code == 200:  # error
        assert response.json() == []
```

## Use instead

```python
from httpx import AsyncClient


async def test_list_users(client: AsyncClient) -> None:
    response = await client.get("/users")
    assert response.status_code == 200
    assert response.json() == []
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts, runtime
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.rules import Hit

CODE = "AT502"
NEEDS = ("if ", "match ")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the condition that all assertions of a test stand under."""
    for test in source.tests:
        if ast.If in test.function.nodes:
            yield from _judged(source, test)
        for chosen in test.function.of(ast.Match):
            yield from _cases(source, test, chosen)
        for statement in test.function.of(ast.Assert):
            if _either_or_true(statement.test) and len(asserts.checks(test.function.body)) == 1:
                yield Hit(statement, "this assertion is true where its condition is not", "assert both sides")


def _judged(source: SourceFile, test: Test) -> Iterator[Hit]:
    early = _early_return(test)
    if early is None and not all(_has_condition(source, one) for one in test.function.of(ast.Assert)):
        return
    found = asserts.checks(test.function.body)
    if not any(isinstance(one, ast.Assert) or runtime.is_mock_check(one) for one in found):
        return
    behind = early is not None and all(getattr(one, "lineno", 0) > early.lineno for one in found)
    if early is not None and behind and runtime.obtained(source, test, early.test):
        yield _hit(early, "the test returns before its assertions")
        return
    branch = _common(source, test, found[0])
    if branch is None or _has_otherwise(branch):
        return
    if not all(any(one is around for around in source.ancestors(node)) for node in found for one in [branch]):
        return
    if runtime.obtained(source, test, branch.test):
        yield _hit(branch, "no assertion of the test runs")


def _cases(source: SourceFile, test: Test, node: ast.Match) -> Iterator[Hit]:
    """Yield a ``match`` that holds every assertion of a test, and lets a subject pass by all of them."""
    found = asserts.checks(test.function.body)
    below = {id(one) for case in node.cases for one in asserts.checks(case.body)}
    if not found or any(id(one) not in below for one in found):
        return
    if any(_is_sure(case) and asserts.checks(case.body) for case in node.cases):
        return
    if runtime.obtained(source, test, node.subject) and _common(source, test, node) is None:
        shown = ast.unparse(node.subject)[:70]
        yield Hit(
            node,
            f"no assertion of the test runs where no case that has one matches '{shown}'",
            "case _: pytest.fail(...), or an assert without match",
        )


def _is_sure(case: ast.match_case) -> bool:
    """Whether a case matches everything: ``case _`` or ``case other``."""
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


def _has_condition(source: SourceFile, node: ast.AST) -> bool:
    return any(isinstance(one, ast.If) for one in source.ancestors(node))


def _hit(node: ast.If, what: str) -> Hit:
    shown = ast.unparse(node.test)[:70]
    when = "where" if what.startswith("the test") else "unless"
    return Hit(node, f"{what} {when} '{shown}' holds", f"assert {shown}, and behind it what follows from it")


def _common(source: SourceFile, test: Test, node: ast.AST) -> ast.If | None:
    """The outermost ``if`` around a node, no loop or ``try`` outside of it."""
    found: ast.If | None = None
    inner = node
    for around in source.ancestors(node):
        if around is test.node:
            return found
        if isinstance(around, ast.If) and any(inner is one for one in around.body):
            found = around
        elif isinstance(around, ast.For | ast.AsyncFor | ast.While | ast.Try | ast.If):
            return None
        inner = around
    return None


def _has_otherwise(node: ast.If) -> bool:
    return any(not isinstance(one, ast.Pass) and not runtime.only_tells(one) for one in node.orelse)


def _early_return(test: Test) -> ast.If | None:
    """An ``if`` of the test's own block that only returns."""
    for statement in test.function.body:
        if isinstance(statement, ast.If) and not statement.orelse and _returns(statement.body):
            return statement
    return None


def _returns(body: list[ast.stmt]) -> bool:
    """Whether a block does nothing but return, telling why at most."""
    return isinstance(body[-1], ast.Return) and all(runtime.only_tells(one) for one in body[:-1])


def _either_or_true(node: ast.expr) -> bool:
    return isinstance(node, ast.IfExp) and isinstance(node.orelse, ast.Constant) and node.orelse.value is True
