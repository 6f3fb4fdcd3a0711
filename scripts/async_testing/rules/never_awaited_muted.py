"""The warning that a coroutine was never awaited is muted.

## What it does

Looks at pytest's ``filterwarnings`` and ``-W`` in ``addopts``, at ``pytest.mark.filterwarnings`` and at
``warnings.filterwarnings`` of test files, for filters that ignore ``RuntimeWarning``, "coroutine … was never awaited",
``PytestUnraisableExceptionWarning`` or every warning, and that no later filter undoes. A mark that names the message is
left alone on a test that provokes a failure, since what fails half way leaves its coroutines behind.

## Why is this bad

Of a forgotten ``await`` this warning is all there is to see. The test stays green, now without a word.

## Example

```python
import pytest


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # error
@pytest.mark.asyncio
async def test_job() -> None:
    assert 1 + 1 == 2
```

## Use instead

```python
import pytest


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
@pytest.mark.asyncio
async def test_job() -> None:
    assert 1 + 1 == 2
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from async_testing.facts import asserts, neverawaited
from async_testing.facts.config import Config
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT101"
NEEDS = ("warnings",)
INSTEAD = "a filter for the one message that is meant, or error"
CALLS = ("warnings.filterwarnings", "warnings.simplefilter", "warnings.catch_warnings")
HOOKS = ("pytest_configure", "pytest_sessionstart", "pytest_runtest_setup", "pytest_load_initial_conftests")


def check_config(config: Config, text: str) -> Iterator[Hit]:
    """Yield the line of the filter that mutes the warning for every test."""
    filters = [*config.filterwarnings, *neverawaited.command_line(config)]
    for index in neverawaited.muting(filters):
        given = filters[index]
        message = f"the filter {given!r} mutes the warning of coroutines that were never awaited"
        yield Hit(neverawaited.line_of(text, given), message, INSTEAD)
    switched = _switched_off(config.words("addopts"))
    if switched:
        message = f"{switched!r} mutes all warnings, that of coroutines that were never awaited too"
        yield Hit(neverawaited.line_of(text, switched), message, INSTEAD)


def _switched_off(words: Sequence[str]) -> str:
    """The option, as written, that takes from pytest what shows warnings; empty where none does."""
    for index, word in enumerate(words):
        if word in ("-pno:warnings", "--disable-warnings", "--disable-pytest-warnings"):
            return word
        if word == "-p" and words[index + 1 : index + 2] in (["no:warnings"], ("no:warnings",)):
            return "no:warnings"
    return ""


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each filter in a test file or conftest that mutes the warning."""
    if not source.is_test_file and not source.is_conftest:
        return
    asynchronous = "async " in source.text or source.is_conftest
    for scope, call in source.calls("filterwarnings", "addinivalue_line", "simplefilter", "catch_warnings"):
        given = _filter(source, call, asynchronous)
        if given and neverawaited.muting([given]) and not _provoked(source, call, given):
            message = f"the filter {given!r} mutes the warning of coroutines that were never awaited"
            yield Hit(call, message, INSTEAD)
        name = source.dotted(call.func)
        if name not in CALLS or not _lasting(source, scope, call):
            continue
        if neverawaited.call_mutes(source, call):
            message = f"{name} mutes the warning of coroutines that were never awaited"
            yield Hit(call, message, INSTEAD)


def _filter(source: SourceFile, call: ast.Call, asynchronous: bool) -> str:
    """The filter that a mark or a line added to pytest's configuration says, empty for other calls."""
    if asynchronous and call.args and source.dotted(call.func) == "pytest.mark.filterwarnings":
        return neverawaited.text_of(call.args[-1])
    added = isinstance(call.func, ast.Attribute) and call.func.attr == "addinivalue_line"
    if added and len(call.args) == 2 and neverawaited.text_of(call.args[0]) == "filterwarnings":
        return neverawaited.text_of(call.args[1])
    return ""


def _provoked(source: SourceFile, call: ast.Call, given: str) -> bool:
    """Whether a mark names the message, and stands on a test that waits for an exception."""
    if "never awaited" not in given:
        return False
    for test in source.tests:
        if any(one is call for one in test.node.decorator_list):
            return next(asserts.raises_blocks(source, test.function), None) is not None
    return False


def _lasting(source: SourceFile, scope: Scope, call: ast.Call) -> bool:
    """Whether tested code runs under it: pytest undoes what a module's own code sets."""
    node = scope.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    around = next((one for one in source.ancestors(call) if isinstance(one, ast.With | ast.AsyncWith)), None)
    if node.name in HOOKS:
        return around is None
    inside = [around] if around and source.scope(around) is scope else node.body
    if id(node) in source.fixtures.by_function:
        yields = any(isinstance(one, ast.Yield) for inner in inside for one in ast.walk(inner))
        return around is None or yields
    if not scope.is_async or (around and not neverawaited.names_category(call)):
        return False
    return any(isinstance(one, ast.Await) for inner in inside for one in ast.walk(inner))
