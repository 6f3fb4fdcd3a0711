"""A test is defined under if __name__ == "__main__": pytest never sees it.

## What it does

Looks for tests and test classes in the body of ``if __name__ == "__main__":``.

## Why is this bad

Pytest imports the module under its own name, so that the condition is false. The tests never run.

## Example

```python
if __name__ == "__main__":

    def test_job() -> None:  # error
        assert 1 + 1 == 3
```

## Use instead

```python
def test_job() -> None:
    assert 1 + 1 == 2
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT227"
SEVERITY = "error"
NEEDS = ("__main__",)
MAIN = ("__name__ == '__main__'", "'__main__' == __name__")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test behind a condition that is false under pytest."""
    if not source.is_test_file:
        return
    for branch in source.module.of(ast.If):
        if ast.unparse(branch.test) not in MAIN:
            continue
        for node in branch.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                hit = source.config.collects_function(node.name)
            else:
                hit = isinstance(node, ast.ClassDef) and source.config.collects_class(node.name)
            if hit and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield Hit(
                    node,
                    f'{node.name} is defined under if __name__ == "__main__": pytest never sees it',
                    "it outside of the if",
                )
