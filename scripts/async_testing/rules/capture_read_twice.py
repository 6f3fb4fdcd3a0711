"""What was captured is read a second time, when there is nothing left of it.

## What it does

Looks for two ``capsys.readouterr()`` in a row with nothing between them that could print, and for ``caplog.clear()``
right before an assert on what was logged.

## Why is this bad

Reading takes the captured text away, out and err both. The second time it is empty, and an assertion that nothing was
printed holds whatever was.

## Example

```python
import pytest


async def report(name: str) -> None:
    print(name)


@pytest.mark.asyncio
async def test_report(capsys: pytest.CaptureFixture[str]) -> None:
    await report("Ann")
    assert capsys.readouterr().out == "Ann\\n"
    assert capsys.readouterr().err == ""  # error
```

## Use instead

```python
import pytest


async def report(name: str) -> None:
    print(name)


@pytest.mark.asyncio
async def test_report(capsys: pytest.CaptureFixture[str]) -> None:
    await report("Ann")
    captured = capsys.readouterr()
    assert captured.out == "Ann\\n"
    assert captured.err == ""
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT534"
SEVERITY = "error"
NEEDS = ("readouterr", "caplog.clear")
CAPTURES = frozenset({"capsys", "capfd", "capsysbinary", "capfdbinary"})
HARMLESS = frozenset(
    {"strip", "splitlines", "split", "lower", "startswith", "endswith", "len", "readouterr", "str"}
)
LOGGED = frozenset({"text", "records", "messages", "record_tuples"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each look at what is gone."""
    for test in source.tests:
        for statement in test.function.of(ast.Expr):
            if source.called(statement.value) == "caplog.clear":
                after = _next(source, statement)
                if isinstance(after, ast.Assert) and _looks(source, after) and not _acts(after):
                    message = "the log was cleared right before: nothing can be in it"
                    yield Hit(after, message, "assert before clearing")
        places: list[ast.stmt] = [*test.function.of(ast.Assert), *test.function.of(ast.Assign)]
        for first in places:
            second = _next(source, first)
            if not isinstance(second, ast.Assert | ast.Assign):
                continue
            owner = _reads(source, first)
            if owner and owner == _reads(source, second) and not _acts(first) and not _acts(second):
                message = f"{owner}.readouterr() was read right before: it is empty now"
                yield Hit(second, message, f"captured = {owner}.readouterr(), once")


def _next(source: SourceFile, statement: ast.stmt) -> ast.stmt | None:
    block = asserts.block_of(source, statement)
    place = next((index for index, one in enumerate(block) if one is statement), len(block))
    return block[place + 1] if place + 1 < len(block) else None


def _reads(source: SourceFile, statement: ast.stmt) -> str:
    """The fixture whose captured text a statement reads, empty where it reads none."""
    for node in ast.walk(statement):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "readouterr"
        ):
            owner = source.dotted(node.func.value)
            return owner if owner in CAPTURES else ""
    return ""


def _looks(source: SourceFile, statement: ast.stmt) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr in LOGGED and source.dotted(node.value) == "caplog"
        for node in ast.walk(statement)
    )


def _acts(statement: ast.stmt) -> bool:
    """Whether a statement calls or awaits what may print or log."""
    return any(
        isinstance(node, ast.Await)
        or (isinstance(node, ast.Call) and asserts.last_name(node) not in HARMLESS)
        for node in ast.walk(statement)
    )
