"""A patch is over before the code that needs it runs.

## What it does

Looks for ``@patch`` on a fixture or helper that yields, or on a fixture that returns and makes nothing meanwhile; for
``with patch(...) as mock:`` blocks that only return the mock or configure it; and for patches that an ``ExitStack`` of
a fixture leaves before the fixture gives anything.

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
        elif id(function.node) in source.fixtures.by_function:
            yield from _over_at_return(source, function)
        blocks: list[ast.With | ast.AsyncWith] = [*function.of(ast.With), *function.of(ast.AsyncWith)]
        for block in blocks:
            found = list(_block(source, function, block))
            yield from found or _returned(source, function, block)
            yield from _of_stack(source, function, block)


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


def _over_at_return(source: SourceFile, function: Scope) -> Iterator[Hit]:
    """Yield the patches around a fixture that makes nothing with their help and returns."""
    if not function.of(ast.Return) or any(not _is_setup(source, call) for call in function.of(ast.Call)):
        return
    if any(function.of(kind) for kind in (ast.Await, ast.With, ast.AsyncWith, ast.For)) or function.children:
        return
    for decorator in function.node.decorator_list:  # type: ignore[union-attr]
        if mocks.patch_kind(source, decorator):
            message = f"@{source.called(decorator)} is over when {function.name} returns"
            yield Hit(decorator, message, "with patch(...): yield ... inside of the function")


def _is_setup(source: SourceFile, call: ast.Call) -> bool:
    """Whether a call makes or sets up a mock and nothing else."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "configure_mock":
        return True
    return bool(mocks.maker_kind(source, call))


def _of_stack(source: SourceFile, function: Scope, block: ast.With | ast.AsyncWith) -> Iterator[Hit]:
    """Yield the first patch that a stack of a fixture enters and leaves before the fixture gives anything."""
    fixture = source.fixtures.by_function.get(id(function.node))
    stacks = {
        item.optional_vars.id
        for item in block.items
        if isinstance(item.optional_vars, ast.Name)
        and source.called(item.context_expr) in ("contextlib.ExitStack", "contextlib.AsyncExitStack")
    }
    if fixture is None or not stacks:
        return
    inside = [node for statement in block.body for node in ast.walk(statement)]
    if any(isinstance(one, ast.Yield | ast.Return) for one in inside):
        return
    calls = [one for one in inside if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)]
    if any(one.func.attr == "pop_all" for one in calls):  # type: ignore[attr-defined]
        return
    for one in calls:
        entered = one.args[0] if one.func.attr == "enter_context" and one.args else None  # type: ignore[attr-defined]
        if mocks.patch_kind(source, entered) and mocks.spelled(one.func).partition(".")[0] in stacks:
            later: list[ast.Yield | ast.Return] = [*function.of(ast.Yield), *function.of(ast.Return)]
            if all(each.lineno > (block.end_lineno or 0) for each in later) and later:
                message = f"the stack ends the patch before {function.name} gives what it patched"
                yield Hit(one, message, "yield inside of the with block")
                return


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
