"""Operators: what they make of two values, and how values compare."""

from __future__ import annotations

import ast
import operator
from typing import Any

from async_testing.writing.evaluating.expressions import Expressions, is_type
from async_testing.writing.evaluating.forms import united
from async_testing.writing.evaluating.strangers import Stranger, kind_of, told
from async_testing.writing.evaluating.terms import Expression
from async_testing.writing.evaluating.things import Cls, External, Frame, Meta, Obj, Opaque, Term, Unknown

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


class Operating(Expressions):
    """Works them out."""

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
        if isinstance(op, ast.BitOr) and (is_type(left) or is_type(right)):
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
            if left != right and not isinstance(op, ast.Is | ast.IsNot | ast.In | ast.NotIn):
                self.unequal(left, right)
            both = isinstance(left, _ORDERED) and isinstance(right, _ORDERED)
            if both and isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                self.mark(one, "equal" if left == right else "beyond")
            if isinstance(value, Opaque | Meta | External | Term) and len(node.ops) == 1:
                return value
            if not self.truth(value):
                return value
            left = right
        return value

    def unequal(self, left: Any, right: Any) -> None:
        """Two values that differ are compared: the attempt may learn of it."""
        raise NotImplementedError

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
            "Environment",
        ):
            return bool(self.native(lambda: item in holder, holder))
        raise Unknown("what is in it is not known")
