"""A pytest mark is misspelled: it does nothing.

## What it does

Looks for marks whose name is close to one that pytest or a runner of async tests knows, such as ``asyncoi`` or
``usefixture``, and that the project neither registers nor mentions in a conftest.

## Why is this bad

An unknown mark only warns. The test runs without what the mark should do, or does not run at all.

## Example

```python
import pytest


@pytest.mark.usefixture("database")  # error
def test_user() -> None:
    assert 1 + 1 == 2
```

## Use instead

```python
import pytest


@pytest.mark.usefixtures("database")
def test_user() -> None:
    assert 1 + 1 == 2
```
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from functools import cache

from async_testing.facts import runners
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT220"
SEVERITY = "error"
NEEDS = ("mark.",)
KNOWN = ("asyncio", "anyio", "parametrize", "usefixtures", "skipif", "xfail", "filterwarnings")
OTHERS = frozenset({"skip", "timeout", "trio", "async_", "tryfirst", "trylast", "fail", "skips"})
WRONG = {"async_io": "asyncio", "aio": "asyncio", "use_fixtures": "usefixtures", "skip_if": "skipif"}
WRONG |= {"any_io": "anyio", "filter_warnings": "filterwarnings", "params": "parametrize"}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each mark that is almost a known one."""
    for node in _marks(source):
        if node.attr in KNOWN or node.attr in OTHERS or source.dotted(node.value) != "pytest.mark":
            continue
        meant = WRONG.get(node.attr) or _meant(node.attr)
        if not meant or _registered(source, node.attr):
            continue
        _, end = source.span(node)
        fix = Fix(f"write {meant}", (Edit(end - len(node.attr), end, meant),), safe=False)
        message = f"pytest.mark.{node.attr} is not known: it does not do what {meant} does"
        yield Hit(node, message, f"pytest.mark.{meant}", fix)


def _marks(source: SourceFile) -> Iterator[ast.Attribute]:
    """The attributes of ``pytest.mark``, and of a name that is imported for it."""
    for _, holder in source.attributes("mark"):
        around = source.parent(holder)
        if isinstance(around, ast.Attribute):
            yield around
    if "pytest.mark" in source.imports.values():
        for node in source.all(ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id.endswith("mark"):
                yield node


@cache
def _meant(name: str) -> str:
    """The known mark that a name is almost; a mark with another word in it is one of the project's."""
    close = difflib.get_close_matches(name.lower(), KNOWN, 1, 0.83)
    return close[0] if close and abs(len(close[0]) - len(name)) <= 2 else ""


def _registered(source: SourceFile, name: str) -> bool:
    """Whether the project knows the mark: from the configuration, a conftest, or a plugin of its own."""
    settings = source.config.settings
    lines = settings.lines("markers") if settings else ()
    if any(line.partition(":")[0].partition("(")[0].strip() == name for line in lines):
        return True
    return any(name in one.text for one in runners.around(source) if one is not source)
