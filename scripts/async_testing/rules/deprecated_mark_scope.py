"""The asyncio mark's argument scope is deprecated: it is called loop_scope.

## What it does

Looks for ``pytest.mark.asyncio(scope=…)``, on tests, classes and modules.

## Why is this bad

pytest-asyncio warns of it since 0.24 and will take it out. With warnings as errors no test of the file runs.

## Example

```python
import pytest

pytestmark = pytest.mark.asyncio(scope="module")  # error


async def test_answer() -> None:
    assert 6 * 7 == 42
```

## Use instead

```python
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_answer() -> None:
    assert 6 * 7 == 42
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import runners
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT215"
NEEDS = ("asyncio",)
TOO_OLD = re.compile(r"pytest[-_]asyncio[^\n]*?(?:==|~=|\^|<=?)\s*[\"']?0\.(?:\d|1\d|2[0-3])\b")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each asyncio mark that says scope."""
    if "scope" not in source.text:
        return
    hits = [call for call in source.all(ast.Call) if any(one.arg == "scope" for one in call.keywords)]
    hits = [call for call in hits if source.dotted(call.func) == "pytest.mark.asyncio"]
    if not hits or any(TOO_OLD.search(text) for text in runners.manifests(source)):
        return
    for call in hits:
        given = next(one for one in call.keywords if one.arg == "scope")
        fix = None
        if not any(one.arg == "loop_scope" for one in call.keywords):
            start = source.offset(given.lineno, given.col_offset)
            fix = Fix("say loop_scope", (Edit(start, start + len("scope"), "loop_scope"),))
        value = ast.unparse(given.value)
        message = f"pytest.mark.asyncio(scope={value}) is deprecated: the loop's scope is loop_scope"
        yield Hit(call, message, f"pytest.mark.asyncio(loop_scope={value})", fix)
