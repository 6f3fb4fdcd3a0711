"""The differences between a fake and a live driver that stay."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple


class Known(NamedTuple):
    """A difference that stays, its reason, and whether what was seen of both sides is an instance of it.

    `ends` the sequence, where both sides are not in the same state after it.
    """

    name: str
    reason: str
    covers: Callable[[Any, Any], bool]
    ends: bool = False


PARSED_FIRST = Known(
    "in an aborted transaction a syntax error is told as such",
    "the server parses a statement before it looks at the transaction; the fake does not parse, and says aborted",
    lambda said, really: "current transaction is aborted" in str(said) and "syntax error at" in str(really),
)


TYPE_FIRST = Known(
    "a wrong type is told before the state of the transaction",
    "parameters are converted before a statement runs, by the driver or by the server; the fake knows no types",
    lambda said, really: (
        re.search("invalid input (syntax for type|for query argument)", str(really))
        and re.search("transaction is aborted|in a read-only transaction", str(said))
    ),
    ends=True,
)


SAME_OBJECT = Known(
    "a connection that went back to its pool refuses everything",
    "the pool of the fake hands out the scripted connection again, and who kept it has the new one",
    lambda said, really: said != really and re.search("(returned|released back) to the pool", str(really)),
)
