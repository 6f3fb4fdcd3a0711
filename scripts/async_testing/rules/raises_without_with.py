"""``pytest.raises`` or ``pytest.warns`` without ``with`` and without something to call: nothing is expected.

## What it does

Looks for ``pytest.raises(X)``, ``pytest.warns(X)``, ``pytest.deprecated_call()`` and unittest's ``assertRaises(X)`` as
a statement of their own, or stored in a variable that nobody reads.

## Why is this bad

The call only makes a context manager. Nobody enters it, so the test passes whether the exception comes or not.

## Example

```python
import pytest


class Orders:
    async def cancel(self, key: int) -> None: ...


@pytest.mark.asyncio
async def test_cancel_unknown_order() -> None:
    pytest.raises(KeyError, match="unknown order")  # error
    await Orders().cancel(7)
```

## Use instead

```python
import pytest


class Orders:
    async def cancel(self, key: int) -> None: ...


@pytest.mark.asyncio
async def test_cancel_unknown_order() -> None:
    with pytest.raises(KeyError, match="unknown order"):
        await Orders().cancel(7)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT515"
SEVERITY = "error"
NEEDS = ("raises(", "warns(", "deprecated_call(", "assertRaises", "assertWarns")
ALONE = {"pytest.raises": 1, "pytest.warns": 1, "pytest.deprecated_call": 0}
WORDS = frozenset({"raises", "warns", "deprecated_call", "assertRaises", "assertRaisesRegex", "assertWarns"})
WORDS |= {"assertWarnsRegex"}
OF_TESTCASE = {"assertRaises": 1, "assertRaisesRegex": 2, "assertWarns": 1, "assertWarnsRegex": 2}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each expectation that nothing enters."""
    for scope, call in source.calls(*WORDS):
        around = source.parent(call)
        if isinstance(around, ast.Expr):
            yield from _judged(source, around, call)
        elif isinstance(around, ast.Assign) and scope is not source.module:
            target = around.targets[0]
            if isinstance(target, ast.Name) and target.id not in scope.names_read:
                yield from _judged(source, around, call)


def _judged(source: SourceFile, statement: ast.stmt, value: ast.expr) -> Iterator[Hit]:
    if not isinstance(value, ast.Call):
        return
    if any(isinstance(one, ast.Starred) for one in value.args):
        return
    name = source.dotted(value.func)
    most = ALONE.get(name)
    if most is None and name.startswith("self."):
        most = OF_TESTCASE.get(name[5:])
    if (
        most is None
        or len(value.args) > most
        or any(one.arg in ("func", "callable", None) for one in value.keywords)
    ):
        return
    shown = ast.unparse(value)[:80]
    yield Hit(statement, f"{shown} has no effect: nothing enters it", f"with {shown}: ...")
