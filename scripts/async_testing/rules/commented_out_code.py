"""Code is commented out in a test file.

## What it does

Reads each comment that stands on a line of its own, and reports those that are Python when the ``#`` is taken away. It
goes by the same signs as ruff's ERA001.

## Why is this bad

A commented assertion looks like one that was too strict for a day, and it is never written again. What was there
before is in the history of the repository.

## Example

```python
import pytest

from app.dao import UserDAO


@pytest.mark.asyncio
async def test_count_leaves_out_deleted_users() -> None:
    count: int = await UserDAO.count()
    assert count >= 0
    # assert count == 2  # error
```

## Use instead

```python
import pytest

from app.dao import UserDAO


@pytest.mark.asyncio
async def test_count_leaves_out_deleted_users() -> None:
    # Deleted users keep their row: count == 2, not 3.
    count: int = await UserDAO.count()
    assert count == 2
```
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT809"
STATUS = "checklist"
NEEDS = ("#",)

_LINE = re.compile(r"^[ \t]*#.*?(?:[()\[\]{}:=%]|return|break|continue|import)", re.MULTILINE)
_ALLOWED = re.compile(
    r"(?i)^\s*(?:pylint|pyright|noqa|nosec|region|endregion|type:\s*ignore|fmt:\s*(?:on|off)|isort:|ruff\s*:|mypy:|"
    r"todo|fixme|xxx|async-testing|check:|-\*-|vim:)"
)
_NUMBER = re.compile(r"#\d")
_CODING = re.compile(r"coding[:=][ \t]*[-_.a-zA-Z0-9]+")
_PARTIAL = re.compile(
    r"^(?:elif\s+.*\s*:.*|else\s*:.*|try\s*:.*|finally\s*:.*|except.*:.*|case\s+.*\s*:.*)$"
    r"|^['\"]\w+['\"]\s*:.+[,{]\s*(?:#.*)?$"
    r"|^(?:[(\[]\s*)?(?:\w+\s*,\s*)*\w+\s*(?:[)\]]\s*)?=.*[(\[{]$"
    r"|^[()\[\]{}\s]+(?:#.*)?$"
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the line of each comment that is code."""
    if not _LINE.search(source.text):
        return
    block = False
    for token in _comments(source):
        line = token.start[0]
        if token.string.rstrip() == "# /// script":
            block = True
        elif token.string.rstrip() == "# ///":
            block = False
        elif not block and is_code(token.string):
            start = source.offset(line, 0)
            fix = Fix("take it out", (Edit(start, start + len(source.lines[line - 1]), ""),), safe=False)
            shown = token.string.lstrip("# ")[:40].rstrip()
            yield Hit(line, f"commented out: {shown}", "take it out, or put it back", fix)


def _comments(source: SourceFile) -> Iterator[tokenize.TokenInfo]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip():
                yield token
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return


def is_code(comment: str) -> bool:
    """Whether a comment is Python without its ``#``."""
    text = comment.lstrip("#").strip()
    if not text or not _LINE.match("#" + text) or _ALLOWED.match(text) or _NUMBER.search(text):
        return False
    if _CODING.search(text):
        return False
    return bool(_PARTIAL.match(text)) or _parses(text)


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(not isinstance(one, ast.AnnAssign) or _is_type(one.annotation) for one in found)


def _is_type(node: ast.expr) -> bool:
    """Whether it may be meant as a type: prose behind a colon parses too, as in "Default: it is disabled"."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.BitOr) and _is_type(node.left) and _is_type(node.right)
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Constant)
