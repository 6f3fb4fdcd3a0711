"""``pytest.raises(..., match="")``: the pattern matches every text there is.

## What it does

Looks for ``match=`` of ``pytest.raises`` and ``pytest.warns``, and for the patterns of ``assertRaisesRegex`` and
``assertWarnsRegex``, that no text fails: an empty one, ``".*"``, ``"|"`` and the like.

## Why is this bad

It reads as if the message were checked. Any ValueError satisfies it, the one from a mistake in the test too.

## Example

```python
import pytest


async def parse_port(text: str) -> int:
    port = int(text)
    if port > 65535:
        raise ValueError("out of range")
    return port


@pytest.mark.asyncio
async def test_large_port_is_out_of_range() -> None:
    with pytest.raises(ValueError, match=".*"):  # error
        await parse_port("70000x")
```

## Use instead

```python
import pytest


async def parse_port(text: str) -> int:
    port = int(text)
    if port > 65535:
        raise ValueError("out of range")
    return port


@pytest.mark.asyncio
async def test_large_port_is_out_of_range() -> None:
    with pytest.raises(ValueError, match="out of range"):
        await parse_port("70000")
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT524"
NEEDS = ("match", "Regex")
TEXTS = ("", "a", "Z 9", "\n", "-", "ünder_\x00", "([{", "x" * 40)
"""No pattern that says anything matches all of these."""
SOME = frozenset({".", ".+", "(.+)", "^.+$", r"\w", r"\w+", r"\S", r"\S+", ".+?", r"[\s\S]+"})
"""Only an empty message fails these."""


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each expectation of a text whose pattern no text fails."""
    for _, call in source.calls("raises", "warns", "assertRaisesRegex", "assertWarnsRegex"):
        given = _pattern(source, call)
        if given is None or not isinstance(given, ast.Constant) or not isinstance(given.value, str):
            continue
        if _is_empty(given.value):
            message = f"every text matches {given.value!r}: the message is not checked"
            yield Hit(call, message, "match what the message says")


def _pattern(source: SourceFile, call: ast.Call) -> ast.expr | None:
    """The pattern that a call expects a message to match, None where it is no such call."""
    name = source.called(call)
    if name in ("pytest.raises", "pytest.warns"):
        return next((one.value for one in call.keywords if one.arg == "match"), None)
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("assertRaisesRegex", "assertWarnsRegex"):
        return call.args[1] if len(call.args) > 1 else None
    return None


def _is_empty(pattern: str) -> bool:
    if pattern in SOME:
        return True
    try:
        return all(re.search(pattern, text) for text in TEXTS)
    except (re.error, OverflowError, RecursionError):
        return False
