"""Bugs in how the result of SQLAlchemy is taken, and in what the database computes."""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.mutants.chains import links, renamed
from async_testing.mutants.edits import Edits
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 26
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)

_IMPORT = "from sqlalchemy import select\n"


@operator(
    "sqla-result",
    {
        _IMPORT + "x = r.scalar_one()\ny = r.scalars().first()\nz = a.first()": [
            _IMPORT + "x = r.scalar_one_or_none()\ny = r.scalars().first()\nz = a.first()",
            _IMPORT + "x = r.scalar_one()\ny = r.scalars().one()\nz = a.first()",
        ]
    },
    "let there be no row, and two rows where `{old}` and `{new}` differ, and assert what happens",
)
def wrong_result(source: Source) -> Iterator[Edits]:
    """Another demand on how many rows there are."""
    for link in links(source, *_RESULTS):
        owner = called_name(link[1].value)
        if link[1].attr.startswith("scalar_one") or owner in _MAKE_RESULTS:
            yield renamed(source, link, _RESULTS[link[1].attr])


_RESULTS = {
    "scalar_one": "scalar_one_or_none",
    "scalar_one_or_none": "scalar_one",
    "one": "one_or_none",
    "one_or_none": "one",
    "first": "one",
}
_MAKE_RESULTS = {"scalars", "execute", "exec", "mappings", "result", "results", "rows", "unique", "tuples"}


@operator(
    "sqla-function",
    {
        _IMPORT + "q = select(func.max(U.a), func.count())": [
            _IMPORT + "q = select(func.min(U.a), func.count())"
        ],
    },
    "give rows for which {old} and {new} differ, and assert the value",
)
def wrong_function(source: Source) -> Iterator[Edits]:
    """Another function of the database."""
    for link in links(source, *_FUNCTIONS):
        if called_name(link[1].value) == "func":
            yield renamed(source, link, _FUNCTIONS[link[1].attr])


_FUNCTIONS = {"max": "min", "min": "max", "sum": "avg", "avg": "sum", "lower": "upper", "upper": "lower"}
