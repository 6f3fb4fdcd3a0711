"""Which class of the project stands where generic code names only a type variable or a base."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from async_testing.subjects import modules
from async_testing.writing.evaluating.things import Cls, Raised, Unknown

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt
    from async_testing.writing.evaluating.interpreter import Interpreter

_MARKS = ("__tablename__", "table=True", "mapped_column(", "Column(")


def class_for(attempt: Attempt, bound: Any) -> Cls | None:
    """A class that generic code can be given.

    Args:
        attempt: what is attempted, which knows the class under test.
        bound: the class that the annotation names, None where it names none.

    Returns:
        The class that the one under test is generic in, else a table of the project that derives from what is named;
        None where there is none.
    """
    owner = attempt.memory.owner
    if isinstance(owner, Cls):
        for one in owner.mro():
            for given in one.given if isinstance(one, Cls) else ():
                if isinstance(given, Cls) and not _is_bare(attempt, given):
                    return given
    if isinstance(bound, Cls) and not _is_bare(attempt, bound):
        return bound
    above = bound if isinstance(bound, Cls) else None
    return next((one for one in tables(attempt.interpreter) if above is None or one.derives(above)), None)


def _is_bare(attempt: Attempt, cls: Cls) -> bool:
    """Whether a class is a base that nobody makes objects of."""
    return not attempt.interpreter.fields_of(cls) and attempt.interpreter.lookup(cls, "__init__") is None


def tables(interpreter: Interpreter) -> list[Cls]:
    """The tables of the project with columns of their own, in the order of their files."""
    if interpreter.tables is None:
        interpreter.tables = []
        with interpreter.importing():
            interpreter.tables = [*_found(interpreter)]
    return interpreter.tables


def _found(interpreter: Interpreter) -> Iterator[Cls]:
    root = interpreter.workspace.root
    for path in sorted(modules.find(root)):
        source = interpreter.workspace.source(path)
        if source is None or not any(mark in source.text for mark in _MARKS):
            continue
        module = interpreter.module(source)
        for node in source.module.body:
            if not isinstance(node, ast.ClassDef):
                continue
            try:
                found = module.get(node.name)
                if isinstance(found, Cls) and found.kind == "table" and len(interpreter.fields_of(found)) > 1:
                    yield found
            except (Unknown, Raised, KeyError):
                continue
