"""Which functions of the project the tests of a file call, and which of the tests are about errors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import WORDS, Test
from async_testing.facts.workspace import Definition
from async_testing.rules.vague_test_name import words

RAISES = ("raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp", "RaisesGroup", "RaisesExc")
_ERRORS = (
    "error errors fail fails failed failing failure raise raises raised exception exceptions invalid missing refuse "
    "refuses refused reject rejects rejected unauthorized forbidden without cancelled timeout conflict broken "
    "400 401 403 404 405 409 410 412 413 415 422 429 500 502 503 504"
)
ERRORS = frozenset(_ERRORS.split())
_GENERAL = frozenset(word.removesuffix("s") for layer in WORDS.values() for word in layer) | frozenset(
    ["client", "model", "base", "core", "util", "common", "helper", "type"]
)
"""Words of file names that many modules share."""


class Called(NamedTuple):
    """A test calls a function of the project."""

    test: Test
    function: Definition
    expects_error: bool
    """Whether the call is all that stands where an error is expected."""


def calls(source: SourceFile) -> Iterator[Called]:
    """Every call of a function of the project, resolved, that a test of the file makes."""
    known: dict[str, Definition | None] = {}
    for test in source.tests:
        for call in test.function.within(ast.Call):
            name = _name(source, call, test.function)
            if not name:
                continue
            if name not in known:
                known[name] = source.workspace.definition(source, name)
            found = known[name]
            if found and found.kind == "function" and is_subject(source, found):
                yield Called(test, found, _in_raises(source, call))


def _name(source: SourceFile, call: ast.Call, scope: Scope) -> str:
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr == "__wrapped__":
        func = func.value
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
        kind = source.type_of(func.value, scope)
        if kind:
            return f"{kind}.{func.attr}"
    name = source.dotted(func)
    top = name.partition(".")[0]
    return name if "." in name and top not in ("pytest", "asyncio", "self", "unittest") else ""


def is_subject(source: SourceFile, found: Definition) -> bool:
    """Whether a function belongs to the module that a test file is about, by their names."""
    if found.source is source or _is_of_tests(found):
        return False
    stem = source.path.rpartition("/")[2].removesuffix(".py").removeprefix("test_").removesuffix("_test")
    about = {word.removesuffix("s") for word in words(stem)}
    parts = found.source.path.removesuffix(".py").removesuffix("/__init__").split("/")[-1]
    around = found.scope.class_.name if found.scope.class_ else ""
    named = {word.removesuffix("s") for word in [*words(parts), *words(around)]} - _GENERAL
    same_layer = parts in WORDS.get(source.layer, ())
    return same_layer or not (about - _GENERAL).isdisjoint(named) or about == {parts.removesuffix("s")}


def _is_of_tests(found: Definition) -> bool:
    path = f"/{found.source.path}"
    return "/tests/" in path or "/test/" in path or found.source.is_test_file or found.source.is_conftest


def _in_raises(source: SourceFile, call: ast.Call) -> bool:
    for around in source.ancestors(call):
        if isinstance(around, ast.With | ast.AsyncWith) and _raises(source, around):
            value = getattr(around.body[0], "value", None)
            value = value.value if isinstance(value, ast.Await) else value
            return len(around.body) == 1 and value is call
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
            return False
    return False


def _raises(source: SourceFile, node: ast.With | ast.AsyncWith) -> bool:
    return any(source.called(one.context_expr).rpartition(".")[2] in RAISES for one in node.items)


def is_error_test(source: SourceFile, test: Test) -> bool:
    """Whether a test looks at an error: it expects one, compares a status with 4xx or 5xx, or says so by its name."""
    if not ERRORS.isdisjoint(test.name.lower().split("_")) or not ERRORS.isdisjoint(words(test.name)):
        return True
    text = "".join(source.segment(one) for one in test.node.decorator_list) + source.segment(test.node)
    if any(word in text for word in RAISES) or "side_effect" in text:
        return True
    return any(_is_error_status(number) for number in _numbers(text))


def _numbers(text: str) -> Iterator[str]:
    word = ""
    for letter in [*text, " "]:
        if letter.isalnum() or letter in "_.":
            word += letter
        else:
            yield word
            word = ""


def _is_error_status(word: str) -> bool:
    plain = len(word) == 3 and word.isdigit() and "400" <= word <= "511"
    return plain or "HTTP_4" in word or "HTTP_5" in word or word.startswith("HTTPStatus.")


def can_fail(function: Definition) -> bool:
    """Whether a function itself raises, or maps errors: a ``raise`` of its own that is no placeholder."""
    for one in function.scope.within(ast.Raise):
        raised = one.exc.func if isinstance(one.exc, ast.Call) else one.exc
        if raised is not None and function.source.dotted(raised) not in (
            "NotImplementedError",
            "AssertionError",
        ):
            return True
    for entered in function.scope.within(ast.withitem):
        if not ERRORS.isdisjoint(words(function.source.called(entered.context_expr).rpartition(".")[2])):
            return True
    return False


def beside(source: SourceFile) -> Iterator[str]:
    """The texts of the other test files in the same folder."""
    folder = source.path.rpartition("/")[0]
    for name in sorted(source.workspace.files(folder)):
        path = f"{folder}/{name}" if folder else name
        if name.endswith(".py") and path != source.path and source.config.collects_file(path):
            yield (source.workspace.read(path) or b"").decode(errors="replace")
