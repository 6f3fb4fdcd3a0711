"""Statements and expressions of SQLAlchemy, kept as what they are built of."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from async_testing.writing.evaluating.callables import Native
from async_testing.writing.evaluating.things import Cls, Obj, Term, Unknown

if TYPE_CHECKING:
    pass

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
LIKE = {"like": "{}", "ilike": "{}", "contains": "%{}%", "startswith": "{}%", "endswith": "%{}"}
"""The pattern that each of these has for a text."""
_STATEMENTS = frozenset({"select", "insert", "update", "delete", "exists"})
_FUNCTIONS = frozenset({"and_", "or_", "not_", "desc", "asc"})
_PASSED = frozenset(
    [
        "execution_options",
        "with_for_update",
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
        self.sources: list[Any] = []
        """Tables that it names besides what it gives."""
        self.joins: list[Join] = []
        self.conflict: Conflict | None = None
        self.loaded: list[Column] = []
        """Relationships that are loaded with the rows."""
        self.label = f"a {verb}"

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        if name in ("where", "filter"):
            return Native(name, lambda *args: self.altered(where=[*self.where, *args]))
        if name == "filter_by":
            return Native(name, lambda **given: self.altered(where=[*self.where, *self._equal(given)]))
        if name == "order_by":
            return Native(name, lambda *args: self.altered(order=[*self.order, *args]))
        if name in ("limit", "offset"):
            return Native(name, lambda value: self.altered(**{name: value}))
        if name == "values":
            return Native(
                name,
                lambda *args, **given: self.altered(
                    values={**self.values, **(args[0] if args else {}), **given}
                ),
            )
        if name == "returning":
            return Native(name, lambda *args: self.altered(returning=[*args]))
        if name == "options":
            return Native(name, self._loading)
        if name == "select_from":
            return Native(name, lambda *args: self.altered(sources=[*self.sources, *args]))
        if name in ("join", "outerjoin"):
            return Native(name, lambda *args, **given: self._joined(name == "outerjoin", *args, **given))
        if name == "exists":
            return Native(name, lambda: self.altered(verb="exists"))
        if name in ("on_conflict_do_nothing", "on_conflict_do_update"):
            return Native(name, self._conflicting)
        if name == "excluded":
            return Excluded(self)
        if name in _PASSED:
            return Native(name, lambda *_, **__: self)
        raise Unknown(f"{name} of {self.label} is not followed")

    def _joined(self, outer: bool, target: Any, onclause: Any = None, *, isouter: bool = False) -> Query:
        return self.altered(joins=[*self.joins, Join(target, onclause, outer or isouter)])

    def _conflicting(
        self, *_: Any, index_elements: Any = (), set_: dict[Any, Any] | None = None, **other: Any
    ) -> Query:
        if other:
            raise Unknown(f"{next(iter(other))} of an upsert is not followed")
        names = tuple(one if isinstance(one, str) else one.name for one in index_elements)
        return self.altered(conflict=Conflict(names, set_ or {}))

    def _loading(self, *options: Any) -> Query:
        columns = [one.column for one in options if isinstance(one, Loading)]
        return self.altered(loaded=[*self.loaded, *(one for one in columns if isinstance(one, Column))])

    def _equal(self, given: dict[str, Any]) -> list[Any]:
        return [Expression("==", [Column(self.entity, name), value]) for name, value in given.items()]

    def altered(self, **changes: Any) -> Query:
        """The same with some of it changed."""
        twin = Query(self.verb, self.parts)
        twin.__dict__.update(self.__dict__)
        twin.__dict__.update(changes)
        return twin

    @property
    def entity(self) -> Cls:
        """The table that it is about. Raises: Unknown where there are several."""
        found: list[Cls] = []
        for one in [*self.sources, *self.parts, *([] if self.joins else self.where)]:
            found += tables(one)
        kept = [*dict.fromkeys(found)]
        if not kept or (len(kept) != 1 and not self.joins):
            raise Unknown("a statement about several tables is not followed")
        return kept[0]


class Conflict(NamedTuple):
    """What an insert does where there is such a row already."""

    names: tuple[str, ...]
    """The columns that say which row that is, none where any that are unique do."""
    changes: dict[Any, Any]
    """What becomes of that row; none where it stays as it is."""


class Join(NamedTuple):
    """A table that is joined."""

    target: Any
    """A table, or a relationship to one."""
    on: Any
    """The condition, None where the foreign key says it."""
    outer: bool


class Excluded(Term):
    """The values that an insert was refused for, as an upsert names them."""

    label = "excluded"

    def __init__(self, query: Query) -> None:
        self.query = query

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        given = {one if isinstance(one, str) else one.name: value for one, value in self.query.values.items()}
        if name not in given:
            raise Unknown(f"{name} of {self.label} is not known")
        return given[name]

    item = attribute


class Joined:
    """A row of several tables.

    Args:
        rows: that of each, None where an outer join has none.
    """

    def __init__(self, rows: dict[Cls, Obj | None]) -> None:
        self.rows = rows


def row_of(row: Obj | Joined, cls: Cls) -> Obj | None:
    """The row of a table."""
    return row.rows.get(cls) if isinstance(row, Joined) else row


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
    if isinstance(term, Query):
        return [term.entity]
    return []


def called(name: str, args: list[Any]) -> Any:
    """What a function of SQLAlchemy builds; None for others."""
    if name == "exists" and len(args) == 1 and isinstance(args[0], Query):
        return args[0].altered(verb="exists")
    if name in _STATEMENTS:
        return Query(name, args)
    if name in _FUNCTIONS or name.startswith("func."):
        return Expression({"and_": "and", "or_": "or", "not_": "not"}.get(name, name), args)
    return None


def built(op: ast.AST, left: Any, right: Any) -> Any:
    """What an operator builds; None for one that is not known."""
    sign = _SIGNS.get(type(op).__name__)
    return Expression(sign, [left, right]) if sign else None
