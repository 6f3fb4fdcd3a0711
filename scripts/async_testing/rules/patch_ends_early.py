"""A patch is over before the code that needs it runs.

## What it does

Looks for ``@patch`` on a fixture or helper that yields, for ``with patch(...) as mock:`` blocks that only return the
mock, and for such blocks that only configure it.

## Why is this bad

The decorator only holds while the generator is made, not while it runs, and a ``with`` block ends with its last line.
The test then runs the real thing, and the mock that it was given is never called.

## Example

```python
from unittest.mock import AsyncMock, patch

import pytest


@pytest.fixture
@patch("app.mail.send", new_callable=AsyncMock)  # error
def mailer(send: AsyncMock):
    yield send


@pytest.fixture
def gateway():
    with patch("app.payments.charge") as charge:  # error
        charge.return_value = "ok"
        return charge
```

## Use instead

```python
from unittest.mock import AsyncMock, patch

import pytest


@pytest.fixture
def mailer():
    with patch("app.mail.send", new_callable=AsyncMock) as send:
        yield send
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT309"
SEVERITY = "error"
NEEDS = ("patch", "MonkeyPatch")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each patch that is over too early."""
    for function in source.functions:
        if function.is_generator:
            yield from _decorated(source, function)
        blocks: list[ast.With | ast.AsyncWith] = [*function.of(ast.With), *function.of(ast.AsyncWith)]
        for block in blocks:
            found = list(_block(source, function, block))
            yield from found or _returned(source, function, block)


def _decorated(source: SourceFile, function: Scope) -> Iterator[Hit]:
    decorators = function.node.decorator_list  # type: ignore[union-attr]
    for decorator in decorators:
        if mocks.patch_kind(source, decorator):
            text = source.called(decorator)
            yield Hit(
                decorator,
                f"@{text} only holds while the generator {function.name} is made, not while it runs",
                "with patch(...): yield ... inside of the function",
            )


def _block(source: SourceFile, function: Scope, block: ast.With | ast.AsyncWith) -> Iterator[Hit]:
    names = {
        item.optional_vars.id
        for item in block.items
        if isinstance(item.optional_vars, ast.Name)
        and mocks.patch_kind(source, item.context_expr) in ("patch", "patch.object", "patch.multiple")
    }
    if not names or len(names) != len(block.items):
        return
    *before, last = block.body
    if any(not _configures(one, names) for one in before):
        return
    name = sorted(names)[0]
    if isinstance(last, ast.Return) and _is_one_of(last.value, names):
        where = f"the patch is over when {function.name} returns {name}"
        yield Hit(block, where, f"yield {name} instead of returning it", _yields(source, function, last))
    elif _configures(last, names) and _goes_on(source, function, block):
        message = f"the patch is over after this block, which only configures {name}"
        yield Hit(block, message, "run the code under test inside of the with block")


def _returned(source: SourceFile, function: Scope, block: ast.With | ast.AsyncWith) -> Iterator[Hit]:
    """Yield the return of a fixture inside of patches, of a value that was not made with their help."""
    if id(function.node) not in source.fixtures.by_function or function.is_generator:
        return
    if not all(_is_context(source, item.context_expr) for item in block.items):
        return
    last = block.body[-1]
    value = last.value if isinstance(last, ast.Return) else None
    if value is None or not isinstance(value, ast.Constant | ast.Name | ast.Attribute | ast.Tuple):
        return
    names = {one.id for one in ast.walk(value) if isinstance(one, ast.Name)}
    made = {
        target.id
        for statement in block.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and not mocks.maker_kind(source, statement.value)
    }
    if not names & made and not any(isinstance(one, ast.Call) for one in ast.walk(value)):
        where = f"the patch is over when {function.name} returns"
        yield Hit(last, where, f"yield {ast.unparse(value)} instead of returning it")


def _is_context(source: SourceFile, node: ast.expr) -> bool:
    """Whether what is entered replaces something for as long as the block runs."""
    name = source.called(node)
    return bool(mocks.patch_kind(source, node)) or name.endswith(
        ("monkeypatch.context", "MonkeyPatch.context")
    )


def _yields(source: SourceFile, function: Scope, last: ast.Return) -> Fix | None:
    if id(function.node) not in source.fixtures.by_function or len(function.of(ast.Return)) != 1:
        return None
    if function.node.returns is not None:  # type: ignore[union-attr]
        return None
    start, _ = source.span(last)
    return Fix("yield it", (Edit(start, start + len("return"), "yield"),), safe=False)


def _is_one_of(value: ast.expr | None, names: set[str]) -> bool:
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and all(_is_one_of(one, names) for one in value.elts)
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, ast.Name) and value.id in names


def _configures(statement: ast.stmt, names: set[str]) -> bool:
    """Whether a statement does nothing but set up one of the mocks."""
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Assign):
        return all(isinstance(one, ast.Attribute) and _is_one_of(one, names) for one in statement.targets)
    return False


def _goes_on(source: SourceFile, function: Scope, block: ast.With | ast.AsyncWith) -> bool:
    """Whether something runs after the block that could need the patch: a call or a yield in the same body."""
    parent = source.parent(block)
    body = getattr(parent, "body", None)
    if (
        not isinstance(body, list)
        or block not in body
        or all(isinstance(one, ast.Pass) for one in block.body)
    ):
        return False
    rest = body[body.index(block) + 1 :]
    return any(isinstance(node, ast.Call | ast.Yield | ast.Await) for one in rest for node in ast.walk(one))
