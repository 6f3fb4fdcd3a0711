"""A test changes the state of the whole process and leaves it like that.

## What it does

Looks in tests, in fixtures made anew for tests, and in setup hooks for the working directory, ``sys.path``,
``sys.modules``, ``sys.argv``, ``logging.disable``, the locale, and the policy of event loops being changed, where
nothing puts them back. A module that the test has made of a file may stay in ``sys.modules``, as an import leaves it.

## Why is this bad

Every test that runs later in the process meets the change. What passes then depends on the order.

## Example

```python
import os
from pathlib import Path

import pytest


@pytest.mark.asyncio
async def test_reads_from_the_working_directory(tmp_path: Path) -> None:
    os.chdir(tmp_path)  # error
    assert not list(Path().iterdir())
```

## Use instead

```python
from pathlib import Path

import pytest


@pytest.mark.asyncio
async def test_reads_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert not list(Path().iterdir())
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import places
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _as_before

CODE = "AT614"
CALLS = {
    "os.chdir": "monkeypatch.chdir(...)",
    "sys.path.insert": "monkeypatch.syspath_prepend(...)",
    "sys.path.append": "monkeypatch.syspath_prepend(...)",
    "logging.disable": "caplog, or logging.disable(logging.NOTSET) in a finally",
    "locale.setlocale": "a fixture that sets it back after its yield",
    "asyncio.set_event_loop_policy": "the fixture event_loop_policy",
    "socket.setdefaulttimeout": "a fixture that sets it back after its yield",
}
SETS = {"sys.argv": "monkeypatch.setattr(sys, ...)", "sys.path": "monkeypatch.setattr(sys, ...)"}
SETS |= {"sys.stdout": "capsys", "sys.stderr": "capsys", "sys.stdin": "monkeypatch.setattr(sys, ...)"}
NEEDS = ("os.", "sys.", "logging.disable", "chdir", "setlocale", "event_loop_policy", "setdefaulttimeout")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each change to the process that nothing undoes."""
    found: dict[int, list[tuple[ast.stmt, str, str]]] = {}
    for scope, *change in _changes(source):
        found.setdefault(id(scope), []).append(tuple(change))  # type: ignore[arg-type]
    for scope in places.of_tests_and_fixtures(source) if found else ():
        changes = found.get(id(scope))
        if not changes:
            continue
        fixture = source.fixtures.by_function.get(id(scope.node))
        if (fixture and fixture.scope in ("session", "package", "?")) or "eardown" in scope.name.lower():
            continue
        names = [name for _, name, _ in changes]
        for statement, name, instead in changes:
            if names.count(name) > 1 or places.in_try_with_finally(source, statement):
                continue
            if places.after_yield(scope, statement) or _restored(source, scope, statement, name):
                continue
            yield Hit(statement, f"{name} is changed for every test that runs later", instead)


def _changes(source: SourceFile) -> Iterator[tuple[Scope, ast.stmt, str, str]]:
    for scope, plain, call in source.dropped(*(name.rpartition(".")[2] for name in CALLS)):
        name = source.called(call)
        if name in CALLS:
            yield scope, plain, name, CALLS[name]
    for full, instead in SETS.items():
        for scope, assign, target in source.settings.get(full.rpartition(".")[2], ()):
            if source.dotted(target) == full:
                yield scope, assign, full, instead
    for scope, assign in source.each(ast.Assign) if "sys" in source.imports else ():
        for one in assign.targets:
            if not isinstance(one, ast.Subscript) or _as_before.is_import(scope, assign.value):
                continue
            if source.dotted(one.value) == "sys.modules":
                yield scope, assign, "sys.modules", "monkeypatch.setitem(sys.modules, ...)"


def _inside(source: SourceFile, statement: ast.stmt, words: tuple[str, ...]) -> bool:
    """Whether a ``with`` that holds one of some words stands around a statement."""
    blocks = [one for one in source.ancestors(statement) if isinstance(one, ast.With | ast.AsyncWith)]
    texts = [ast.unparse(item.context_expr) for block in blocks for item in block.items]
    return any(word in text for word in words for text in texts)


def _restored(source: SourceFile, scope: Scope, statement: ast.stmt, name: str) -> bool:
    """Whether something around puts it back: a with, a decorator, a cleanup, a teardown, or code further down."""
    last = name.rpartition(".")[2]
    root = name.removesuffix(".insert").removesuffix(".append")
    if _inside(source, statement, ("patch", "chdir", "isolated", root)):
        return True
    if any(source.called(one) in ("os.getcwd", "pathlib.Path.cwd") for one in scope.of(ast.Call)):
        return True
    node = scope.node
    decorators = " ".join(ast.unparse(one) for one in node.decorator_list)  # type: ignore[union-attr]
    if "patch" in decorators and root.partition(".")[0] in decorators:
        return True
    text = source.segment(node)  # type: ignore[arg-type]
    if any(word in text for word in ("addfinalizer", "addCleanup", "_restore", "restore_")):
        return True
    rest = source.text[source.span(statement)[1] : source.span(node)[1]]  # type: ignore[arg-type]
    if root in rest and any(word in rest for word in ("del ", ".pop(", ".remove(")):
        return True
    hooks = [one for one in source.functions if "eardown" in one.name.lower()]
    fixtures = [one.function for one in [*source.fixtures.own, *source.fixtures.visible.values()]]
    for hook in [*hooks, *(one for one in fixtures if one.is_generator and one is not scope)]:
        holder = next(
            (one.source for one in source.fixtures.visible.values() if one.function is hook), source
        )
        if last in holder.segment(hook.node) or root in holder.segment(hook.node):  # type: ignore[arg-type]
            return True
    return False
