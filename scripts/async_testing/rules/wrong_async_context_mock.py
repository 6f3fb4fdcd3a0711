"""An async context manager is mocked in a way that ``async with`` cannot enter.

## What it does

Looks for ``__aenter__`` set up below the call of an AsyncMock that is not awaited (``pool.acquire``,
``conn.transaction``, ``client.stream``), for ``__aenter__`` replaced by something that cannot be awaited, and for
``__enter__`` where the code enters with ``async with``, or the other way round, as far as the file and the project's
modules that it imports tell; and for methods that are AsyncMocks, or are below one, and whose result the code enters:
``connection.cursor = AsyncMock(...)``, ``pool.acquire.return_value = connection``.

## Why is this bad

Calling an AsyncMock gives a coroutine, which has no ``__aenter__``; what was set up is never reached. In the code under
test that is a TypeError, which an ``except`` may well hide.

## Example

```python
from unittest.mock import AsyncMock, MagicMock

import pytest


@pytest.fixture
def pool() -> AsyncMock:
    pool = AsyncMock()
    pool.acquire.return_value.__aenter__.return_value = AsyncMock()  # error
    return pool


@pytest.fixture
def lock() -> MagicMock:
    lock = MagicMock()
    lock.__aenter__ = MagicMock(return_value=lock)  # error
    return lock
```

## Use instead

```python
from unittest.mock import AsyncMock, MagicMock

import pytest


@pytest.fixture
def pool() -> MagicMock:
    pool = MagicMock()
    pool.acquire.return_value.__aenter__.return_value = AsyncMock()
    return pool
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import drivers, mocks, undertest
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT303"
SEVERITY = "error"
NEEDS = ("__aenter__", "__enter__", "__aexit__", "AsyncMock")

_METHODS = drivers.ENTERED | {
    "get",
    "post",
    "put",
    "delete",
    "request",
    "ws_connect",
    "websocket_connect",
    "client",
}
_METHODS |= {
    "start_as_current_span",
    "session",
    "get_session",
    "session_factory",
    "sessionmaker",
    "lock",
    "timeout",
}
_BLOCKING = frozenset(
    {"get", "post", "put", "delete", "request", "client", "session", "lock", "timeout", "connect"}
)
_ENTER = frozenset({"__aenter__", "__aexit__"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such set-up."""
    for scope in source.scopes:
        for attribute in scope.of(ast.Attribute):
            if attribute.attr in ("__aenter__", "__enter__"):
                method = _called_method(source, scope, attribute)
                if method:
                    yield Hit(
                        source.statement(attribute),  # type: ignore[arg-type]
                        f"calling {method} of an AsyncMock gives a coroutine, which async with cannot enter",
                        f"{method} = MagicMock(), then set {method}.return_value.__aenter__.return_value",
                    )
                else:
                    yield from _other_way(source, scope, attribute)
        yield from _made(source, scope)
        yield from _coroutines(source, scope)
        for assign in scope.of(ast.Assign):
            for target in assign.targets:
                if (
                    isinstance(target, ast.Attribute)
                    and target.attr in _ENTER
                    and _is_plain(source, assign.value)
                ):
                    yield Hit(
                        assign,
                        f"{target.attr} has to give something that can be awaited",
                        f"{target.attr} = AsyncMock(return_value=...)",
                    )


def _other_way(source: SourceFile, scope: Scope, attribute: ast.Attribute) -> Iterator[Hit]:
    """Yield a set-up of ``__enter__`` for what the code only enters with ``async with``, or the other way round."""
    is_sync = attribute.attr == "__enter__"
    other = "__aenter__" if is_sync else "__enter__"
    text = source.segment(attribute.value)
    around = source.text if scope is source.module else source.segment(scope.node)  # type: ignore[arg-type]
    if f"{text}.{other}" in around or mocks.of(source).of(attribute.value, scope) is None:
        return
    name = _entered_as(scope, attribute)
    ways = undertest.entered(source, name) if name else set()
    if ways == {"async with" if is_sync else "with"}:
        yield Hit(
            source.statement(attribute),  # type: ignore[arg-type]
            f"{name} is entered with {ways.pop()}, which does not ask for {attribute.attr}",
            f"{' '.join(text.split())}.{other}",
        )


def _entered_as(scope: Scope, attribute: ast.Attribute) -> str:
    """What the code would call what is entered: the method whose result it is, else the variable or attribute."""
    base, path = mocks.unrolled(attribute.value)
    if not isinstance(base, ast.Name) or any(one.startswith("__") for one in path):
        return ""
    if path[-1:] == ["return_value"]:
        return undertest.plain_name([base.id, *path][-2])
    given = "" if path else undertest.given_by(scope, base.id)
    return given or undertest.plain_name([base.id, *path][-1])


def _made(source: SourceFile, scope: Scope) -> Iterator[Hit]:
    """Yield AsyncMocks made with it: ``AsyncMock(**{"acquire.return_value.__aenter__.return_value": conn})``."""
    for call in scope.of(ast.Call):
        for one in call.keywords:
            if one.arg is not None or not isinstance(one.value, ast.Dict):
                continue
            keys = [key.value for key in one.value.keys if isinstance(key, ast.Constant)]
            for key in keys if mocks.maker_kind(source, call) == "AsyncMock" else ():
                method, _, rest = str(key).partition(".return_value.")
                if method in _METHODS and rest.startswith("__aenter__"):
                    message = (
                        f"calling {method} of an AsyncMock gives a coroutine, which async with cannot enter"
                    )
                    yield Hit(call, message, f"MagicMock() in the place of the AsyncMock, {method} included")


def _coroutines(source: SourceFile, scope: Scope) -> Iterator[Hit]:
    """Yield methods set up as AsyncMocks where the code enters what they give: ``async with connection.cursor()``."""
    for assign in scope.of(ast.Assign):
        for target in assign.targets:
            method = _method(source, scope, target, assign.value)
            if method is not None and undertest.enters_call(source, method.attr, _receivers(method)):
                text = " ".join(source.segment(method).split())
                message = f"calling {text} gives a coroutine, which async with cannot enter"
                yield Hit(assign, message, f"{text} = MagicMock(), and its return_value what is entered")


def _method(source: SourceFile, scope: Scope, target: ast.expr, value: ast.expr) -> ast.Attribute | None:
    """The method that an assignment makes an AsyncMock, or whose result it sets where it is one."""
    if not isinstance(target, ast.Attribute):
        return None
    if target.attr != "return_value":
        return target if mocks.maker_kind(source, value) == "AsyncMock" else None
    found = mocks.of(source).of(target.value, scope)
    is_below = found is not None and found.is_plain_async and found.path
    return target.value if is_below and isinstance(target.value, ast.Attribute) else None


def _receivers(method: ast.Attribute) -> frozenset[str]:
    """What the code may call the object of a method; anything where its name tells that it is only entered."""
    if method.attr in drivers.ENTERED - _BLOCKING:
        return frozenset()
    return frozenset([undertest.plain_name(undertest.last_name(method.value))])


def _called_method(source: SourceFile, scope: Scope, attribute: ast.Attribute) -> str:
    """The method, as written, whose call's result is said to be entered, empty where that works."""
    base, path = mocks.unrolled(attribute.value)
    inner = attribute.value
    if base is None or not path or path[-1] != "return_value":
        return ""
    method = inner.value if isinstance(inner, ast.Attribute) and inner.attr == "return_value" else None
    if isinstance(inner, ast.Call):
        method = inner.func
    name = path[-2] if len(path) > 1 else ""
    sync = attribute.attr == "__enter__"
    if method is None:
        return ""
    if name not in _METHODS or (sync and name in _BLOCKING):
        called = name or (base.id if isinstance(base, ast.Name) else "")
        if sync or undertest.entered(source, undertest.plain_name(called)) != {"async with"}:
            return ""
    found = mocks.of(source).of(method, scope)
    if found is None or found.kind != "AsyncMock" or (found.spec and found.path):
        return ""
    return " ".join(source.segment(method).split())


def _is_plain(source: SourceFile, value: ast.expr) -> bool:
    """Whether a value's calls give nothing to await."""
    if isinstance(value, ast.Lambda):
        return isinstance(value.body, ast.Constant | ast.Name | ast.Dict | ast.List)
    if not isinstance(value, ast.Call) or mocks.maker_kind(source, value) not in ("MagicMock", "Mock"):
        return False
    if value.args or any(
        one.arg in ("side_effect", "wraps", None) or one.arg in mocks.SPECS for one in value.keywords
    ):
        return False
    given = mocks.keyword(value, "return_value")
    return not isinstance(given, ast.Call) or bool(mocks.maker_kind(source, given))
