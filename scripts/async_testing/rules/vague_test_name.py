"""A test's name does not say what it is about and when.

## What it does

Counts the words behind ``test_`` that say something. Numbers and fillers such as ``it``, ``works`` or ``foo`` say
nothing; the words of the class around it count as well. Two are needed: what is tested, and in which situation.

## Why is this bad

In a list of failures the name is all there is. ``test_user_2`` sends everybody to the code.

## Example

```python
import pytest

from app.dao import UserDAO


@pytest.mark.asyncio
async def test_user_2() -> None:  # error
    assert await UserDAO.count() == 2


@pytest.mark.asyncio
async def test_it_works() -> None:  # error
    assert await UserDAO.count() == 2
```

## Use instead

```python
import pytest

from app.dao import UserDAO


@pytest.mark.asyncio
async def test_count_leaves_out_deleted_users() -> None:
    assert await UserDAO.count() == 2
```

## When it is wrong

One word can be enough where a file has a single subject and that word names the situation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT801"
STATUS = "checklist"
NEEDS = ("def test",)

_EMPTY = "it works work working ok okay foo bar baz qux test tests testing stuff thing things"
_NOISE = "basic simple case cases example sample new other another function method main default all"
EMPTY = frozenset(f"{_EMPTY} something whatever misc tmp temp todo".split())
"""Words that say nothing wherever they stand."""
NOISE = EMPTY | frozenset(_NOISE.split())
"""Words that say nothing on their own, and something beside another: ``basic_auth``."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test with fewer than two words that say something."""
    for test in source.tests:
        own = words(test.name.removeprefix("test"))
        around = words(test.class_.name.removeprefix("Test")) if test.class_ else []
        telling = [word for word in own if word not in EMPTY]
        known = any(word not in NOISE for word in [*own, *around])
        if not telling or not known or len(telling) + len(set(around) - EMPTY) < 2:
            yield Hit(
                test.node,
                f"{test.name} does not say what is tested and when",
                f"test_<what>_<scenario>: test_{'_'.join(telling) or 'create'}_<scenario>",
            )


def words(name: str) -> list[str]:
    """The words of a name in snake or camel case, lower case, numbers left out."""
    return [word.lower() for word in _WORD.findall(name) if not word.isdigit()]
