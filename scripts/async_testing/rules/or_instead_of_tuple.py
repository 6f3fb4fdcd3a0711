"""``ValueError or TypeError`` where a tuple is meant: only the first of them counts.

## What it does

Looks for ``or`` between classes or constants in ``pytest.raises``, ``isinstance``, ``except`` and on a side of a
comparison, and for ``assert "a" and "b" in text``, of which the first half is a constant.

## Why is this bad

``or`` gives its first true operand, so ``x == ("a" or "b")`` is ``x == "a"``. In the other case ``"a"`` is true by
itself, whether or not the text holds it.

## Example

```python
import pytest


async def role_of(name: str) -> str:
    return {"root": "admin"}.get(name, "guest")


@pytest.mark.asyncio
async def test_roles() -> None:
    assert await role_of("root") == ("admin" or "editor")  # error
    assert "g" and "z" in await role_of("ann")  # error
    with pytest.raises(ValueError or TypeError):  # error
        await role_of([])
```

## Use instead

```python
import pytest


async def role_of(name: str) -> str:
    return {"root": "admin"}.get(name, "guest")


@pytest.mark.asyncio
async def test_roles() -> None:
    role = await role_of("root")
    assert role in ("admin", "editor")
    assert "a" in role and "d" in role
    with pytest.raises((ValueError, TypeError)):
        await role_of([])
```
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing, last_name
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT525"
SEVERITY = "error"
NEEDS = (" or ", " and ", " or\n", " and\n")
TAKING = {"raises": 0, "warns": 0, "assertRaises": 0, "assertWarns": 0, "isinstance": 1, "issubclass": 1}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such alternative."""
    if not is_testing(source):
        return
    for node in source.all(ast.BoolOp):
        first = node.values[0]
        if isinstance(node.op, ast.Or) and _is_operand(source, node):
            if _is_true(first) or all(_is_class(source, one) for one in node.values):
                shown = ast.unparse(node)[:60]
                yield Hit(
                    node,
                    f"'{shown}' is {ast.unparse(first)[:40]}, the others never count",
                    "write them as a tuple",
                )
        elif isinstance(node.op, ast.And) and isinstance(source.parent(node), ast.Assert):
            text = next((one for one in node.values[:-1] if _is_text(one)), None)
            if text is not None and isinstance(node.values[-1], ast.Compare):
                message = f"{ast.unparse(text)[:40]} is true by itself: nothing compares it"
                yield Hit(node, message, "repeat the comparison for each of them")


def _is_operand(source: SourceFile, node: ast.BoolOp) -> bool:
    """Whether an alternative stands where one value or class is taken: compared, handed to raises, caught."""
    around = source.parent(node)
    if isinstance(around, ast.Compare):
        return around.left is not node
    if isinstance(around, ast.ExceptHandler):
        return True
    if isinstance(around, ast.Call):
        place = TAKING.get(last_name(around), 9)
        return len(around.args) > place and around.args[place] is node
    return False


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and bool(node.value)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value)


def _is_class(source: SourceFile, node: ast.expr) -> bool:
    """Whether an expression names a class: a built-in one, or one that the file defines or imports by such a name."""
    name = source.dotted(node)
    if isinstance(getattr(builtins, name, None), type):
        return True
    last = name.rpartition(".")[2]
    known = name.partition(".")[0] in {one.partition(".")[0] for one in source.imports.values()}
    return last[:1].isupper() and not last.isupper() and (known or source.module.child(name) is not None)
