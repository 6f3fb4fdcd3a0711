"""Expressions, worked out on the syntax tree."""

from __future__ import annotations

import ast
import operator
from collections.abc import Iterator
from functools import partial
from typing import Any

from async_testing.writing.evaluating.attributes import Attributes
from async_testing.writing.evaluating.forms import Form, subscribed, united
from async_testing.writing.evaluating.strangers import Stranger, Thing, kind_of, told
from async_testing.writing.evaluating.terms import Expression
from async_testing.writing.evaluating.things import (
    Cls,
    Coro,
    External,
    Frame,
    Func,
    Inert,
    Meta,
    Obj,
    Opaque,
    Raised,
    Term,
    Unknown,
)

_OPERATORS: dict[type, Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
_COMPARISONS: dict[type, Any] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ORDERED = (int, float, str)
_LARGEST = 100_000


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
        try:
            found = self.get_attribute(on, node.attr)
        except Unknown:
            self.give_up(node.value, frame)
            raise
        if self.is_acting and isinstance(found, External | Thing):
            return self.seam(on, node.attr, found)
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

    def of_UnaryOp(self, node: ast.UnaryOp, frame: Frame) -> Any:
        """``not a``, ``-a``."""
        value = self.eval(node.operand, frame)
        if isinstance(node.op, ast.Not):
            return not self.truth(value)
        if isinstance(value, Opaque):
            return value
        if isinstance(value, Term) and isinstance(node.op, ast.Invert):
            return Expression("not", [value])
        self.plain(value)
        if isinstance(node.op, ast.USub):
            return self.native(lambda: -value, value)
        return self.native(lambda: +value if isinstance(node.op, ast.UAdd) else ~value, value)

    def of_BinOp(self, node: ast.BinOp, frame: Frame) -> Any:
        """``a + b``."""
        return self.operate(node.op, self.eval(node.left, frame), self.eval(node.right, frame), frame)

    def operate(self, op: ast.operator, left: Any, right: Any, frame: Frame) -> Any:
        """What an operator makes of two values."""
        if isinstance(op, ast.BitOr) and (_is_type(left) or _is_type(right)):
            return united(left, right)
        if isinstance(left, Opaque):
            return left
        if isinstance(right, Opaque):
            return right
        if isinstance(left, Obj | External | Meta | Cls | Term) or isinstance(
            right, Obj | External | Meta | Cls | Term
        ):
            return self.overloaded(op, left, right)
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Stranger):
                one.become(kind_of(other))
        self.plain(left)
        self.plain(right)
        if isinstance(op, ast.Mult | ast.Pow | ast.LShift):
            sizes = [one for one in (left, right) if isinstance(one, int)]
            if any(abs(one) > _LARGEST for one in sizes) and not isinstance(op, ast.Mult):
                raise Unknown("a number grows too large")
            if (
                any(isinstance(one, str | list | tuple | bytes) for one in (left, right))
                and max(sizes, default=0) > _LARGEST
            ):
                raise Unknown("a value grows too large")
        if isinstance(left, str) and isinstance(op, ast.Mod):
            right = (
                tuple(self.text(one) if isinstance(one, Obj) else one for one in right)
                if isinstance(right, tuple)
                else right
            )
        return self.native(lambda: _OPERATORS[type(op)](left, right), left)

    def of_Compare(self, node: ast.Compare, frame: Frame) -> Any:
        """``a < b < c``."""
        left = self.eval(node.left, frame)
        value: Any = True
        for op, one in zip(node.ops, node.comparators, strict=True):
            right = self.eval(one, frame)
            value = self.compare(op, left, right)
            both = isinstance(left, _ORDERED) and isinstance(right, _ORDERED)
            if both and isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                self.mark(one, "equal" if left == right else "beyond")
            if isinstance(value, Opaque | Meta | External | Term) and len(node.ops) == 1:
                return value
            if not self.truth(value):
                return value
            left = right
        return value

    def compare(self, op: ast.cmpop, left: Any, right: Any) -> Any:
        """What a comparison gives."""
        if isinstance(left, Stranger) or isinstance(right, Stranger):
            told(op, left, right)
        if isinstance(op, ast.Is | ast.IsNot):
            same = left is right or (isinstance(left, External) and left == right)
            if isinstance(left, Opaque) or isinstance(right, Opaque):
                other = right if isinstance(left, Opaque) else left
                if other is not None:
                    raise Unknown("what is compared is not known")
                same = False
            return same if isinstance(op, ast.Is) else not same
        if isinstance(op, ast.In | ast.NotIn):
            if isinstance(left, Opaque) or isinstance(right, Opaque):
                raise Unknown("what is looked for is not known")
            found = self.contains(right, left)
            return found if isinstance(op, ast.In) else not found
        if isinstance(left, Opaque) or isinstance(right, Opaque):
            return left if isinstance(left, Opaque) else right
        if isinstance(left, External | Meta | Term) or isinstance(right, External | Meta | Term):
            return self.overloaded(op, left, right)
        if isinstance(left, Obj) and not isinstance(op, ast.Eq | ast.NotEq):
            raise Unknown(f"objects of {left.cls.name} are compared")
        if isinstance(left, Obj) and self.lookup(left.cls, "__eq__") is not None:
            raise Unknown(f"{left.cls.name} says itself what is equal")
        return self.native(lambda: _COMPARISONS[type(op)](left, right), left)

    def contains(self, holder: Any, item: Any) -> bool:
        """Whether a container has an item."""
        if isinstance(holder, str | list | tuple | set | frozenset | dict | range | bytes):
            found = bool(self.native(lambda: item in holder, holder))
            self.looked_up(holder, item, found)
            return found
        if isinstance(holder, type | Cls):
            return any(one == item for one in self.items(holder))
        if type(holder).__name__ in (
            "dict_keys",
            "dict_values",
            "dict_items",
            "Counter",
            "deque",
            "mappingproxy",
        ):
            return bool(self.native(lambda: item in holder, holder))
        raise Unknown("what is in it is not known")

    def of_Subscript(self, node: ast.Subscript, frame: Frame) -> Any:
        """``a[b]``; of a class it is what an annotation says."""
        on = self.eval(node.value, frame)
        if _is_type(on) or (isinstance(on, Meta) and on.name == "TypeVar"):
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

    # Comprehensions

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


def _is_type(value: Any) -> bool:
    if isinstance(value, External):
        return value.name[:1].isupper() or value.dotted.startswith(("typing", "collections.abc"))
    return isinstance(value, type | Cls | Form)
