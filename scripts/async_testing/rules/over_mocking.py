"""A test replaces so much, or so deep inside, that it repeats the code.

## What it does

Counts the patches of a test, those of its decorators and its class included: more than four are too many. It also
reports a patch of a private method of a class that the file's own code uses.

## Why is this bad

Each replaced function is a line of the implementation that the test now spells out. It is green when the real functions
no longer fit together, and red when they are merely called in another way.

## Example

```python
# file: app/services.py
class UserService:
    def _validate(self, name: str) -> bool:
        return bool(name)

# file: tests/test_user_service.py
from unittest.mock import patch

import pytest

from app.services import UserService


@pytest.mark.asyncio
@patch("app.services.clock")
@patch("app.services.audit")
@patch("app.services.mailer")
async def test_register_sends_a_mail(mailer, audit, clock) -> None:  # error
    with patch("app.services.UserDAO") as dao, patch("app.services.limits"):
        await UserService().register("Ann")

    mailer.send.assert_called_once()


@pytest.mark.asyncio
async def test_register_checks_the_name() -> None:
    with patch.object(UserService, "_validate", return_value=True):  # error
        await UserService().register("Ann")
```

## Use instead

```python
import pytest

from app.services import UserService
from tests.fakes import FakeMailer, FakeUserDAO


@pytest.mark.asyncio
async def test_register_sends_a_mail() -> None:
    mailer = FakeMailer()

    await UserService(dao=FakeUserDAO(), mailer=mailer).register("Ann")

    assert mailer.sent == ["Ann"]
```

## When it is wrong

Code without any seams needs its patches, until it gets some.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks, targets
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.rules import Hit
from async_testing.rules._replaced import WORDS, in_scope, is_class, used_classes
from async_testing.rules.vague_test_name import words
from async_testing.rules.wrong_mock_level import CONNECTIONS

CODE = "AT808"
STATUS = "checklist"
NEEDS = WORDS

MOST = 4
"""So many patches a test may have."""
FAKES = ("Fake", "Dummy", "Stub")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield tests with too many patches, and patches of what is private to the tested class."""
    for test in source.tests:
        number = sum(_weight(source, call) for call in _calls(test))
        if number > MOST:
            yield Hit(
                test.node,
                f"{test.name} has {number} patches",
                "one fake at the boundary, handed in as an argument or a dependency",
            )
    if not source.tests:
        return
    used = used_classes(source)
    for scope in source.scopes:
        for one in in_scope(source, scope):
            last = one.owner.rpartition(".")[2]
            if _is_private(one.name) and is_class(one.owner) and last in used and not last.startswith(FAKES):
                found = source.workspace.definition(source, f"{one.owner}.{one.name}")
                if found is None or found.kind != "function":
                    continue
                message = f"{last}.{one.name} is internal to the tested class and is replaced"
                yield Hit(one.node, message, "let it run, and replace what it talks to")


def _is_private(name: str) -> bool:
    """Whether a name is private and none of a connection."""
    private = name.startswith("_") and not name.endswith("__")
    return private and CONNECTIONS.isdisjoint(words(name))


def _calls(test: Test) -> Iterator[ast.Call]:
    decorators = list(test.node.decorator_list)
    if test.class_ is not None and isinstance(test.class_.node, ast.ClassDef):
        decorators += test.class_.node.decorator_list
    yield from (one for one in decorators if isinstance(one, ast.Call))
    yield from test.function.within(ast.Call)


def _weight(source: SourceFile, call: ast.Call) -> int:
    kind = mocks.patch_kind(source, call)
    if kind == "patch.multiple":
        return len(call.keywords)
    return int(kind in ("patch", "patch.object") or (not kind and targets.of_call(source, call) is not None))
