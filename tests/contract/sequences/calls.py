"""Statements with parameters to choose from: those that succeed, that the server refuses, that are wrong."""

from __future__ import annotations

from typing import Any

from hypothesis.strategies import SearchStrategy, just, lists, none, one_of, sampled_from, tuples

from tests.contract.sequences import table

ID = sampled_from((1, 2, 3, 4))
NAME = one_of(sampled_from(("a", "b")), sampled_from(("a", "b", None)))
PRICE = sampled_from((0, 7, -1))
_PARAMETERS: dict[str, SearchStrategy[Any]] = {
    table.INSERT: tuples(ID, NAME),
    table.PRICED: tuples(ID, NAME, one_of(none(), PRICE)),
    table.RETURNING: tuples(ID, NAME),
    table.NOTE: tuples(ID, ID),
    table.UPDATE: tuples(PRICE, ID),
    table.DELETE: tuples(ID),
    table.ROW: tuples(ID),
    table.DIVIDE: tuples(ID),
    table.UNKNOWN_WITH: tuples(ID),
}
_ALONE = (table.ROWS, table.COUNT, table.DEFER, table.WRONG, table.UNKNOWN)
_NUMBERED = {table.INSERT: (0,), table.NOTE: (0, 1), table.UPDATE: (1,)}
"""The places of the ids of a statement; elsewhere it is the first."""


def _with(statement: str) -> SearchStrategy[tuple[str, tuple[Any, ...]]]:
    return tuples(just(statement), _PARAMETERS.get(statement, just(())))


CALLS = one_of(*map(_with, _PARAMETERS), *map(_with, _ALONE))
BATCHES = one_of(
    *(
        tuples(just(each), lists(_PARAMETERS[each], max_size=3))
        for each in (table.INSERT, table.NOTE, table.UPDATE)
    )
)
WRONG_CALLS = sampled_from(
    [
        (table.INSERT, (3,)),
        (table.INSERT, ()),
        (table.ROW, ()),
        (table.INSERT, ("x", "a")),
        (table.ROW, ("x",)),
        (table.UPDATE, ("x", 1)),
    ]
)


def shifted(call: tuple[str, tuple[Any, ...]], base: int) -> tuple[str, list[Any]]:
    """A call with ids of the connection's own: two transactions never wait for each other."""
    statement, parameters = call
    places = _NUMBERED.get(statement, (0,))
    given = [
        each + base if place in places and isinstance(each, int) else each
        for place, each in enumerate(parameters)
    ]
    return statement, given
