"""A function of a test file has parameters or a result without a type.

## What it does

Looks at every function of test files and conftests, nested ones and methods too; ``self`` and ``cls`` need no type.

## Why is this bad

Type checkers pass over the bodies of functions without annotations: a forgotten ``await`` in one of them is not found,
and readers have to guess what a fixture hands out.

## Example

```python
import pytest

from app.dao import UserDAO


@pytest.fixture
def user_id():  # error
    return 7


@pytest.mark.asyncio
async def test_fetch_by_id_of_nobody(user_id) -> None:  # error
    assert await UserDAO.fetch_by_id(user_id) is None
```

## Use instead

```python
import pytest

from app.dao import UserDAO


@pytest.fixture
def user_id() -> int:
    return 7


@pytest.mark.asyncio
async def test_fetch_by_id_of_nobody(user_id: int) -> None:
    assert await UserDAO.fetch_by_id(user_id) is None
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts.scopes import Scope, arguments
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT805"
STATUS = "checklist"
NEEDS = ("def ",)
_END = re.compile(r"[\s,/*]*(?:#[^\n]*\n[\s,]*)*\)\s*:")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each function that leaves a type out."""
    if not source.is_test_file and not source.is_conftest:
        return
    for function in source.functions:
        node = function.node
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        bare = [one.arg for one in _parameters(source, function) if one.annotation is None]
        missing = [f"the type of {', '.join(bare)}"] if bare else []
        if node.returns is None and node.name != "__init__":
            missing.append("what it returns")
        if missing:
            fix = None if bare else _fix(source, function)
            yield Hit(node, f"{node.name} does not say {' and '.join(missing)}", _instead(node, bare), fix)


def _parameters(source: SourceFile, function: Scope) -> list[ast.arg]:
    node = function.node
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    named = arguments(node)
    static = any(source.dotted(one) == "staticmethod" for one in node.decorator_list)
    if function.class_ and not static:
        named = named[1:]
    return [*named, *(one for one in (node.args.vararg, node.args.kwarg) if one)]


def _instead(node: ast.FunctionDef | ast.AsyncFunctionDef, bare: list[str]) -> str:
    result = "..." if node.returns is None and not node.name.startswith("test") else "None"
    shown = ", ".join(f"{name}: ..." for name in bare[:2]) + (", ..." if len(bare) > 2 else "")
    return f"def {node.name}({shown}) -> {result}"


def _fix(source: SourceFile, function: Scope) -> Fix | None:
    """Say ``-> None`` where nothing is returned; None where it may be something else."""
    node = function.node
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    returns = any(one.value is not None for one in function.of(ast.Return))
    if returns or function.is_generator or not node.name.startswith("test"):
        return None
    places = [
        source.offset(one.end_lineno or 0, one.end_col_offset or 0) for one in _parameters(source, function)
    ]
    places += [source.span(one)[1] for one in [*node.args.defaults, *node.args.kw_defaults] if one]
    start = max(places, default=source.text.find("(", source.span(node)[0]) + 1)
    if function.class_ and not places:
        start = (
            source.text.find(arguments(node)[0].arg, start) + len(arguments(node)[0].arg)
            if arguments(node)
            else start
        )
    found = _END.match(source.text, start)
    if found is None:
        return None
    end = source.text.rfind(")", start, found.end()) + 1
    return Fix("say -> None", (Edit(end, end, " -> None"),))
