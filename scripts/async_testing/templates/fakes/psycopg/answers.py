"""What a scripted answer says that a statement of psycopg gave."""

from collections.abc import Sequence
from typing import Any

from ..common.several import shared_out
from ..common.tags import status
from ..core.scripting import UNSET, as_rows


class Result:
    """What a statement gave: `rows`, None for one that returns none; `count`; `tag`, as `INSERT 0 1`; `columns`."""

    def __init__(self, rows: list[Any] | None, count: int, tag: str, columns: Sequence[str] = ()) -> None:
        self.rows, self.count, self.tag, self.columns = rows, count, tag, columns


def results(several: Sequence[str], rows: list[bool], answer: Any) -> list[Result]:
    """What each of several statements gave, by their common answer."""
    from ..sql.returned import columns

    named, found = getattr(answer, "columns", ()), []
    for query, gives, given in zip(several, rows, shared_out(answer, rows), strict=True):
        if gives:
            each = as_rows(None if isinstance(given, int) else given)
            tag = status(query, len(each))
            found.append(Result(each, len(each), tag, named or (() if each else columns(query))))
        else:
            found.append(counted(query, given or UNSET if isinstance(given, list) else given))
    return found


def counted(query: str, answer: Any, times: int = 1) -> Result:
    """What a statement without rows gave, from a scripted count, tag, or nothing; run so many times."""
    tag = status(query, answer)
    verb, _, number = tag.rpartition(" ")
    if not number.isdecimal():
        return Result(None, -1, tag)
    total = int(number) * (1 if isinstance(answer, int | str) else times)
    return Result(None, total, f"{verb} {number}")
