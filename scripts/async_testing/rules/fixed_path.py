"""A test writes to a path that is written out and shared by everyone on the machine.

## What it does

Looks in tests and fixtures for files below ``/tmp`` and ``/var/tmp`` that are opened for writing, or written through
``pathlib.Path``.

## Why is this bad

Two runs at a time, or two workers, write to the same file. What one run leaves there, the next one reads.

## Example

```python
from pathlib import Path

import pytest


async def export(path: Path) -> None:
    path.write_text("a")


@pytest.mark.asyncio
async def test_export() -> None:
    Path("/tmp/rows.csv").write_text("")  # error
    await export(Path("/tmp/rows.csv"))
    assert Path("/tmp/rows.csv").read_text() == "a"
```

## Use instead

```python
from pathlib import Path

import pytest


async def export(path: Path) -> None:
    path.write_text("a")


@pytest.mark.asyncio
async def test_export(tmp_path: Path) -> None:
    await export(tmp_path / "rows.csv")
    assert (tmp_path / "rows.csv").read_text() == "a"
```

## When it is wrong

Where the file system is a fake.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import places
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT628"
STATUS = "preview"
NEEDS = ("/tmp/",)
WRITING = frozenset({"write_text", "write_bytes", "mkdir", "touch"})
OPENING = frozenset({"open", "aiofiles.open", "io.open", "anyio.open_file"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such file."""
    if "pyfakefs" in source.text or "mock_open" in source.text:
        return
    for scope in places.of_tests_and_fixtures(source):
        for call in scope.of(ast.Call):
            path = _written(source, call)
            if isinstance(path, ast.Constant) and str(path.value).startswith(("/tmp/", "/var/tmp/")):
                message = f"{str(path.value)[:60]} is one file for every run on this machine"
                yield Hit(call, message, "tmp_path / ...")


def _written(source: SourceFile, call: ast.Call) -> ast.expr | None:
    """The path that a call writes to, None where it writes to none that is told right there."""
    if source.called(call) in OPENING and len(call.args) > 1:
        mode = call.args[1]
        writes = isinstance(mode, ast.Constant) and set("wax+") & set(str(mode.value))
        return call.args[0] if writes else None
    func = call.func
    if (
        isinstance(func, ast.Attribute)
        and func.attr in WRITING
        and source.called(func.value) == "pathlib.Path"
    ):
        inner = func.value
        return inner.args[0] if isinstance(inner, ast.Call) and inner.args else None
    return None
