"""A test file's name does not say which module and which layer it is about.

## What it does

Wants ``test_<module>_<layer>.py`` where the layer can be told from what the file imports and neither its name nor its
folders say it, and reports names that say nothing, such as ``test_new.py``. A file named after a module that is in no
layer is fine.

## Why is this bad

Tests of a DAO, a service and a router replace different things. A name without the layer gathers all of them in one
file, and nobody finds the tests of a module.

## Example

```python
# file: tests/test_users.py
import pytest  # error

from app.dao.users import UserDAO


@pytest.mark.asyncio
async def test_count_without_users() -> None:
    assert await UserDAO.count() == 0
```

## Use instead

```python
# file: tests/test_users_dao.py
import pytest

from app.dao.users import UserDAO


@pytest.mark.asyncio
async def test_count_without_users() -> None:
    assert await UserDAO.count() == 0
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.facts.tests import LAYERS, WORDS
from async_testing.rules import Hit
from async_testing.rules.vague_test_name import NOISE, words

CODE = "AT802"
STATUS = "checklist"
NEEDS = ("def test",)

_OTHERS = (
    "adapter adapters gateway client clients integration e2e functional contract acceptance unit smoke middleware "
    "dependencies dependency lifespan factory migration migrations model models entity entities handler handlers "
    "consumer consumers producer worker workers task tasks auth security cli config settings utils conftest fakes"
)
SAID = frozenset(_OTHERS.split()).union(*(WORDS[layer] for layer in LAYERS))
"""Words that name a layer, or a part of the application that has none of the four."""
_ENDS = {"dao": ("DAO", "Repository"), "service": ("Service",), "router": ("Router",)}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first line of a test file whose name leaves out its layer, or says nothing."""
    if not source.tests or not source.tree.body:
        return
    name = source.path.rpartition("/")[2]
    said = words(name.removesuffix(".py").removeprefix("test_").removesuffix("_test"))
    subject = "_".join(word for word in said if word not in NOISE)
    if not subject:
        layer = source.layer or "<layer>"
        yield _hit(source, f"{name} does not say what is tested", f"test_<module>_{layer}.py")
    elif not SAID.intersection(said) and not SAID.intersection(source.path.lower().split("/")[:-1]):
        layer = _layer(source, subject)
        if layer:
            message = f"{name} holds tests of the layer {layer} and does not say so"
            yield _hit(source, message, f"test_{subject}_{layer}.py")


def _hit(source: SourceFile, message: str, instead: str) -> Hit:
    body = source.tree.body
    return Hit(body[1] if len(body) > 1 and _is_docstring(source) else body[0], message, instead)


def _is_docstring(source: SourceFile) -> bool:
    first = source.tree.body[0]
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)


def _layer(source: SourceFile, subject: str) -> str:
    """The layer of the modules named like the file, else of the classes it imports; empty where neither is in one."""
    wanted = subject.removesuffix("s")
    imported = [dotted.split(".") for dotted in source.imports.values()]
    modules = [[part for part in parts if part == part.lower()] for parts in imported]
    same = [parts for parts in modules if wanted in (part.removesuffix("s") for part in parts)]
    found = {layer for parts in same for layer in LAYERS if not set(WORDS[layer]).isdisjoint(parts)}
    if not same:
        found = {layer for name in source.imports for layer, end in _ENDS.items() if name.endswith(end)}
    return found.pop() if len(found) == 1 else ""
