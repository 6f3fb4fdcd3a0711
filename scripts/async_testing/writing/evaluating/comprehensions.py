"""Comprehensions, asynchronous ones too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from async_testing.writing.evaluating.operating import Operating
from async_testing.writing.evaluating.strangers import Stranger
from async_testing.writing.evaluating.things import Frame


class Comprehensions(Operating):
    """Works them out."""

    def of_ListComp(self, node: ast.ListComp, frame: Frame) -> Any:
        """``[a for b in c if d]``."""
        return [self.eval(node.elt, inner) for inner in self._rounds(node.generators, frame, node)]

    def of_SetComp(self, node: ast.SetComp, frame: Frame) -> Any:
        """``{a for b in c if d}``."""
        return {self.eval(node.elt, inner) for inner in self._rounds(node.generators, frame, node)}

    def of_DictComp(self, node: ast.DictComp, frame: Frame) -> Any:
        """``{a: e for b in c if d}``."""
        rounds = self._rounds(node.generators, frame, node)
        return {self.eval(node.key, inner): self.eval(node.value, inner) for inner in rounds}

    def of_GeneratorExp(self, node: ast.GeneratorExp, frame: Frame) -> Any:
        """``(a for b in c if d)``."""
        return (self.eval(node.elt, inner) for inner in self._rounds(node.generators, frame, node))

    def _rounds(self, parts: list[ast.comprehension], frame: Frame, node: ast.AST) -> Iterator[Frame]:
        inner = Frame(frame.module, frame)
        inner.own, inner.owner = frame.own, frame.owner
        count = 0
        for _ in self._nested(parts, 0, inner, frame):
            count += 1
            self.tick()
            yield inner
        self.mark(node, f"rounds {min(count, 2)}")

    def _nested(
        self, parts: list[ast.comprehension], place: int, inner: Frame, outer: Frame
    ) -> Iterator[None]:
        if place == len(parts):
            yield None
            return
        part = parts[place]
        through = self.eval(part.iter, inner if place else outer)
        if part.is_async and isinstance(through, Stranger):
            through = through.stream()
        for item in self.items(through):
            self.assign(part.target, item, inner)
            if all(self.test(one, inner) for one in part.ifs):
                yield from self._nested(parts, place + 1, inner, outer)
