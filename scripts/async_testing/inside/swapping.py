"""Which functions of this process a changed file changes, and how to put their new code in the place of the old.

A function keeps its identity, its signature and whatever was wrapped around it: only ``__code__`` is another one, so
that nothing that inspects it sees a difference, and what routes, validators and caches hold on to is changed as well.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any, NamedTuple

_SHAPE = (
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_flags",
    "co_freevars",
    "co_name",
)
_BODY = (*_SHAPE, "co_code", "co_names", "co_varnames", "co_cellvars", "co_exceptiontable", "co_qualname")
_RUN_WHERE_DEFINED = (
    "<listcomp>",
    "<setcomp>",
    "<dictcomp>",
    "<genexpr>",
    "<generic parameters",
    "__annotate__",
)
_NEW_LOCALS = 0x2
_OPTIMIZED = 0x1

Functions = dict[str, dict[tuple[str, int], list[FunctionType]]]


class Plan(NamedTuple):
    """What a changed file means for this process."""

    kind: str
    """``equivalent``: the same bytecode; ``body``: functions to swap; ``absent``: not imported yet; ``import``: what
    changes has run already."""
    swaps: tuple[tuple[FunctionType, CodeType], ...] = ()


def functions(root: str) -> Functions:
    """Every function of the files below a folder, by file, then by qualified name and line."""
    found: Functions = {}
    real: dict[str, str] = {}
    for one in gc.get_objects():
        if type(one) is not FunctionType:
            continue
        code = one.__code__
        if code.co_filename not in real:
            real[code.co_filename] = os.path.realpath(code.co_filename)
        path = real[code.co_filename]
        if path.startswith(root):
            key = (code.co_qualname, code.co_firstlineno)
            found.setdefault(path, {}).setdefault(key, []).append(one)
    return found


class Change(NamedTuple):
    """A code object that becomes another one; its outermost function comes first."""

    chain: tuple[tuple[CodeType, CodeType], ...]


def changes(old: CodeType, new: CodeType) -> list[Change] | None:
    """The functions whose own code differs; None where what runs at import differs too."""
    found: list[Change] = []
    if not _compared(old, new, (), found):
        return None
    return found


def _compared(old: CodeType, new: CodeType, chain: tuple[Any, ...], found: list[Change]) -> bool:
    """Compare two code objects and what they hold; False where the difference is in what runs at import."""
    inside = chain or _is_function(old)
    chain = (*chain, (old, new)) if inside else ()
    if not _is_like(old, new):
        if not inside:
            return False
        found.append(Change(chain))
        return True
    pairs = zip(_held(old.co_consts), _held(new.co_consts), strict=True)
    return all(_compared(one, other, chain, found) for one, other in pairs)


def _is_function(code: CodeType) -> bool:
    """Whether this is the body of a function, not of a module, a class or what a class runs at once."""
    both = _OPTIMIZED | _NEW_LOCALS
    return code.co_flags & both == both and not code.co_name.startswith(_RUN_WHERE_DEFINED)


def _is_like(old: CodeType, new: CodeType) -> bool:
    """Whether two code objects do the same, apart from the functions that they hold."""
    return all(getattr(old, name) == getattr(new, name) for name in _BODY) and _frozen(
        old.co_consts
    ) == _frozen(new.co_consts)


def _frozen(value: Any) -> Any:
    """A constant in a form that tells 1 from 1.0 and True, and 0.0 from -0.0; code only by its name."""
    if isinstance(value, CodeType):
        return "code", value.co_name
    if isinstance(value, tuple):
        return "tuple", tuple(map(_frozen, value))
    if isinstance(value, frozenset):
        return "frozenset", frozenset(map(_frozen, value))
    return type(value).__name__, repr(value)


def _held(constants: Iterable[Any]) -> Iterator[CodeType]:
    return (value for value in constants if isinstance(value, CodeType))


def same(old: CodeType, new: CodeType) -> bool:
    """Whether two programs have the same bytecode, wherever its lines lie."""
    return changes(old, new) == []


def plan(
    known: dict[tuple[str, int], list[FunctionType]], old: CodeType, new: CodeType, ran: set[int]
) -> Plan:
    """What a changed file means for the functions of it that this process has.

    Args:
        known: its functions, as ``functions`` gives them.
        old: the file, compiled.
        new: the changed file, compiled.
        ran: lines that ran at import or in the collection.
    """
    found = changes(old, new)
    if found is None:
        return Plan("import")
    if not found:
        return Plan("equivalent")
    swaps: dict[int, tuple[FunctionType, CodeType]] = {}
    for change in found:
        before, after = change.chain[-1]
        if _has_run(before, ran) or any(getattr(before, name) != getattr(after, name) for name in _SHAPE):
            return Plan("import")
        if len(change.chain) == 1 and not _living(known, before):
            return Plan("import")
        for one, other in change.chain:
            for function in _living(known, one):
                if not _is_exactly(function.__code__, one):
                    return Plan("import")
                swaps[id(function)] = (function, other)
    return Plan("body", tuple(swaps.values())) if swaps else Plan("import")


def _living(known: dict[tuple[str, int], list[FunctionType]], code: CodeType) -> list[FunctionType]:
    return known.get((code.co_qualname, code.co_firstlineno), [])


def _is_exactly(living: CodeType, code: CodeType) -> bool:
    """Whether a function has the code of its file, not what some import hook has made of it."""
    return same(living, code)


def _has_run(code: CodeType, ran: set[int]) -> bool:
    """Whether a function was called at import: a line of its body has run, that of its definition aside."""
    lines = {line for _, _, line in code.co_lines() if line} - {code.co_firstlineno}
    return bool((lines or {code.co_firstlineno}) & ran)
