"""Statements about errors and what is left again: ``raise``, ``try``, ``with``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from async_testing.writing.evaluating.statements import Broken, Continued, Returned, Statements, Steps
from async_testing.writing.evaluating.things import Cls, Frame, Raised, Unknown


class Trying(Statements):
    """Runs them."""

    def do_Raise(self, node: ast.Raise, frame: Frame) -> None:
        """``raise … from …``."""
        if node.exc is None:
            current: Frame | None = frame
            while current is not None and current.handled is None:
                current = current.parent
            raise Raised(current.handled if current else RuntimeError("No active exception to reraise"))
        value = self.eval(node.exc, frame)
        if isinstance(value, Cls) or (isinstance(value, type) and issubclass(value, BaseException)):
            value = self.call(value, [], {})
        if node.cause is not None:
            self.set_cause(value, self.eval(node.cause, frame))
        self.require_exception(value)
        raise Raised(value, said=True)

    def do_Try(self, node: ast.Try, frame: Frame) -> Steps:
        """``try: … except …: … else: … finally: …``."""
        kinds = [*self._kinds(node, frame)]
        self.caught += kinds
        try:
            try:
                try:
                    yield from self.block(node.body, frame)
                finally:
                    self._uncaught(kinds)
            except Raised as raised:
                handler = self._handler(node, raised.value, frame)
                if handler is None:
                    raise
                self.mark(handler, "entered")
                yield from self._handled(handler, raised.value, frame)
            else:
                yield from self.block(node.orelse, frame)
        except BaseException as problem:
            if not isinstance(problem, Raised | Returned | Broken | Continued):
                raise
            yield from self.block(node.finalbody, frame)
            raise
        yield from self.block(node.finalbody, frame)

    def _kinds(self, node: ast.Try, frame: Frame) -> Iterator[Any]:
        """The exceptions that the handlers of a ``try`` are for."""
        for handler in node.handlers:
            try:
                kind = self.eval(handler.type, frame) if handler.type is not None else None
            except Unknown:
                continue
            for one in kind if isinstance(kind, tuple) else [kind]:
                if one is not None and one not in self.caught:
                    yield one

    def _uncaught(self, kinds: list[Any]) -> None:
        for one in kinds:
            if one in self.caught:
                self.caught.remove(one)

    def _handler(self, node: ast.Try, value: Any, frame: Frame) -> ast.ExceptHandler | None:
        for handler in node.handlers:
            kind = self.eval(handler.type, frame) if handler.type is not None else BaseException
            if self.is_instance(value, kind):
                return handler
        return None

    def _handled(self, handler: ast.ExceptHandler, value: Any, frame: Frame) -> Steps:
        before, frame.handled = frame.handled, value
        if handler.name:
            frame.names[handler.name] = value
        try:
            yield from self.block(handler.body, frame)
        finally:
            frame.handled = before
            if handler.name:
                frame.names.pop(handler.name, None)

    def do_With(self, node: ast.With | ast.AsyncWith, frame: Frame) -> Steps:
        """``with … as a, … as b: …``."""
        yield from self._with(node, 0, frame)

    def _with(self, node: ast.With | ast.AsyncWith, place: int, frame: Frame) -> Steps:
        if place == len(node.items):
            yield from self.block(node.body, frame)
            return
        item = node.items[place]
        manager = self.manager(self.eval(item.context_expr, frame), is_async=isinstance(node, ast.AsyncWith))
        entered = manager.enter()
        if item.optional_vars is not None:
            self.assign(item.optional_vars, entered, frame)
        try:
            yield from self._with(node, place + 1, frame)
        except Raised as raised:
            if not manager.leave(raised.value):
                raise
            return
        except (Returned, Broken, Continued):
            manager.leave(None)
            raise
        manager.leave(None)

    do_TryStar = do_Try
    do_AsyncWith = do_With
