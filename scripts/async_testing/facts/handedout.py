"""What becomes of a thing that a fixture hands out: whether those who ask for the fixture enter or close it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.facts.scopes import Scope

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

_MOST_FILES = 400
"""Test files below a conftest that are read: where there are more, it is not worth the time."""


def is_managed(source: SourceFile, fixture: Scope, otherwise: str = "") -> bool:
    """Whether a test or fixture that gets a fixture's value evidently enters or closes it.

    Args:
        source: the file that defines the fixture; of a conftest, the test files below it are asked too.
        fixture: its function.
        otherwise: a regular expression of another way to do it.
    """
    definition = source.fixtures.by_function.get(id(fixture.node))
    name = re.escape(definition.name if definition else fixture.name)
    managed = re.compile(
        rf"\bwith\b[^\n]*\b{name}\b|(?:context|closing|[Mm]anager|[Ff]inalizer|[Cc]leanup)\(\s*{name}\b"
        rf"|\b{name}\.(?:a?close|dispose|disconnect|terminate|__a?enter__|__a?exit__)\b"
        + (f"|{otherwise}" if otherwise else "")
    )
    if managed.search(source.text):
        return True
    return source.is_conftest and any(managed.search(text) for text in _below(source))


def _below(source: SourceFile) -> Iterator[str]:
    """The texts of the Python files in the folder of a conftest and in those inside of it."""
    workspace = source.workspace
    waiting, seen = [source.path.rpartition("/")[0]], 0
    while waiting:
        folder = waiting.pop()
        for name in sorted(workspace.files(folder)):
            path = f"{folder}/{name}" if folder else name
            if name.endswith(".py") and path != source.path:
                seen += 1
                if seen > _MOST_FILES:
                    return
                yield (workspace.read(path) or b"").decode(errors="replace")
            elif "." not in name:
                waiting.append(path)
