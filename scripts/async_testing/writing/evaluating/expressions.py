"""Expressions, worked out on the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Any

from async_testing.writing.evaluating.attributes import Attributes
from async_testing.writing.evaluating.callables import Coro, Func
from async_testing.writing.evaluating.forms import Form, subscribed
from async_testing.writing.evaluating.strangers import Stranger, Thing
from async_testing.writing.evaluating.things import (
    Cls,
    External,
    Frame,
    Inert,
    Meta,
    Obj,
    Opaque,
    Raised,
    Unknown,
)


class Expressions(Attributes):
    """Works expressions out."""

    def eval(self, node: ast.expr | None, frame: Frame) -> Any:
        """The value of an expression."""
        if node is None:
            return None
        self.tick()
        method = getattr(self, f"of_{type(node).__name__}", None)
        if method is None:
            raise Unknown(f"{type(node).__name__} is not followed")
        return method(node, frame)

    def test(self, node: ast.expr, frame: Frame) -> bool:
        """Whether a condition holds; which way it went is noted."""
        value = self.truth(self.eval(node, frame))
        self.mark(node, value)
        return value

    def of_Constant(self, node: ast.Constant, frame: Frame) -> Any:
        """A literal."""
        return node.value

    def of_Name(self, node: ast.Name, frame: Frame) -> Any:
        """A variable, a name of the module, or a builtin."""
        held = self.replaced(node, frame)
        return self.name(node.id, frame) if held is None else held[0]

    def of_NamedExpr(self, node: ast.NamedExpr, frame: Frame) -> Any:
        """``(a := b)``."""
        value = self.eval(node.value, frame)
        frame.names[node.target.id] = value
        return value

    def of_Attribute(self, node: ast.Attribute, frame: Frame) -> Any:
        """``a.b``."""
        held = self.replaced(node, frame)
        if held is not None:
            return held[0]
        on = self.eval(node.value, frame)
        if on is None:
            self.none_there(node.value, frame)
        name = frame.mangled(node.attr)
        try:
            found = self.get_attribute(on, name)
        except Unknown:
            self.give_up(node.value, frame)
            raise
        if self.is_acting and isinstance(found, External | Thing):
            return self.seam(on, name, found)
        return found

    def of_Await(self, node: ast.Await, frame: Frame) -> Any:
        """``await a``."""
        value = self.eval(node.value, frame)
        try:
            return self.awaited(value)
        except Unknown:
            if isinstance(node.value, ast.Call):
                self.give_up(node.value.func, frame)
            raise

    def of_Lambda(self, node: ast.Lambda, frame: Frame) -> Any:
        """``lambda a: b``."""
        return self.function(node, frame.module, frame, "<lambda>")

    def of_IfExp(self, node: ast.IfExp, frame: Frame) -> Any:
        """``a if b else c``."""
        return self.eval(node.body if self.test(node.test, frame) else node.orelse, frame)

    def of_BoolOp(self, node: ast.BoolOp, frame: Frame) -> Any:
        """``a and b``, ``a or b``."""
        value: Any = None
        wanted = isinstance(node.op, ast.Or)
        for one in node.values:
            value = self.eval(one, frame)
            if one is node.values[-1]:
                break
            holds = self.truth(value)
            self.mark(one, holds)
            if holds is wanted:
                break
        return value

    def of_Subscript(self, node: ast.Subscript, frame: Frame) -> Any:
        """``a[b]``; of a class it is what an annotation says."""
        on = self.eval(node.value, frame)
        if is_type(on):
            if isinstance(on, Cls) and on.kind == "enum":
                return self.native(lambda: on.enum[self.eval(node.slice, frame)], "")
            items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if isinstance(on, type) and hasattr(on, "__members__"):
                kind: Any = on
                return self.native(lambda: kind[self.eval(node.slice, frame)], "")
            if (isinstance(on, External) and on.name == "Annotated") or (
                isinstance(on, External) and on.name == "Literal"
            ):
                values = [self.eval(one, frame) for one in items]
                values = [self.annotation(items[0], frame), *values[1:]] if on.name == "Annotated" else values
                return subscribed(on, values)
            kept = [one for one in items if not isinstance(one, ast.List)]
            found = subscribed(on, [self.annotation(one, frame) for one in kept])
            if isinstance(on, Cls) and found.cls is on:
                found.kind = found.kind if found.kind != "plain" else "class"
            return found
        if isinstance(on, Opaque):
            return on
        if isinstance(node.slice, ast.Slice):
            parts = [self.eval(one, frame) for one in (node.slice.lower, node.slice.upper, node.slice.step)]
            return self.item(on, slice(*parts))
        return self.item(on, self.eval(node.slice, frame))

    def of_List(self, node: ast.List, frame: Frame) -> Any:
        """``[a, *b]``."""
        return [*self._elements(node.elts, frame)]

    def of_Tuple(self, node: ast.Tuple, frame: Frame) -> Any:
        """``a, *b``."""
        return (*self._elements(node.elts, frame),)

    def of_Set(self, node: ast.Set, frame: Frame) -> Any:
        """``{a, *b}``."""
        return {*self._elements(node.elts, frame)}

    def _elements(self, nodes: list[ast.expr], frame: Frame) -> Iterator[Any]:
        for one in nodes:
            if isinstance(one, ast.Starred):
                yield from self.items(self.eval(one.value, frame))
            else:
                yield self.eval(one, frame)

    def of_Dict(self, node: ast.Dict, frame: Frame) -> Any:
        """``{a: b, **c}``."""
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                found.update(self.mapping(self.eval(value, frame)))
            else:
                name = self.eval(key, frame)
                found[name] = self.eval(value, frame)
        return found

    def of_JoinedStr(self, node: ast.JoinedStr, frame: Frame) -> Any:
        """``f"{a}"``."""
        parts: list[str] = []
        for one in node.values:
            if isinstance(one, ast.Constant):
                parts.append(str(one.value))
                continue
            assert isinstance(one, ast.FormattedValue)
            value = self.eval(one.value, frame)
            if isinstance(value, Opaque):
                return value
            given = self.eval(one.format_spec, frame) if one.format_spec is not None else ""
            if one.conversion == ord("r"):
                value = self.representation(value)
            elif one.conversion in (ord("s"), ord("a")) or isinstance(value, Obj | Cls):
                value = self.text(value)
            self.printable(value)
            parts.append(self.native(partial(format, value, given), value))
        return "".join(parts)

    def of_FormattedValue(self, node: ast.FormattedValue, frame: Frame) -> Any:
        """The part of an f-string in braces."""
        return self.of_JoinedStr(ast.JoinedStr([node]), frame)

    def of_Starred(self, node: ast.Starred, frame: Frame) -> Any:
        """``*a`` where it is a type."""
        return self.eval(node.value, frame)

    # Calls

    def of_Call(self, node: ast.Call, frame: Frame) -> Any:
        """``a(b, *c, d=e, **f)``."""
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
            return self.above(frame)
        func = self.eval(node.func, frame)
        args = [*self._elements(node.args, frame)]
        kwargs: dict[str, Any] = {}
        for one in node.keywords:
            value = self.eval(one.value, frame)
            if one.arg is None:
                kwargs.update(self.mapping(value))
            else:
                kwargs[one.arg] = value
        if isinstance(func, type) and func.__name__ == "locals":
            raise Unknown("locals() is not followed")
        try:
            return self.call(func, args, kwargs)
        except Unknown:
            self.give_up(node.func, frame)
            raise

    def awaited(self, value: Any) -> Any:
        """What awaiting a value gives."""
        if isinstance(value, Coro):
            return value.run()
        if isinstance(value, Opaque | Inert):
            return value
        if hasattr(value, "__await__"):
            return self.drive(value)
        if isinstance(value, Stranger):
            return value.awaited()
        self.misused(value)
        raise Unknown("what is awaited is not known")

    def annotation(self, node: ast.expr | None, frame: Frame) -> Any:
        """What an annotation says; a text is read as an expression."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except SyntaxError:
                return Form("any")
        if node is None:
            return Form("any")
        try:
            with self.importing():
                return self.eval(node, frame)
        except (Unknown, Raised):
            return Form("any")

    def function(self, node: Any, module: Any, frame: Frame | None, name: str) -> Func:
        """A function of a definition, its defaults worked out."""
        raise NotImplementedError

    def decorated(self, node: Any, module: Any, frame: Frame | None, name: str, owner: Cls | None) -> Any:
        """A function with its decorators applied."""
        raise NotImplementedError

    def class_of(self, node: ast.ClassDef, module: Any, frame: Frame, name: str) -> Any:
        """A class of a definition, its decorators applied."""
        raise NotImplementedError

    def items(self, value: Any) -> Iterator[Any]:
        """What iterating over a value gives."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Any, frame: Frame) -> None:
        """Bind a target to a value."""
        raise NotImplementedError


def is_type(value: Any) -> bool:
    """Whether a value is a class, or what an annotation says."""
    if isinstance(value, External):
        return value.name[:1].isupper() or value.dotted.startswith(("typing", "collections.abc"))
    return isinstance(value, type | Cls | Form) or (isinstance(value, Meta) and value.name == "TypeVar")
