# async-testing-expert 0.1.0 sha256:52149821b920c2a4 (scaffold.py --update renews it)
"""What statements without rows did, for drivers that tell numbers instead of tags."""

import re
from typing import Any

from ..core.scripting import UNSET
from .tags import status

_REPLACE = re.compile(r"\s*replace\b", re.IGNORECASE)
_INSERT_SET = re.compile(r"\s*(?:insert|replace)\b(?:(?!\bvalues?\b|\bselect\b).)*?\bset\b", re.I | re.DOTALL)


class FakeResult(int):
    """What a statement without rows did: how many rows it changed, and the id that an INSERT gave.

    `conn.execute_return = FakeResult(1, lastrowid=7)`.
    """

    lastrowid: int

    def __new__(cls, rows: int = 1, lastrowid: int = 0) -> "FakeResult":
        """A number of rows."""
        made = super().__new__(cls, rows)
        made.lastrowid = lastrowid
        return made

    def __repr__(self) -> str:
        return f"FakeResult({int(self)}, lastrowid={self.lastrowid})"


def affected(query: str, answer: Any, times: int = 1) -> int:
    """How many rows a statement changed, from a scripted count, from rows, or as on an empty table."""
    if isinstance(answer, int):
        return int(answer)
    if answer is UNSET and _INSERT_SET.match(query):
        return times
    number = status(_REPLACE.sub("INSERT", query, count=1), answer).rpartition(" ")[2]
    return int(number) * times if number.isdecimal() else 0
