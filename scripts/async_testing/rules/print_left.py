"""A print is left in a test.

## What it does

Reports calls of ``print`` and ``pprint``, unless they write to a file or the test reads what was printed (``capsys``
and its like).

## Why is this bad

pytest shows it for failing tests only, among everything else: nobody reads it. It was somebody's way to look at a value
that should have been asserted.

## Example

```python
import pytest

from app.dao import UserDAO


@pytest.mark.asyncio
async def test_count_leaves_out_deleted_users() -> None:
    count: int = await UserDAO.count()
    print(count)  # error
    assert count == 2
```

## Use instead

```python
import pytest

from app.dao import UserDAO


@pytest.mark.asyncio
async def test_count_leaves_out_deleted_users() -> None:
    count: int = await UserDAO.count()
    assert count == 2
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import parameter_names
from async_testing.rules import Edit, Fix, Hit

CODE = "AT810"
STATUS = "checklist"
NEEDS = ("print",)

PRINTS = frozenset({"print", "builtins.print", "pprint.pprint", "pprint.pp", "rich.print"})
READERS = frozenset({"capsys", "capfd", "capsysbinary", "capfdbinary"})
STREAMS = frozenset({"sys.stdout", "sys.stderr"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each print of a test file."""
    if not source.is_test_file and not source.is_conftest:
        return
    for scope in source.scopes:
        for call in scope.of(ast.Call):
            name = source.called(call)
            if (
                name in PRINTS
                and not _elsewhere(source, call)
                and not _read(scope)
                and not _main(source, call)
            ):
                yield Hit(
                    call, f"{name}(...) is left here", "assert what you wanted to see", _fix(source, call)
                )


def _elsewhere(source: SourceFile, call: ast.Call) -> bool:
    to = next((one.value for one in call.keywords if one.arg in ("file", "stream")), None)
    return to is not None and source.dotted(to) not in (*STREAMS, "None") and not isinstance(to, ast.Constant)


def _read(scope: Scope | None) -> bool:
    while scope is not None:
        if READERS.intersection(parameter_names(scope)):
            return True
        scope = scope.parent
    return False


def _main(source: SourceFile, call: ast.Call) -> bool:
    """Whether it stands under ``if __name__ == "__main__"``."""
    return any(
        isinstance(one, ast.If)
        and isinstance(one.test, ast.Compare)
        and source.dotted(one.test.left) == "__name__"
        for one in source.ancestors(call)
    )


def _fix(source: SourceFile, call: ast.Call) -> Fix | None:
    """Take its lines out, where it is a statement of its own with others around."""
    statement = source.parent(call)
    around = source.parent(statement) if statement else None
    body = getattr(around, "body", [])
    others = [one for one in body if not (isinstance(one, ast.Expr) and source.called(one.value) in PRINTS)]
    alone = not isinstance(statement, ast.Expr) or statement not in body or not others
    if alone or not isinstance(statement, ast.Expr):
        return None
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    start, end = source.offset(first, 0), source.offset(last, 0) + len(source.lines[last - 1])
    rest = source.text[start:end].strip()
    return (
        Fix("take it out", (Edit(start, end, ""),), safe=False) if rest == source.segment(statement) else None
    )
