"""Looks for inputs that take a function through each of its ways: one thing is changed at a time, new ways are kept."""

from __future__ import annotations

import ast
import asyncio
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from async_testing.writing.attempts import Attempt
from async_testing.writing.evaluating.things import Again, Raised, Unknown
from async_testing.writing.memory import Memory
from async_testing.writing.signatures import is_misuse, signature

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile
    from async_testing.writing.evaluating.interpreter import Interpreter

_WARNED = (".* is being released to the pool but has", "Previous unbuffered result was left incomplete")
"""What drivers warn of: whether that is an error is for the project's filters to say."""
ATTEMPTS = 500
WORK = 800_000
"""Steps that all attempts at a function may take together."""
KEPT = 24
_RESTARTS = 150
_BRANCHES = (True, False, "entered", "matched")
"""What marks say of ways that a reader sees: branches of conditions, handlers and cases."""


class Done(NamedTuple):
    """An attempt and how it ended."""

    attempt: Attempt
    kind: str
    """``returned``, ``raised`` or ``unknown``."""
    value: Any
    """What it returned or raised, or why it is not known."""
    chosen: Mapping[str, int]
    """The choices that differ from the first ones."""
    subject: Any
    """How the function was called, as its runner says."""
    slip: bool = False
    """Whether it ended with an error that the code did not raise itself."""


Runner = Callable[[Attempt], "tuple[Any, Callable[[], Any]]"]
"""Makes the inputs of an attempt: gives the subject and what runs it."""


def explore(interpreter: Interpreter, runner: Runner, memory: Memory, *, most: int = KEPT) -> list[Done]:
    """The attempts that differ in what they show, the plain one first."""
    with looping():
        return _explored(interpreter, runner, memory, most)


@contextmanager
def looping() -> Iterator[None]:
    """A running event loop, which fakes ask for; nothing is ever run on it."""
    loop = asyncio.new_event_loop()
    asyncio._set_running_loop(loop)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for one in _WARNED:
                warnings.filterwarnings("error", message=one)
            yield
    finally:
        asyncio._set_running_loop(None)
        loop.close()


def _explored(interpreter: Interpreter, runner: Runner, memory: Memory, most: int) -> list[Done]:
    first = once(interpreter, runner, memory, {})
    kept = [first]
    lost: list[tuple[Done, set[Any]]] = []
    if first.kind == "unknown" and not first.attempt.choices:
        return kept
    seen = signature(interpreter, first)
    tried = {frozenset[tuple[str, int]]()}
    count, work = 0, 0
    for done in kept:  # grows while it runs
        for chosen in _changes(done):
            key = frozenset(chosen.items())
            if key in tried:
                continue
            tried.add(key)
            count += 1
            if count > ATTEMPTS or work > WORK or len(kept) >= most:
                return [*kept, *_unshown(lost, seen)]
            found = once(interpreter, runner, memory, chosen)
            work += interpreter.steps
            if found.kind == "unknown" or found.slip:
                lost.append((found, {*interpreter.marks}))
                continue
            shown = signature(interpreter, found)
            if shown - seen:
                seen |= shown
                kept.append(found)
    return [*kept, *_unshown(lost, seen)]


def _unshown(lost: list[tuple[Done, set[Any]]], seen: set[Any]) -> Iterator[Done]:
    """Attempts that could not be followed to their end, where they went ways that no other one takes."""
    for done, marks in lost:
        fresh = {mark for mark in marks - seen if len(mark) == 2 and any(mark[1] is one for one in _BRANCHES)}
        if fresh and done.kind == "unknown":
            seen |= fresh
            yield done


def _changes(done: Done) -> Iterator[dict[str, int]]:
    for place, choice in done.attempt.choices.items():
        if place in done.chosen:
            continue
        for at in range(1, choice.options):
            yield {**done.chosen, place: at}


def once(interpreter: Interpreter, runner: Runner, memory: Memory, chosen: Mapping[str, int]) -> Done:
    """One attempt, begun anew as often as something is learned."""
    subject: Any = None
    for _ in range(_RESTARTS):
        interpreter.restart()
        attempt = Attempt(memory, chosen)
        interpreter.attempt = attempt
        try:
            subject, run = runner(attempt)
            interpreter.marks = set()
            return Done(attempt, "returned", run(), chosen, subject)
        except Raised as raised:
            if isinstance(raised.value, Warning) and any(re.match(one, str(raised.value)) for one in _WARNED):
                return Done(attempt, "unknown", "the driver warns of what is left", chosen, subject)
            return Done(
                attempt, "raised", raised.value, chosen, subject, raised.slip or is_misuse(raised, attempt)
            )
        except Again:
            continue
        except Unknown as unknown:
            if not memory.is_anywhere and not chosen:
                memory.is_anywhere = True
                continue
            return Done(attempt, "unknown", str(unknown), chosen, subject)
        except RecursionError:
            return Done(attempt, "unknown", "it is nested too deeply to be followed", chosen, subject)
        except (
            Exception
        ) as error:  # whatever the code does, one function must not keep the others from their tests
            return Done(
                attempt, "unknown", f"it could not be followed ({type(error).__name__})", chosen, subject
            )
        finally:
            interpreter.attempt = None
            interpreter.abandon()
    return Done(attempt, "unknown", "its inputs cannot be worked out", chosen, subject)


def compared(source: SourceFile, nodes: list[ast.AST]) -> tuple[list[str], list[int], frozenset[str]]:
    """Texts and numbers that the code compares with, and the names that it reads, helpers of the file included."""
    waiting, seen = [*nodes], set[int]()
    texts: dict[str, None] = {}
    numbers: dict[int, None] = {}
    words: set[str] = set()
    while waiting and len(seen) < 60:
        root = waiting.pop()
        if id(root) in seen:
            continue
        seen.add(id(root))
        dropped: set[ast.AST] = set()
        for node in _inside(root):
            if isinstance(node, ast.Expr):
                dropped.add(node.value)
            elif isinstance(node, ast.Await) and node not in dropped and _is_execute(node.value):
                words.add("=execute")
            elif isinstance(node, ast.Name | ast.Attribute):
                name = node.id if isinstance(node, ast.Name) else node.attr
                words.add(name)
                waiting += _defined(source, name)
            elif isinstance(
                node, ast.Compare | ast.match_case | ast.Dict | ast.Set | ast.List | ast.Tuple | ast.Call
            ):
                _take(node, texts, numbers)
    return [*texts][:30], [*numbers][:12], frozenset(words)


def _is_execute(node: ast.expr) -> bool:
    """Whether a statement is run by a call; the word ``=execute`` says that the code looks at what it gives."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and "execute" in node.func.attr


def _inside(root: ast.AST) -> Iterator[ast.AST]:
    """What is in a node, without the decorators and signatures of functions: those say nothing that is compared."""
    waiting = [root]
    for node in waiting:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += node.body
        else:
            waiting += ast.iter_child_nodes(node)


def _defined(source: SourceFile, name: str) -> Iterator[ast.AST]:
    if name in source.imports and not name.islower():
        pass
    if name in source.constants:
        yield source.constants[name]
    for scope in source.functions:
        if scope.name == name:
            yield scope.node
    if name in source.imports:
        found = source.workspace.definition(source, source.imports[name])
        if found is not None and found.kind == "function":
            yield found.scope.node
            for inner in {one.id for one in ast.walk(found.scope.node) if isinstance(one, ast.Name)}:
                value = found.source.constants.get(inner)
                if value is not None:
                    yield value
                helper = found.source.module_functions.get(inner)
                if helper is not None:
                    yield helper.node


def _take(node: ast.AST, texts: dict[str, None], numbers: dict[int, None]) -> None:
    if isinstance(node, ast.Call) and not (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in ("startswith", "endswith", "get", "pop")
        and ast.unparse(node.func.value) != "os.environ"
    ):
        return
    inside: list[ast.AST] = []
    if isinstance(node, ast.Compare):
        inside = [node.left, *node.comparators]
    elif isinstance(node, ast.Dict):
        inside = [one for one in node.keys if one is not None]
        inside += [each for one in node.values for each in ([one] if isinstance(one, ast.Constant) else [])]
    elif isinstance(node, ast.Call):
        inside = [*node.args[:1]]
    elif isinstance(node, ast.match_case):
        inside = [node.pattern]
    elif isinstance(node, ast.Set | ast.List | ast.Tuple):
        inside = [*node.elts]
    for one in inside:
        for each in ast.walk(one):
            if isinstance(each, ast.Constant):
                if isinstance(each.value, str) and 0 < len(each.value) <= 40 and "\n" not in each.value:
                    texts.setdefault(each.value)
                elif (
                    isinstance(each.value, int)
                    and not isinstance(each.value, bool)
                    and abs(each.value) < 2**40
                ):
                    numbers.setdefault(each.value)
