"""Tests as the text of a file."""

from __future__ import annotations

import io
import sys
import tokenize
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from async_testing.writing.model import Helper, Import, Test

if TYPE_CHECKING:
    from async_testing.writing.conventions import Conventions

_OPENING, _CLOSING = "([{", ")]}"


class Printer:
    """Prints tests.

    Args:
        conventions: how the project writes its tests.
    """

    def __init__(self, conventions: Conventions) -> None:
        self.conventions = conventions

    def file(self, title: str, helpers: Iterable[Helper], tests: Iterable[Test]) -> str:
        """A whole file: docstring, imports, fixtures, tests."""
        helpers, tests = [*helpers], [*tests]
        imports = self.needed(helpers, tests)
        head = f'"""{title}"""\n\nfrom __future__ import annotations\n\n{self.imports(imports)}'
        return head + self.body(helpers, tests)

    def needed(self, helpers: Iterable[Helper], tests: Iterable[Test]) -> set[Import]:
        """Every import of helpers and tests."""
        found: set[Import] = set()
        for helper in helpers:
            found |= helper.imports
        for test in tests:
            found |= test.imports
            if (self.conventions.mark and test.is_async) or test.skip or test.parametrize or test.marks:
                found.add(Import("pytest", ""))
        return found

    def body(self, helpers: Iterable[Helper], tests: Iterable[Test]) -> str:
        """Fixtures and tests, without imports."""
        parts = ["\n".join(one.lines) for one in helpers]
        parts += ["\n".join(self.test(one)) for one in tests]
        return "".join(f"\n\n{one}\n" for one in parts)

    def imports(self, imports: set[Import]) -> str:
        """The import statements, in the order in which ruff sorts them."""
        groups: dict[int, dict[str, list[Import]]] = {0: {}, 1: {}, 2: {}}
        typed = sorted(one for one in imports if one.typing_only)
        imports = {one for one in imports if not one.typing_only}
        imports |= {Import("typing", "TYPE_CHECKING")} if typed else set()
        for one in imports:
            groups[self._group(one.module)].setdefault(one.module, []).append(one)
        blocks: list[str] = []
        for group in groups.values():
            plain = {one for names in group.values() for one in names if not one.name}
            plain -= {one._replace(is_for_effect=True) for one in plain if not one.is_for_effect}
            lines = [*map(_plain, sorted(plain))]
            for module in sorted(group):
                names = {
                    f"{one.name} as {one.alias}" if one.alias else one.name
                    for one in group[module]
                    if one.name
                }
                if names:
                    lines += self.wrapped(
                        f"from {module} import {', '.join(sorted(names, key=_import_order))}", 0
                    )
            if lines:
                blocks.append("\n".join(lines))
        if typed:
            blocks.append("\n".join(["if TYPE_CHECKING:", *(f"    {_plain(one)}" for one in typed)]))
        return "\n\n".join(blocks) + "\n" if blocks else ""

    def _group(self, module: str) -> int:
        top = module.partition(".")[0]
        if top in sys.stdlib_module_names:
            return 0
        root = self.conventions.root / self.conventions.import_root
        own = (
            (root / top).is_dir() or (root / f"{top}.py").is_file() or (self.conventions.root / top).is_dir()
        )
        return 2 if own or not top else 1

    def test(self, test: Test) -> Iterator[str]:
        """The lines of a test."""
        if test.skip:
            yield from self.wrapped(
                f"@pytest.mark.skip(reason={self._text(f'cannot be told by parsing: {test.skip}')})", 0
            )
        if test.is_async and self.conventions.mark:
            yield self.conventions.mark
        yield from test.marks
        if test.parametrize:
            yield from self.wrapped(f"@pytest.mark.parametrize({test.parametrize})", 0)
        head = "async def" if test.is_async else "def"
        given = ", ".join(f"{one.name}: {one.annotation}" for one in (*test.parameters, *test.fixtures))
        yield from self.wrapped(f"{head} {test.name}({given}) -> None:", 0)
        yield f'    """{self._doc(test.doc)}"""'
        sections = [("Arrange", test.arrange), ("Act", test.act), ("Assert", test.asserts)]
        shown = [(name, lines) for name, lines in sections if lines]
        for place, (name, lines) in enumerate(shown):
            if place:
                yield ""
            yield f"    # {name}"
            for line in lines:
                depth = len(line) - len(line.lstrip(" "))
                yield from self.wrapped(line.strip(), 4 + depth) if line else [""]

    def _text(self, text: str) -> str:
        quote = self.conventions.quote
        text = " ".join(text.split())
        return quote + text.replace("\\", "\\\\").replace(quote, "'" if quote == '"' else '"') + quote

    def _doc(self, text: str) -> str:
        text = text.replace("\\", "\\\\").replace('"""', "'''").strip()
        room = self.conventions.width - 10
        if len(text) <= room:
            return text
        return text[: text.rfind(" ", 0, room - 1)].rstrip(" ,;:.") + "…"

    def wrapped(self, line: str, indent: int) -> list[str]:
        """A statement on as many lines as the width takes, as black breaks it."""
        if indent + len(line) <= self.conventions.width:
            return [" " * indent + line]
        split = _outermost(line)
        if split is None:
            return [" " * indent + line]
        head, inner, tail = split
        parts = _parts(inner)
        found = [" " * indent + head]
        joined = ", ".join(parts)
        star = any(one.startswith("*") and not one.startswith("**") for one in parts) and head.startswith(
            "from"
        )
        one_line = indent + 4 + len(joined) <= self.conventions.width and not star
        comprehension = len(parts) == 1 and any(token.string == "for" for token in _tokens(f"({inner})"))
        if one_line and (head.startswith(("def ", "async def ")) or comprehension):
            found.append(" " * (indent + 4) + joined)
        else:
            for part in parts:
                lines = self.wrapped(part, indent + 4)
                if not (comprehension or part.startswith("for ")):
                    lines[-1] += ","
                found += lines
        return [*found, " " * indent + tail]


def _plain(one: Import) -> str:
    said = f"import {one.module}" + (f" as {one.alias}" if one.alias else "")
    return f"{said}  # noqa: F401" if one.is_for_effect else said


def _import_order(name: str) -> tuple[int, str]:
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name


def _tokens(line: str) -> list[tokenize.TokenInfo]:
    try:
        return [*tokenize.generate_tokens(io.StringIO(line).readline)]
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return []


def _outermost(line: str) -> tuple[str, str, str] | None:
    """A line cut at the brackets that hold most of it: before and with, inside, and behind them."""
    depth, best = 0, (0, 0, 0)
    opened = 0
    if line.startswith("from ") and " import " in line and "(" not in line:
        head, _, names = line.partition(" import ")
        return f"{head} import (", names, ")"
    for token in _tokens(line):
        if token.type != tokenize.OP:
            continue
        if token.string in _OPENING:
            if depth == 0:
                opened = token.end[1]
            depth += 1
        elif token.string in _CLOSING:
            depth -= 1
            if depth == 0 and token.start[1] - opened >= best[2]:
                best = (opened, token.start[1], token.start[1] - opened)
    start, end, size = best
    return (line[:start], line[start:end], line[end:]) if size else None


def _parts(inner: str) -> list[str]:
    """What stands between the commas of the outer level."""
    depth, start, found = 0, 0, []
    for token in _tokens(f"({inner})"):
        if token.type != tokenize.OP:
            continue
        if token.string in _OPENING:
            depth += 1
        elif token.string in _CLOSING:
            depth -= 1
        elif token.string == "," and depth == 1:
            found.append(inner[start : token.start[1] - 1].strip())
            start = token.end[1] - 1
    found.append(inner[start:].strip())
    return [one for one in found if one]
