"""An async test has no asyncio mark, and pytest-asyncio is in strict mode.

## What it does

Looks for async tests without ``pytest.mark.asyncio`` or ``anyio``, their own, their classes' or the module's, where
pytest-asyncio is used and its mode is ``strict``, which is the default. Plugins, hooks in conftests and bases that
may run the test keep it silent.

## Why is this bad

Nothing awaits the test. Pytest 8.4 and newer fail it; older ones skip it with a warning.

## Example

```python
import pytest


@pytest.mark.asyncio
async def test_hash() -> None:
    assert hash(1) == 1


async def test_hash_is_stable() -> None:  # error
    assert hash(1) == 2
```

## Use instead

```python
import pytest


@pytest.mark.asyncio
async def test_hash() -> None:
    assert hash(1) == 1


@pytest.mark.asyncio
async def test_hash_is_stable() -> None:
    assert hash(2) == 2
```
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts import marks, runners
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.rules import Edit, Fix, Hit

CODE = "AT208"
SEVERITY = "error"
NEEDS = ("async def",)
RUNNING = ("asyncio", "anyio", "trio", "twisted", "tornado", "gen_test", "asyncio_cooperative")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each async test that nothing runs."""
    candidates = [test for test in source.tests if _unmarked(test)]
    if not candidates or not runners.asyncio_is_used(source) or not runners.strict(source):
        return
    for test in candidates:
        if runners.unknown_marks(source, test) or runners.is_anyio(source, test) or _inherits(source, test):
            continue
        node = test.node
        first = node.decorator_list[0] if node.decorator_list else None
        start = source.span(first)[0] - 1 if first else source.span(node)[0]
        column = first.col_offset - 1 if first else node.col_offset
        imported = source.imports.get("pytest") == "pytest"
        edit = Edit(start, start, "@pytest.mark.asyncio\n" + " " * column)
        fix = Fix("mark it", (edit,), safe=False) if imported else None
        message = f"{test.name} is async and has no asyncio mark, which strict mode needs to run it"
        yield Hit(node, message, '@pytest.mark.asyncio above it, or asyncio_mode = "auto"', fix)


def _unmarked(test: Test) -> bool:
    return (
        test.is_async
        and not test.function.is_generator
        and not test.in_testcase
        and not any(mark.name in RUNNING for mark in test.marks)
    )


def _inherits(source: SourceFile, test: Test) -> bool:
    """Whether a base class, or one that cannot be found, may bring the mark or run the test."""
    if test.class_ is None:
        return False
    found = runners.bases_elsewhere(source, test.class_)
    if found is None:
        return True
    for where, scope in found:
        nodes = [
            *marks.own(where, scope.node.decorator_list, "class"),  # type: ignore[union-attr]
            *marks.assigned(where, scope, "class"),
        ]
        if any(mark.name in RUNNING for mark in nodes):
            return True
    return False
