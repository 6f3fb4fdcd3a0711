"""Expressions of SQLAlchemy, worked out on rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.terms import LIKE, Column, Expression, Joined, row_of
from async_testing.writing.evaluating.things import Obj, Opaque, Term, Unknown

if TYPE_CHECKING:
    from async_testing.writing.evaluating.interpreter import Interpreter


class Worked:
    """Works expressions out.

    Args:
        interpreter: knows how values are compared.
    """

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter

    def value(self, term: Any, row: Obj | Joined) -> Any:
        """What an expression is for a row."""
        if isinstance(term, Column):
            holder = row_of(row, term.cls)
            found = holder.fields.get(term.name) if holder is not None else None
            if isinstance(found, Opaque):
                raise Unknown("what the database fills in is compared")
            return found
        if not isinstance(term, Expression):
            if isinstance(term, Term):
                raise Unknown("a statement in a statement is not followed")
            return term
        return self._expression(term, row)

    def _expression(self, term: Expression, row: Obj | Joined) -> Any:
        sign = term.sign
        if sign == "label":
            return self.value(term.parts[0], row)
        if sign == "and":
            return all(self.value(one, row) for one in term.parts)
        if sign == "or":
            return any(self.value(one, row) for one in term.parts)
        if sign == "not":
            return not self.value(term.parts[0], row)
        parts = [self.value(one, row) for one in term.parts]
        if sign == "func.lower":
            return parts[0].lower() if isinstance(parts[0], str) else None
        left: Any = parts[0]
        right: Any = parts[1] if len(parts) > 1 else None
        if sign in ("is", "isnot", "is_not"):
            return (left is right) == (sign == "is")
        if right is None and sign in ("==", "!="):
            return (left is None) == (sign == "==")
        if left is None:
            return False
        checks: dict[str, Callable[[], Any]] = {
            "==": lambda: left == right,
            "!=": lambda: left != right,
            "<": lambda: left < right,
            "<=": lambda: left <= right,
            ">": lambda: left > right,
            ">=": lambda: left >= right,
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "in": lambda: left in list(right),
            "notin": lambda: left not in list(right),
            "between": lambda: right <= left <= parts[2],
        }
        if sign in LIKE and isinstance(left, str) and isinstance(right, str):
            return _is_like(left, LIKE[sign].format(right), ignore_case=sign == "ilike")
        if sign not in checks:
            raise Unknown(f"{sign} is not followed in a statement")
        return self.interpreter.native(checks[sign], None)


def _is_like(text: str, pattern: str, *, ignore_case: bool) -> bool:
    """Whether a text is as a pattern of LIKE says."""
    if "\\" in pattern:
        raise Unknown("an escape in a pattern is not followed")
    words = {"%": ".*", "_": "."}
    said = "".join(words.get(one, re.escape(one)) for one in pattern)
    return bool(re.fullmatch(said, text, re.DOTALL | (re.IGNORECASE if ignore_case else 0)))
