"""A fake keeps what it was called with in its class, or in a default: every test sees the calls of the others.

## What it does

Looks in the code of tests for classes with a list, dict or set as a class attribute that their methods fill through
``self``, and for one as the default of a parameter that is kept in ``self``.

## Why is this bad

There is one list for all objects of the class. A test passes or fails by what ran before it.

## Example

```python
import pytest


class FakeMailer:
    sent: list[str] = []  # error

    async def send(self, text: str) -> None:
        self.sent.append(text)


@pytest.mark.asyncio
async def test_mail_is_sent() -> None:
    mailer = FakeMailer()
    await mailer.send("hello")
    assert mailer.sent == ["hello"]
```

## Use instead

```python
import pytest


class FakeMailer:
    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, text: str) -> None:
        self.sent.append(text)


@pytest.mark.asyncio
async def test_mail_is_sent() -> None:
    mailer = FakeMailer()
    await mailer.send("hello")
    assert mailer.sent == ["hello"]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT332"
NEEDS = ("self.",)
FILLING = frozenset({"append", "add", "update", "extend", "insert", "setdefault", "appendleft"})
MAKERS = frozenset(
    {"list", "dict", "set", "collections.defaultdict", "collections.deque", "collections.Counter"}
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such attribute and default."""
    if not is_testing(source):
        return
    collected = {id(test.class_) for test in source.tests}
    for class_ in source.classes:
        node = class_.node
        assert isinstance(node, ast.ClassDef)
        if id(class_) in collected or node.decorator_list or node.keywords:
            continue
        if class_.parent is not source.module:
            continue  # made anew with the function around it
        for method in class_.children:
            yield from _defaults(source, method)
        if node.bases:
            continue  # a base may make it anew, or mean something else by it
        for name, statement in _shared(source, class_):
            if _is_filled(class_, name) and not _is_reset(source, class_, name):
                message = f"{class_.name}.{name} is one for all objects of the class, and so for all tests"
                yield Hit(statement, message, f"self.{name} = ... in __init__")


def _shared(source: SourceFile, class_: Scope) -> Iterator[tuple[str, ast.stmt]]:
    """The containers that the body of a class makes, by name."""
    plain: list[ast.Assign | ast.AnnAssign] = [*class_.of(ast.Assign), *class_.of(ast.AnnAssign)]
    for statement in plain:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if (
            isinstance(target, ast.Name)
            and statement.value is not None
            and _is_container(source, statement.value)
        ):
            yield target.id, statement


def _is_container(source: SourceFile, value: ast.expr) -> bool:
    return isinstance(value, ast.List | ast.Dict | ast.Set) or source.called(value) in MAKERS


def _is_of_self(node: ast.AST, name: str) -> bool:
    plain = isinstance(node, ast.Attribute) and node.attr == name
    return plain and isinstance(node.value, ast.Name) and node.value.id == "self"  # type: ignore[attr-defined]


def _is_filled(class_: Scope, name: str) -> bool:
    """Whether a method puts something in through ``self``."""
    for method in class_.children:
        for call in method.of(ast.Call):
            func = call.func
            if isinstance(func, ast.Attribute) and func.attr in FILLING and _is_of_self(func.value, name):
                return True
        for assign in method.of(ast.Assign):
            for target in assign.targets:
                if isinstance(target, ast.Subscript) and _is_of_self(target.value, name):
                    return True
    return False


def _is_reset(source: SourceFile, class_: Scope, name: str) -> bool:
    """Whether the file gives objects or the class a container anew, or clears it."""
    own = {id(one) for one in class_.within(ast.Attribute)}
    for attribute in source.all(ast.Attribute):
        if attribute.attr != name or (_is_of_self(attribute, name) and id(attribute) not in own):
            continue
        if isinstance(attribute.ctx, ast.Store | ast.Del):
            return True
        around = source.parent(attribute)
        if isinstance(around, ast.Attribute) and around.attr in ("clear", "pop", "popitem", "remove"):
            return True
    return f'"{name}"' in source.text or f"'{name}'" in source.text


def _defaults(source: SourceFile, method: Scope) -> Iterator[Hit]:
    """The containers that are a default, and that an ``__init__`` keeps."""
    node = method.node
    if method.name != "__init__" or not isinstance(node, ast.FunctionDef):
        return
    plain = [*node.args.posonlyargs, *node.args.args]
    pairs = list(zip(plain[len(plain) - len(node.args.defaults) :], node.args.defaults, strict=True))
    pairs += [
        (one, default)
        for one, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if default
    ]
    for parameter, default in pairs:
        kept = [
            target.attr
            for assign in method.of(ast.Assign)
            for target in assign.targets
            if isinstance(target, ast.Attribute)
            and isinstance(assign.value, ast.Name)
            and assign.value.id == parameter.arg
        ]
        class_ = method.class_
        if _is_container(source, default) and class_ and any(_is_filled(class_, name) for name in kept):
            message = f"the default of {parameter.arg} is one object for all calls, and it is filled"
            yield Hit(default, message, f"{parameter.arg}=None, and a new one in the body")
