"""A method of a test class takes no self.

## What it does

Looks for test methods that are no static methods and have no parameter, or the name of a fixture as the first one.

## Why is this bad

Python passes the object as the first argument. The test fails at once, or gets its object in place of the fixture.

## Example

```python
import pytest


@pytest.mark.asyncio
class TestJob:
    async def test_job() -> None:  # error
        assert 1 + 1 == 2
```

## Use instead

```python
import pytest


@pytest.mark.asyncio
class TestJob:
    async def test_job(self) -> None:
        assert 1 + 1 == 2
```
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts.scopes import arguments
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT225"
SEVERITY = "error"
NEEDS = ("class ",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test method that forgot its object."""
    for test in source.tests:
        node = test.node
        if test.class_ is None or node.args.vararg is not None:
            continue
        names = [one.arg for one in arguments(node)]
        if names and (names[0] in ("self", "cls") or names[0] not in source.fixtures.visible):
            continue
        decorators = [source.dotted(getattr(one, "func", one)) for one in node.decorator_list]
        if not all(name.startswith("pytest.mark.") for name in decorators):
            continue
        place = source.text.find("(", source.span(node)[0]) + 1
        fix = Fix("take self", (Edit(place, place, "self, " if names else "self"),), safe=False)
        given = (
            f"gets its object in place of the fixture {names[0]}"
            if names
            else "takes no self: it fails at once"
        )
        yield Hit(
            node,
            f"{test.class_.name}.{test.name} {given}",
            f"def {node.name}(self{', ...' * bool(names)})",
            fix,
        )
