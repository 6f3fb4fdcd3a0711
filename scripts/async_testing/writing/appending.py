"""Adds tests to a file that is there: behind what it holds, of which no byte changes."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from async_testing.writing.model import Helper, Test
from async_testing.writing.printing import Printer


def present(text: str) -> set[str]:
    """The names of the functions of a test file, those in classes too."""
    tree = ast.parse(text)
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


def appended(
    text: str, printer: Printer, helpers: Iterable[Helper], tests: Iterable[Test], newline: str
) -> str:
    """The text with the tests behind it, and the imports that it lacks before them.

    Args:
        text: what the file holds.
        printer: prints tests.
        helpers: the fixtures that the tests need.
        tests: the tests.
        newline: how the file's lines end.
    """
    known = _imported(text)
    defined = present(text)
    kept = [one for one in helpers if not _names(one) & defined]
    needed = {one for one in printer.needed(kept, tests) if (one.module, one.name, one.alias) not in known}
    block = printer.body(kept, tests)
    imports = "".join(
        line if line.startswith((" ", ")")) or not line.strip() else _marked(line)
        for line in printer.imports(needed).splitlines(keepends=True)
    )
    more = (f"\n\n{imports}" if imports else "") + block
    ending = "" if text.endswith("\n") or not text else "\n"
    return text + (ending + more).replace("\n", newline)


def _marked(line: str) -> str:
    line = line.rstrip()
    head, mark, codes = line.partition("  # noqa: ")
    return f"{head}  # noqa: {', '.join(['E402', codes] if mark else ['E402'])}\n"


def _names(helper: Helper) -> set[str]:
    return {
        line.partition("(")[0].rpartition(" ")[2]
        for line in helper.lines
        if line.startswith(("def ", "async def "))
    }


def _imported(text: str) -> set[tuple[str, str, str]]:
    found: set[tuple[str, str, str]] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            found |= {(one.name, "", "") for one in node.names if not one.asname}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found |= {(module, one.name, one.asname or "") for one in node.names}
    return found
