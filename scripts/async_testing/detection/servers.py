"""What a fixture of the project gives of a database server: the URL of one, or a container with one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.detection.names import Function
from async_testing.model import Served

KINDS = {
    "postgresql": re.compile(r"postgres|(?:^|_)pg(?:_|$)", re.IGNORECASE),
    "mysql": re.compile(r"mysql|maria", re.IGNORECASE),
}
URL = re.compile(r"(?:^|_)(?:url|uri|dsn)$", re.IGNORECASE)
CONTAINER = re.compile(r"^(?:Postgres|MySql|MariaDb)Container$", re.IGNORECASE)


def served(node: Function) -> Served | None:
    """The server that a fixture gives.

    Told by its words and by what it returns or yields; None where it gives something else, or where that cannot be
    told from the text.
    """
    kinds = [kind for kind, words in KINDS.items() if any(map(words.search, _words(node)))]
    values = [one.value for one in ast.walk(node) if isinstance(one, ast.Return | ast.Yield) and one.value]
    if len(kinds) != 1 or len(values) != 1:
        return None
    value = values[0]
    if _is_container(node, value):
        return Served("container", kinds[0])
    named = URL.search(node.name) and node.returns is not None and _gives_text(node.returns)
    return Served("url", kinds[0]) if named or _is_url(node, value) else None


def _words(node: Function) -> Iterator[str]:
    """The names and texts by which the kind of a server is known."""
    yield node.name
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value
        elif isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.arg):
            yield one.arg
        elif isinstance(one, ast.Attribute):
            yield one.attr


def _is_container(node: Function, value: ast.expr) -> bool:
    made = {
        one.optional_vars.id
        for one in ast.walk(node)
        if isinstance(one, ast.withitem)
        and isinstance(one.optional_vars, ast.Name)
        and _makes(one.context_expr)
    }
    for one in ast.walk(node):
        if isinstance(one, ast.Assign) and _makes(one.value):
            made |= {target.id for target in one.targets if isinstance(target, ast.Name)}
    return _makes(value) or (isinstance(value, ast.Name) and value.id in made)


def _makes(node: ast.expr) -> bool:
    """Whether a container is made here, started as well: ``PostgresContainer(…).start()``."""
    while isinstance(node, ast.Call):
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if CONTAINER.match(name):
            return True
        node = called.value if isinstance(called, ast.Attribute) else called
    return False


def _is_url(node: Function, value: ast.expr) -> bool:
    """Whether it is a text that begins as a URL does, or what a container says is its URL."""
    if isinstance(value, ast.Name):
        bound = [
            one.value
            for one in ast.walk(node)
            if isinstance(one, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == value.id for target in one.targets)
        ]
        return len(bound) == 1 and not isinstance(bound[0], ast.Name) and _is_url(node, bound[0])
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr == "get_connection_url":
            return True
        return value.func.attr in ("replace", "removesuffix") and _is_url(node, value.func.value)
    first = value.values[0] if isinstance(value, ast.JoinedStr) and value.values else value
    return (
        isinstance(first, ast.Constant)
        and isinstance(first.value, str)
        and bool(re.match(r"\w+(\+\w+)?://", first.value))
    )


def _gives_text(annotation: ast.expr) -> bool:
    """Whether an annotation says ``str``, or something that yields it."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return re.fullmatch(r"str|\w+\[str\b.*\]", annotation.value) is not None
    if isinstance(annotation, ast.Subscript):
        inner = annotation.slice.elts[0] if isinstance(annotation.slice, ast.Tuple) else annotation.slice
        return _gives_text(inner)
    return isinstance(annotation, ast.Name) and annotation.id == "str"
