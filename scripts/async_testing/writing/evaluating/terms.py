"""Statements and expressions of SQLAlchemy, kept as what they are built of, and worked out on rows."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.callables import Native
from async_testing.writing.evaluating.things import Cls, Obj, Opaque, Term, Unknown

if TYPE_CHECKING:
    from async_testing.writing.evaluating.interpreter import Interpreter

_SIGNS = {
    "Eq": "==",
    "NotEq": "!=",
    "Lt": "<",
    "LtE": "<=",
    "Gt": ">",
    "GtE": ">=",
    "BitAnd": "and",
    "BitOr": "or",
    "Add": "+",
    "Sub": "-",
    "Mult": "*",
}
_METHODS = frozenset(
    [
        "in_",
        "not_in",
        "notin_",
        "is_",
        "is_not",
        "isnot",
        "desc",
        "asc",
        "like",
        "ilike",
        "contains",
        "startswith",
        "endswith",
        "between",
        "label",
    ]
)
_STATEMENTS = frozenset({"select", "insert", "update", "delete"})
_FUNCTIONS = frozenset(
    {"and_", "or_", "not_", "desc", "asc", "func.count", "func.lower", "func.max", "func.min", "func.sum"}
)
_PASSED = frozenset(
    [
        "execution_options",
        "with_for_update",
        "select_from",
        "unique",
        "correlate",
        "prefix_with",
        "with_only_columns",
    ]
)


class Column(Term):
    """A column of a table."""

    def __init__(self, cls: Cls, name: str) -> None:
        self.cls = cls
        self.name = name
        self.label = f"{cls.name}.{name}"

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        return method(self, name)


class Expression(Term):
    """A comparison, a function or an order."""

    def __init__(self, sign: str, parts: list[Any]) -> None:
        self.sign = sign
        self.parts = parts
        self.label = sign

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        return method(self, name)


def method(term: Term, name: str) -> Any:
    """A method of a column or expression."""
    if name not in _METHODS:
        raise Unknown(f"{name} of a column is not followed")
    return Native(
        name, lambda *args, **_: Expression(name.rstrip("_") if name != "not_in" else "notin", [term, *args])
    )


class Query(Term):
    """A statement."""

    def __init__(self, verb: str, parts: list[Any]) -> None:
        self.verb = verb
        self.parts = parts
        self.where: list[Any] = []
        self.order: list[Any] = []
        self.limit: Any = None
        self.offset: Any = None
        self.values: dict[str, Any] = {}
        self.returning: list[Any] = []
        self.loaded: list[Column] = []
        """Relationships that are loaded with the rows."""
        self.label = f"a {verb}"

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        if name in ("where", "filter"):
            return Native(name, lambda *args: self._with(where=[*self.where, *args]))
        if name == "filter_by":
            return Native(name, lambda **given: self._with(where=[*self.where, *self._equal(given)]))
        if name == "order_by":
            return Native(name, lambda *args: self._with(order=[*self.order, *args]))
        if name in ("limit", "offset"):
            return Native(name, lambda value: self._with(**{name: value}))
        if name == "values":
            return Native(
                name,
                lambda *args, **given: self._with(
                    values={**self.values, **(args[0] if args else {}), **given}
                ),
            )
        if name == "returning":
            return Native(name, lambda *args: self._with(returning=[*args]))
        if name == "options":
            return Native(name, self._loading)
        if name in _PASSED:
            return Native(name, lambda *_, **__: self)
        raise Unknown(f"{name} of {self.label} is not followed")

    def _loading(self, *options: Any) -> Query:
        columns = [one.column for one in options if isinstance(one, Loading)]
        return self._with(loaded=[*self.loaded, *(one for one in columns if isinstance(one, Column))])

    def _equal(self, given: dict[str, Any]) -> list[Any]:
        return [Expression("==", [Column(self.entity, name), value]) for name, value in given.items()]

    def _with(self, **changes: Any) -> Query:
        twin = Query(self.verb, self.parts)
        twin.__dict__.update(self.__dict__)
        twin.__dict__.update(changes)
        return twin

    @property
    def entity(self) -> Cls:
        """The table that it is about. Raises: Unknown where there are several."""
        found: list[Cls] = []
        for one in [*self.parts, *self.where]:
            found += tables(one)
        kept = [*dict.fromkeys(found)]
        if len(kept) != 1:
            raise Unknown("a statement about several tables is not followed")
        return kept[0]


class Loading(Term):
    """A loading option such as ``selectinload(Loan.member)``; what is chained to it is not followed."""

    label = "a loading option"

    def __init__(self, column: Any = None) -> None:
        self.column = column
        """The relationship, None where none is loaded or it is not known."""

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        return Native(name, lambda *_, **__: self)


def tables(term: Any) -> list[Cls]:
    """The tables that an expression names."""
    if isinstance(term, Cls):
        return [term]
    if isinstance(term, Column):
        return [term.cls]
    if isinstance(term, Expression):
        return [one for part in term.parts for one in tables(part)]
    return []


def called(name: str, args: list[Any]) -> Any:
    """What a function of SQLAlchemy builds; None for others."""
    if name in _STATEMENTS:
        return Query(name, args)
    if name in _FUNCTIONS:
        return Expression({"and_": "and", "or_": "or", "not_": "not"}.get(name, name), args)
    return None


def built(op: ast.AST, left: Any, right: Any) -> Any:
    """What an operator builds; None for one that is not known."""
    sign = _SIGNS.get(type(op).__name__)
    return Expression(sign, [left, right]) if sign else None


class Worked:
    """Works expressions out.

    Args:
        interpreter: knows how values are compared.
    """

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter

    def value(self, term: Any, row: Obj) -> Any:
        """What an expression is for a row."""
        if isinstance(term, Column):
            found = row.fields.get(term.name)
            if isinstance(found, Opaque):
                raise Unknown("what the database fills in is compared")
            return found
        if not isinstance(term, Expression):
            if isinstance(term, Term):
                raise Unknown("a statement in a statement is not followed")
            return term
        return self._expression(term, row)

    def _expression(self, term: Expression, row: Obj) -> Any:
        sign = term.sign
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
        if sign not in checks:
            raise Unknown(f"{sign} is not followed in a statement")
        return self.interpreter.native(checks[sign], None)
