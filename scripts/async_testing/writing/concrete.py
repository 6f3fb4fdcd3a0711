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
                fits = not isinstance(bound, Cls) or (isinstance(given, Cls) and given.derives(bound))
                if fits and isinstance(given, Cls) and not _is_bare(attempt, given):
                    return given
    if isinstance(bound, Cls) and not _is_bare(attempt, bound):
        return bound
    above = bound if isinstance(bound, Cls) else None
    return next((one for one in tables(attempt.interpreter) if above is None or one.derives(above)), None)


def _is_bare(attempt: Attempt, cls: Cls) -> bool:
    """Whether a class is a base that nobody makes objects of."""
    return not attempt.interpreter.fields_of(cls) and attempt.interpreter.lookup(cls, "__init__") is None


def made_of(interpreter: Interpreter, owner: Cls, method: str) -> Cls:
    """The class of which a test makes an object to call a method: the one that has it, or one below an abstract one.

    Raises:
        Unknown: it is abstract, and nothing derives from it without a method of its own.
    """
    key = f"made of for {method}"
    if key not in owner.memo:
        owner.memo[key] = _whole(interpreter, owner, method)
    found: Cls | None = owner.memo[key]
    if found is None:
        raise Unknown(f"{owner.name} is abstract, and nothing of the project makes it whole")
    return found


def _whole(interpreter: Interpreter, owner: Cls, method: str) -> Cls | None:
    left, promised = open_names(owner), promised_names(owner)
    if not left and not promised:
        return owner
    for one in _classes(interpreter, f"({owner.name}", f" {owner.name}"):
        is_below = one is not owner and one.derives(owner) and not open_names(one)
        if not is_below or any(interpreter.lookup(one, name) is None for name in promised):
            continue
        if interpreter.lookup(one, method) is interpreter.lookup(owner, method):
            return one
    return None if left else owner


def promised_names(cls: Cls) -> list[str]:
    """The names that a plain class annotates without a value, for classes below it to give."""
    if cls.kind not in ("plain", "class"):
        return []
    made = {
        one.attr
        for node in cls.node.body
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)
    }
    return [
        node.target.id
        for node in cls.node.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.value is None
        and node.target.id not in made
    ]


def open_names(cls: Cls) -> list[str]:
    """The abstract methods that a class still has."""
    seen: set[str] = set()
    found: list[str] = []
    for one in cls.mro():
        for node in one.node.body if isinstance(one, Cls) else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if node.name not in seen and any(
                    _ends(each, "abstractmethod") for each in node.decorator_list
                ):
                    found.append(node.name)
                seen.add(node.name)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name) and node.value is not None:
                    seen.add(target.id)
    return found


def _ends(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (
        isinstance(node, ast.Attribute) and node.attr == name
    )


def tables(interpreter: Interpreter) -> list[Cls]:
    """The tables of the project with columns of their own, in the order of their files."""
    if interpreter.tables is None:
        interpreter.tables = []  # for what is asked while they are looked for
        interpreter.tables = [
            one
            for one in _classes(interpreter, *_MARKS)
            if one.kind == "table" and len(interpreter.fields_of(one)) > 1
        ]
    return interpreter.tables


def _classes(interpreter: Interpreter, *marks: str) -> Iterator[Cls]:
    """The classes of the files that hold one of some texts."""
    for path in sorted(modules.find(interpreter.workspace.root)):
        source = interpreter.workspace.source(path)
        if source is None or not any(mark in source.text for mark in marks):
            continue
        module = interpreter.module(source)
        for node in source.module.body:
            if not isinstance(node, ast.ClassDef):
                continue
            try:
                with interpreter.importing():
                    found = module.get(node.name)
            except (Unknown, Raised, KeyError):
                continue
            if isinstance(found, Cls):
                yield found
