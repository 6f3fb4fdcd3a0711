"""Several results of one call, one after another."""

from collections.abc import Iterable
from typing import Any

from ..core.scripting import as_rows


class FakeResults:
    """What a text of several statements gives, or `executemany` with `returning`: `FakeResults([{"id": 1}], 2)`.

    Arguments: for each statement, or set of parameters, its rows or how many it changed; `columns`, the names of
    the columns where there are no rows to tell them.
    """

    def __init__(self, *results: Any, columns: Iterable[str] = ()) -> None:
        self.results = [each if isinstance(each, int) else as_rows(each) for each in results]
        self.columns = list(columns)
        self.rows = next((each for each in self.results if isinstance(each, list)), [])

    def __repr__(self) -> str:
        return f"FakeResults({', '.join(map(repr, self.results))})"


def shared_out(answer: Any, gives_rows: list[bool]) -> list[Any]:
    """An answer for each of several results: those scripted, or one that was scripted alone in the first place."""
    if isinstance(answer, FakeResults):
        return [*answer.results, *[[]] * len(gives_rows)][: len(gives_rows)]
    place = gives_rows.index(True) if isinstance(answer, list) and True in gives_rows else 0
    return [answer if each == place else [] for each in range(len(gives_rows))]
