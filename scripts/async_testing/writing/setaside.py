"""What the code under test asks for by a name and what cannot be followed: a test replaces it where it is looked up."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from async_testing.writing.collaborators import returned
from async_testing.writing.evaluating.callables import Bound, Func, Native
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.modules import Module
from async_testing.writing.evaluating.things import Again, Cls, Decorated, Frame, Obj, Raised, Unknown

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt
    from async_testing.writing.evaluating.interpreter import Interpreter

_REPLACEABLE = ("plain", "protocol", "class")
"""Kinds of classes for which a mock can stand."""


def target_of(node: ast.expr, frame: Frame) -> str:
    """The dotted name under which a test finds what an expression says, empty for what hangs on a variable."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if (
        not isinstance(node, ast.Name)
        or frame.find(node.id) is not None
        or frame.module.source.path[:1] == "<"
    ):
        return ""
    if node.id not in frame.module.bindings:
        return ""
    return ".".join([frame.module.dotted, node.id, *reversed(parts)])


class SetAside:
    """Learns what is to be replaced, for one attempt.

    Args:
        interpreter: evaluates the code.
        attempt: the attempt.
    """

    def __init__(self, interpreter: Interpreter, attempt: Attempt) -> None:
        self.interpreter = interpreter
        self.attempt = attempt
        self.memory = attempt.memory

    def give_up(self, node: ast.expr, frame: Frame) -> None:
        """What an expression gives cannot be followed. Raises: Again where a test will replace it."""
        if self.attempt.chosen or not (frame.module is self.memory.home or self.memory.is_anywhere):
            return
        try:
            found = self._replaceable(node, frame)
        except (Unknown, Raised):
            return
        if found is None:
            return
        target, value = found
        if target in self.memory.aside or target == self.memory.subject:
            return
        self.memory.aside.add(target)
        self._tell(target, value)
        raise Again

    def lacking(self, node: ast.expr, frame: Frame) -> None:
        """None stands where the code needs something. Raises: Again where a test will replace it."""
        if self.attempt.chosen:
            return
        target = target_of(node, frame)
        if target and target not in self.memory.aside:
            self.memory.aside.add(target)
            raise Again
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            on = frame.find(node.value.id)
            value = on.names[node.value.id] if on is not None else None
            if isinstance(value, Obj) and value.partial and node.attr not in self.memory.lacking:
                self.memory.lacking.add(node.attr)
                raise Again

    def _replaceable(self, node: ast.expr, frame: Frame) -> tuple[str, Any] | None:
        """What a test can replace so that an expression gives something known: its name, and what it is."""
        target = target_of(node, frame)
        value = self.interpreter.eval(node, frame)
        if target:
            return (target, value) if self._takes_mock(value) else None
        if isinstance(node, ast.Attribute):
            on = self.interpreter.eval(node.value, frame)
            cls = on.cls if isinstance(on, Obj) and not on.partial else None
            if isinstance(cls, Cls) and cls.kind in _REPLACEABLE:
                name = self._named(cls, frame.module)
                return (f"{frame.module.dotted}.{name}", cls) if name else None
        return None

    def _takes_mock(self, value: Any) -> bool:
        if isinstance(value, Cls):
            return value.kind in _REPLACEABLE and not self.interpreter.is_exception(value)
        return isinstance(value, Func | Bound | Decorated | Native | Obj)

    @staticmethod
    def _named(cls: Cls, module: Module) -> str:
        """The name of a module for a class, empty where it has none."""
        return next((name for name in module.bindings if module.frame.names.get(name) is cls), "")

    def _tell(self, target: str, value: Any) -> None:
        """Keep what is known of it: whether it is awaited, and what it gives."""
        place = f"result {target}"
        if isinstance(value, Cls):
            self.memory.returns[f"{place}()"] = Form("class", cls=value)
            return
        func = value
        while isinstance(func, Bound | Decorated):
            func = func.func
        if isinstance(func, Func):
            if func.is_async and not func.is_generator:
                self.memory.awaited.add(place)
            try:
                form = returned(func)
            except Unknown:
                return
            if form.kind not in (
                "none",
                "any",
                "iterator",
                "async iterator",
                "awaitable",
                "self",
                "callable",
            ):
                self.memory.returns[f"{place}()"] = form
