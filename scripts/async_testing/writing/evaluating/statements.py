"""Statements, followed one by one. A generator of the project's code is a generator here."""

from __future__ import annotations

import ast
import operator
from collections.abc import Generator, Iterable, Iterator
from functools import partial
from typing import Any

from async_testing.writing.evaluating.callables import Func
from async_testing.writing.evaluating.comprehensions import Comprehensions
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.strangers import Stranger
from async_testing.writing.evaluating.things import Frame, Opaque, Raised, Recorder, Unknown

Steps = Generator[Any, Any, None]


class Returned(BaseException):
    """A ``return`` on its way out of the function."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Broken(BaseException):
    """``break`` was reached."""


class Continued(BaseException):
    """``continue`` was reached."""


class Statements(Comprehensions):
    """Runs statements."""

    def run_statement(self, node: ast.stmt, frame: Frame) -> None:
        """Run one statement of a module."""
        for _ in self.block([node], frame):
            raise Unknown("a yield outside of a function")

    def block(self, body: Iterable[ast.stmt], frame: Frame) -> Steps:
        """Run statements, yielding where they do."""
        for node in body:
            self.tick()
            method = getattr(self, f"do_{type(node).__name__}", None)
            if method is None:
                raise Unknown(f"{type(node).__name__} is not followed")
            steps = method(node, frame)
            if steps is not None:
                yield from steps

    def do_Pass(self, node: ast.Pass, frame: Frame) -> None:
        """Nothing."""

    def do_Global(self, node: ast.Global, frame: Frame) -> None:
        """Names of the module."""
        frame.outer |= frozenset(node.names)

    do_Nonlocal = do_Global

    def do_Expr(self, node: ast.Expr, frame: Frame) -> Steps:
        """An expression for its effect."""
        if isinstance(node.value, ast.Constant):
            return
        yield from self._value(node.value, frame)

    def _value(self, node: ast.expr | None, frame: Frame) -> Generator[Any, Any, Any]:
        """A value, which may be what a generator is sent."""
        if isinstance(node, ast.Yield):
            given = self.eval(node.value, frame) if node.value is not None else None
            return (yield given)
        if isinstance(node, ast.YieldFrom):
            return (yield from self.items(self.eval(node.value, frame)))
        return self.eval(node, frame) if node is not None else None

    def do_Assign(self, node: ast.Assign, frame: Frame) -> Steps:
        """``a = b = …``."""
        value = yield from self._value(node.value, frame)
        for target in node.targets:
            self.assign(target, value, frame)

    def do_AnnAssign(self, node: ast.AnnAssign, frame: Frame) -> Steps:
        """``a: int = …``."""
        if node.value is not None:
            value = yield from self._value(node.value, frame)
            self.assign(node.target, value, frame)

    def do_AugAssign(self, node: ast.AugAssign, frame: Frame) -> None:
        """``a += …``."""
        loaded: ast.expr = node.target
        before = self.eval(loaded, frame)
        value = self.eval(node.value, frame)
        if isinstance(before, list) and isinstance(node.op, ast.Add):
            before += self.items(value)
            self.assign(node.target, before, frame)
            return
        self.assign(node.target, self.operate(node.op, before, value, frame), frame)

    def do_Delete(self, node: ast.Delete, frame: Frame) -> None:
        """``del a[b]``."""
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                on, key = self.eval(target.value, frame), self.eval(target.slice, frame)
                self.native(partial(operator.delitem, on, key), on)
            elif isinstance(target, ast.Name):
                frame.names.pop(target.id, None)
            else:
                raise Unknown("an attribute is deleted")

    def assign(self, target: ast.expr, value: Any, frame: Frame) -> None:
        """Bind a target to a value."""
        if isinstance(target, ast.Name):
            self._bind(target.id, value, frame)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, value, frame)
        elif isinstance(target, ast.Attribute):
            self.set_attribute(self.eval(target.value, frame), frame.mangled(target.attr), value)
        elif isinstance(target, ast.Subscript):
            on, key = self.eval(target.value, frame), self.eval(target.slice, frame)
            if isinstance(on, Recorder):
                on.fields[str(key)] = value
                return
            if isinstance(on, Stranger):
                self.call(on.special("__setitem__"), [key, value], {})
                return
            self.native(lambda: on.__setitem__(key, value), on)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, frame)

    def _bind(self, name: str, value: Any, frame: Frame) -> None:
        if name in frame.outer:
            above = frame.parent.find(name) if frame.parent else None
            holder = above or frame.module.frame
            if holder is frame.module.frame:
                self.rebound(frame.module, name)
                self.remember(holder.names, name)
            holder.names[name] = value
            return
        frame.names[name] = value

    def _unpack(self, targets: list[ast.expr], value: Any, frame: Frame) -> None:
        if isinstance(value, Stranger) and not any(isinstance(one, ast.Starred) for one in targets):
            value.become_form(Form("tuple", [Form("double") for _ in targets]))
        items = [*self.items(value)]
        starred = next((at for at, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
        if starred is None:
            if len(items) != len(targets):
                wanted = len(targets)
                raise Raised(
                    ValueError(f"too many values to unpack (expected {wanted})")
                    if len(items) > wanted
                    else ValueError(f"not enough values to unpack (expected {wanted}, got {len(items)})")
                )
            for target, item in zip(targets, items, strict=True):
                self.assign(target, item, frame)
            return
        behind = len(targets) - starred - 1
        if len(items) < len(targets) - 1:
            few = f"expected at least {len(targets) - 1}, got {len(items)}"
            raise Raised(ValueError(f"not enough values to unpack ({few})"))
        for target, item in zip(targets[:starred], items[:starred], strict=True):
            self.assign(target, item, frame)
        self.assign(targets[starred], items[starred : len(items) - behind], frame)
        for target, item in zip(targets[starred + 1 :], items[len(items) - behind :], strict=True):
            self.assign(target, item, frame)

    def do_Return(self, node: ast.Return, frame: Frame) -> Steps:
        """``return …``."""
        value = yield from self._value(node.value, frame)
        raise Returned(value)

    def do_If(self, node: ast.If, frame: Frame) -> Steps:
        """``if …: … else: …``."""
        yield from self.block(node.body if self.test(node.test, frame) else node.orelse, frame)

    def do_Assert(self, node: ast.Assert, frame: Frame) -> None:
        """``assert …``."""
        if not self.test(node.test, frame):
            message = [self.eval(node.msg, frame)] if node.msg is not None else []
            raise Raised(AssertionError(*message))

    def do_While(self, node: ast.While, frame: Frame) -> Steps:
        """``while …: … else: …``."""
        rounds = 0
        while self.test(node.test, frame):
            rounds += 1
            self.tick()
            try:
                yield from self.block(node.body, frame)
            except Broken:
                self.mark(node, f"broken {min(rounds, 2)}")
                return
            except Continued:
                continue
        yield from self.block(node.orelse, frame)

    def do_For(self, node: ast.For, frame: Frame) -> Steps:
        """``for a in …: … else: …``."""
        return self._rounds_of(node, frame, is_async=False)

    def _rounds_of(self, node: ast.For | ast.AsyncFor, frame: Frame, *, is_async: bool) -> Steps:
        rounds = 0
        through = self.eval(node.iter, frame)
        if is_async and isinstance(through, Stranger):
            through = through.stream()
        for item in self.items(through):
            rounds += 1
            self.tick()
            self.assign(node.target, item, frame)
            try:
                yield from self.block(node.body, frame)
            except Broken:
                self.mark(node, "broken")
                return
            except Continued:
                continue
            except (Raised, Returned):
                self.mark(node, f"left in round {min(rounds, 8)}")
                raise
        self.mark(node, f"rounds {min(rounds, 2)}")
        yield from self.block(node.orelse, frame)

    def do_AsyncFor(self, node: ast.AsyncFor, frame: Frame) -> Steps:
        """``async for a in …: … else: …``."""
        return self._rounds_of(node, frame, is_async=True)

    def do_Break(self, node: ast.Break, frame: Frame) -> None:
        """``break``."""
        raise Broken

    def do_Continue(self, node: ast.Continue, frame: Frame) -> None:
        """``continue``."""
        raise Continued

    def do_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> None:
        """A function in a function."""
        frame.names[node.name] = self.decorated(node, frame.module, frame, node.name, None)

    do_AsyncFunctionDef = do_FunctionDef

    def do_ClassDef(self, node: ast.ClassDef, frame: Frame) -> None:
        """A class in a function."""
        frame.names[node.name] = self.class_of(node, frame.module, frame, node.name)

    def do_Import(self, node: ast.Import | ast.ImportFrom, frame: Frame) -> None:
        """An import in a function."""
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            frame.names[name] = frame.module._imported(node, alias)

    do_ImportFrom = do_Import

    def do_Match(self, node: ast.Match, frame: Frame) -> Steps:
        """``match …: case …``."""
        subject = self.eval(node.subject, frame)
        for case in node.cases:
            if self._matches(case.pattern, subject, frame) and (
                case.guard is None or self.test(case.guard, frame)
            ):
                self.mark(case.pattern, "matched")
                yield from self.block(case.body, frame)
                return
        self.mark(node, "no case")

    def _matches(self, pattern: ast.pattern, subject: Any, frame: Frame) -> bool:
        if isinstance(pattern, ast.MatchValue):
            return bool(self.compare(ast.Eq(), subject, self.eval(pattern.value, frame)))
        if isinstance(pattern, ast.MatchSingleton):
            return subject is pattern.value
        if isinstance(pattern, ast.MatchOr):
            return any(self._matches(one, subject, frame) for one in pattern.patterns)
        if isinstance(pattern, ast.MatchAs):
            if pattern.pattern is not None and not self._matches(pattern.pattern, subject, frame):
                return False
            if pattern.name:
                frame.names[pattern.name] = subject
            return True
        if isinstance(pattern, ast.MatchClass) and not pattern.patterns and not pattern.kwd_patterns:
            return self.is_instance(subject, self.eval(pattern.cls, frame))
        raise Unknown(f"{type(pattern).__name__} is not followed")

    # Functions

    def run_function(self, func: Func, frame: Frame) -> Any:
        """What a function gives once its arguments are bound."""
        node = func.node
        if isinstance(node, ast.Lambda):
            return self.eval(node.body, frame)
        steps = self.block(node.body, frame)
        if func.is_generator:
            return self._generator(steps)
        try:
            for _ in steps:
                raise Unknown("a yield where none is expected")
        except Returned as returned:
            return returned.value
        return None

    @staticmethod
    def _generator(steps: Steps) -> Generator[Any, Any, Any]:
        try:
            yield from steps
        except Returned as returned:
            return returned.value
        return None

    def items(self, value: Any) -> Iterator[Any]:
        """What iterating over a value gives."""
        if isinstance(value, Opaque):
            raise Unknown(f"it depends on {value.why}")
        return self.iterate(value)
