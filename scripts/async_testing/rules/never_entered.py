"""A context manager is made, and nothing is run inside of it.

## What it does

Looks for statements that only make a context manager: ``asyncio.timeout(...)``, ``contextlib.suppress(...)``,
``patch(...)``, ``caplog.at_level(...)``, ``self.subTest(...)`` and their like, and the project's own functions under
``@contextmanager`` and ``@asynccontextmanager``.

## Why is this bad

Without ``with`` it does nothing. No time is limited and nothing is patched; and the test is green,
most of all when what it is about does not happen.

## Example

```python
import asyncio

import pytest


async def load(name: str) -> str:
    if not name:
        raise ValueError(name)
    return name


@pytest.mark.asyncio
async def test_load_gives_a_name() -> None:
    asyncio.timeout(5)  # error
    assert await load("Ann") == "Ann"
```

## Use instead

```python
import asyncio

import pytest


async def load(name: str) -> str:
    if not name:
        raise ValueError(name)
    return name


@pytest.mark.asyncio
async def test_load_gives_a_name() -> None:
    async with asyncio.timeout(5):
        assert await load("Ann") == "Ann"
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import coroutines, handedout, places
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT113"
SEVERITY = "error"
ASYNC = frozenset({"asyncio.timeout", "asyncio.timeout_at", "async_timeout.timeout"})
PLAIN = frozenset({"anyio.fail_after", "anyio.move_on_after", "trio.fail_after", "trio.move_on_after"})
PLAIN |= {
    "contextlib.suppress",
    "contextlib.closing",
    "contextlib.redirect_stdout",
    "contextlib.redirect_stderr",
    "contextlib.chdir",
    "warnings.catch_warnings",
    "freezegun.freeze_time",
    "time_machine.travel",
    "structlog.testing.capture_logs",
    "pytest.MonkeyPatch.context",
}
OF_FIXTURES = frozenset({"caplog.at_level", "caplog.filtering", "monkeypatch.context", "subtests.test"})
OF_FIXTURES |= {
    f"{capture}.disabled" for capture in ("capsys", "capfd", "capsysbinary", "capfdbinary", "capteesys")
}
OF_TESTCASES = frozenset({"self.subTest", "self.assertLogs", "self.assertNoLogs", "self.assertWarns"})
PATCHES = frozenset({"unittest.mock.patch", "unittest.mock.patch.object", "unittest.mock.patch.dict"})
PATCHES |= {"unittest.mock.patch.multiple", "mock.patch", "mock.patch.object"}
DECORATORS = {"contextlib.contextmanager": "with", "contextlib.asynccontextmanager": "async with"}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each context manager that nothing enters."""
    yield from _handed_out(source)
    for scope in places.of_tests_and_fixtures(source):
        for statement in scope.of(ast.Expr):
            call = statement.value
            how = _how(source, call, scope) if call.__class__ is ast.Call else ""
            if how:
                yield _hit(source, statement, call, how)
        for assign in scope.of(ast.Assign):
            target = assign.targets[0]
            if assign.value.__class__ is not ast.Call or not isinstance(target, ast.Name):
                continue
            how = "" if target.id in scope.names_read else _how(source, assign.value, scope)
            if how:
                yield _hit(source, assign, assign.value, how)


def _handed_out(source: SourceFile) -> Iterator[Hit]:
    """Yield what fixtures give of patches that neither they nor their tests start."""
    for fixture in source.fixtures.own:
        for value in fixture.gives:
            if not isinstance(value, ast.Call) or source.dotted(value.func) not in PATCHES:
                continue
            started = rf"\b{re.escape(fixture.name)}\.start\("
            if not handedout.is_managed(source, fixture.function, started):
                name = source.called(value)
                message = f"{fixture.name} gives {name}(...) itself, which does nothing until it is entered"
                yield Hit(value, message, f"with {name}(...) as mock: yield mock")


def _hit(source: SourceFile, statement: ast.stmt, call: ast.expr, how: str) -> Hit:
    name = source.called(call) or ast.unparse(call)
    return Hit(statement, f"{name}(...) does nothing until it is entered", f"{how} {name}(...): ...")


def _is_known(source: SourceFile, node: ast.expr) -> bool:
    """Whether the name at the root of an expression is imported or defined in the file."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and (
        node.id in source.imports or source.module.child(node.id) is not None
    )


def _how(source: SourceFile, call: ast.Call, scope: Scope) -> str:
    """The keyword that is missing, empty for anything that is no context manager or is used as a function."""
    name = source.dotted(call.func)
    if not name:
        return ""
    if name in ASYNC:
        return "async with"
    if name.endswith(".lifespan_context") or name == "asgi_lifespan.LifespanManager":
        return "async with"
    if name in PATCHES or name in PLAIN:
        return "with"
    if name in OF_FIXTURES or (name in OF_TESTCASES and len(call.args) < 2):
        return "with"
    root_name = name.partition(".")[0]
    if not _is_known(source, call.func):
        return ""
    if coroutines.binder(source, root_name, scope)[0] is not None:
        return ""
    if name.rpartition(".")[2][:1].isupper():
        return ""
    found = source.workspace.definition(source, name, where="contextmanager")
    if found is None or found.kind != "function":
        return ""
    decorators = [found.source.dotted(one) for one in found.scope.node.decorator_list]  # type: ignore[union-attr]
    return DECORATORS.get(decorators[0], "") if len(decorators) == 1 else ""
