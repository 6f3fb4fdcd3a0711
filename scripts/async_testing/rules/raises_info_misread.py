"""What ``pytest.raises`` gives is asserted or spelled out itself, instead of the exception in it.

## What it does

Looks for the name behind ``with pytest.raises(...) as``: in an assert by its truth, as ``str(caught)``,
``repr(caught)`` or in an f-string that is compared or searched, and for asserts on the bare ``caught.value``.

## Why is this bad

The object and the exception in it are always true. Its text is not the message but ``<ExceptionInfo ValueError('no')
tblen=2>``: the name of the class is always in it, and the text is cut when it is long.

## Example

```python
import pytest


class ConfigError(Exception):
    pass


async def load(name: str) -> None:
    raise ConfigError("no such file")


@pytest.mark.asyncio
async def test_missing_file_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        await load("a.toml")
    assert caught.value  # error
    assert "ConfigError" in str(caught)  # error
```

## Use instead

```python
import pytest


class ConfigError(Exception):
    pass


async def load(name: str) -> None:
    raise ConfigError("no such file")


@pytest.mark.asyncio
async def test_missing_file_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        await load("a.toml")
    assert str(caught.value) == "no such file"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Edit, Fix, Hit, _claims

CODE = "AT523"
SEVERITY = "error"
NEEDS = ("raises", "assertRaises")
OF_PYTEST = "value"
OF_UNITTEST = "exception"


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such look at the information about an exception."""
    names = {id(scope): found for scope in source.functions if (found := _names(source, scope))}
    for claim in _claims.of(source) if names else ():
        known = names.get(id(claim.scope), {})
        subject = claim.subject
        if isinstance(subject, ast.Name) and subject.id in known:
            message = f"{subject.id} is only what keeps the exception, and always true"
            yield Hit(claim.where, message, f"assert str({subject.id}.{known[subject.id]}) == ...")
        elif (isinstance(subject, ast.Attribute) and isinstance(subject.value, ast.Name)) and (
            known.get(subject.value.id) == subject.attr
        ):
            message = f"{ast.unparse(subject)} is an exception, and always true"
            yield Hit(claim.where, message, f"assert str({ast.unparse(subject)}) == ...")
    for scope in source.functions:
        if id(scope) in names:
            yield from _spelled(source, scope, names[id(scope)])


def _names(source: SourceFile, scope: Scope) -> dict[str, str]:
    """The names that only ever hold what a ``raises`` gives, each with the attribute that the exception is in."""
    if ast.With not in scope.nodes:
        return {}
    found: dict[str, list[str]] = {}
    for block in asserts.raises_blocks(source, scope):
        if block.name and isinstance(block.block, ast.With):
            attribute = OF_UNITTEST if asserts.last_name(block.call) == "assertRaises" else OF_PYTEST
            found.setdefault(block.name, []).append(attribute)
    bound = bindings(source, scope)
    return {
        name: kinds[0]
        for name, kinds in found.items()
        if len(set(kinds)) == 1 and len(bound.get(name, ())) == len(kinds)
    }


def _spelled(source: SourceFile, scope: Scope, names: dict[str, str]) -> Iterator[Hit]:
    for call in scope.of(ast.Call):
        name = call.args[0] if len(call.args) == 1 else None
        if not isinstance(call.func, ast.Name) or call.func.id not in ("str", "repr"):
            continue
        if isinstance(name, ast.Name) and name.id in names and _is_compared(source, call):
            _, end = source.span(name)
            right = f"{name.id}.{names[name.id]}"
            fix = Fix("look at the exception", (Edit(end, end, f".{names[name.id]}"),), safe=False)
            message = (
                f"{call.func.id}({name.id}) is the text of what keeps the exception, not of the exception"
            )
            yield Hit(call, message, f"str({right})", fix)


def _is_compared(source: SourceFile, node: ast.AST) -> bool:
    """Whether a text is compared, searched or kept for that."""
    around = source.parent(node)
    if isinstance(around, ast.Call):
        return asserts.last_name(around).startswith(("assert", "search", "match", "fullmatch", "findall"))
    return isinstance(around, ast.Compare | ast.Assign | ast.Attribute | ast.Subscript)
