"""The key of a dependency override is what the dependency returned, or a text, instead of the dependency itself.

## What it does

Looks for ``app.dependency_overrides[get_db()] = ...`` and for keys that are texts. A call of a function that makes
dependencies is left alone.

## Why is this bad

FastAPI looks the override up by the function that ``Depends`` names. The key never matches, so the test runs against
the real dependency.

## Example

```python
from fastapi import FastAPI


def get_db() -> str:
    return "real"


async def test_override() -> None:
    app = FastAPI()
    app.dependency_overrides[get_db()] = lambda: "fake"  # error
    app.dependency_overrides["get_db"] = lambda: "fake"  # error
    assert app.routes
```

## Use instead

```python
from fastapi import FastAPI


def get_db() -> str:
    return "real"


async def test_override() -> None:
    app = FastAPI()
    app.dependency_overrides[get_db] = lambda: "fake"
    assert app.routes
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import webapps
from async_testing.facts.asserts import last_name
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT402"
SEVERITY = "error"
NEEDS = ("dependency_overrides",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each key that never matches."""
    for key in _keys(source):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            message = f"the text {key.value!r} is no dependency: the override never applies"
            yield Hit(key, message, "the function that Depends names")
        elif isinstance(key, ast.Call) and _is_dependency(source, key):
            shown = ast.unparse(key.args[0] if last_name(key) == "Depends" and key.args else key.func)
            fix = Fix("name it", (Edit(*source.span(key), shown),), safe=False)
            message = f"{ast.unparse(key)} is called, so the key is its result: the override never applies"
            yield Hit(key, message, f"dependency_overrides[{shown}]", fix)


def _keys(source: SourceFile) -> Iterator[ast.expr]:
    for node in source.all(ast.Subscript):
        if isinstance(node.ctx, ast.Store) and last_name(node.value) == webapps.OVERRIDES:
            yield node.slice
    for call in source.all(ast.Call):
        if isinstance(call.func, ast.Attribute) and last_name(call.func.value) == webapps.OVERRIDES:
            if call.func.attr in ("update", "setdefault") and call.args:
                first = call.args[0]
                yield from (one for one in first.keys if one) if isinstance(first, ast.Dict) else [first]
        elif (
            last_name(call) == "setitem"
            and len(call.args) == 3
            and last_name(call.args[0]) == webapps.OVERRIDES
        ):
            yield call.args[1]
        elif (
            last_name(call) == "dict" and len(call.args) > 1 and last_name(call.args[0]) == webapps.OVERRIDES
        ):
            yield from (one for one in call.args[1].keys if one) if isinstance(call.args[1], ast.Dict) else ()
    for assign in source.all(ast.Assign):
        if isinstance(assign.value, ast.Dict) and last_name(assign.targets[0]) == webapps.OVERRIDES:
            yield from (one for one in assign.value.keys if one)


def _is_dependency(source: SourceFile, call: ast.Call) -> bool:
    """Whether a called function is a dependency itself, and not one that makes dependencies."""
    if last_name(call) == "Depends":
        return True
    found = (
        source.workspace.definition(source, source.dotted(call.func)) if source.dotted(call.func) else None
    )
    if found is None:
        return (
            not call.args
            and not call.keywords
            and last_name(call).startswith(("get_", "current_", "provide_"))
        )
    if found.kind != "function":
        return False
    inner = {child.name for child in found.scope.children}
    returned = [one.value for one in found.scope.of(ast.Return)]
    return not any(
        isinstance(one, ast.Lambda) or last_name(one) in inner for one in returned if one is not None
    )
