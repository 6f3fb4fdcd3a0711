"""The names that mean something on a mock: its assertions, and what it keeps; and what is taken for an assertion."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from async_testing.facts.scopes import Scope

ASSERTIONS = frozenset(
    {
        "assert_called",
        "assert_called_once",
        "assert_called_with",
        "assert_called_once_with",
        "assert_any_call",
        "assert_has_calls",
        "assert_not_called",
        "assert_awaited",
        "assert_awaited_once",
        "assert_awaited_with",
        "assert_awaited_once_with",
        "assert_any_await",
        "assert_has_awaits",
        "assert_not_awaited",
    }
)
"""The assertions of ``unittest.mock``."""
STATE = frozenset({"called", "call_count", "call_args", "call_args_list", "mock_calls", "method_calls"})
STATE |= {"await_count", "await_args", "await_args_list", "side_effect", "return_value"}
"""What a mock keeps."""
WORDS = ("Mock", "mock", "patch")
"""A file that uses mocks holds one of these."""
REFUSED = frozenset({name.removeprefix("assert_") for name in ASSERTIONS if "await" not in name}) - {"called"}
"""Names that a mock does not make up since Python 3.12."""

_WORDS = "has|have|had|was|were|is|be|been|should|must|to|ensure|check|verify|expect"
_LOOSE = re.compile(
    rf"^(?:(?:{_WORDS})_)*(?:not_|never_)?(?:called|awaited|await)(?:_(?:exactly|only))?(?:_(?:once|twice|thrice))?"
    r"(?:_(?:times|with|with_args))?$|^(?:has|any)_(?:calls?|awaits?)$"
)
_STRICT = re.compile(
    r"^(?:has_been_|was_|have_been_|should_have_been_)?(?:not_|never_)?(?:called|awaited)(?:_exactly|_only)?"
    r"(?:_once_with|_once|_twice|_with)$|^not_(?:called|awaited)$|^(?:has|have)_been_(?:called|awaited)$"
)
_TYPO = re.compile(
    r"^(?:ass?e?r?r?e?t|asser?|asset|assert\w*?|aseert|aasert|asssert)_?\w*(?:call|cal|await)\w*$",
    re.IGNORECASE,
)
_REAL = frozenset({"called", "await", "call"})


@cache
def mistaken(attr: str) -> tuple[bool, bool, bool]:
    """Whether a name looks like an assertion for sure, as far as the object is a mock, or as a misspelled one."""
    if attr in ASSERTIONS or attr in _REAL:
        return False, False, False
    strict, loose = _STRICT.match(attr) is not None, _LOOSE.match(attr) is not None
    return strict, loose, not loose and not attr.startswith("_") and _TYPO.match(attr) is not None


def made_up(attr: str) -> str:
    """What becomes of a name that a mock does not have."""
    if attr.startswith(("assert", "assret", "asert", "aseert", "assrt")):
        return "raises AttributeError"
    if attr in REFUSED:
        return "raises AttributeError since Python 3.12, and before is made up on the spot and checks nothing"
    return "is made up on the spot and checks nothing"


def assertions(scope: Scope) -> Iterator[tuple[ast.Call, ast.Attribute]]:
    """The calls in a scope that are assertions of a mock, each with the attribute that is called."""
    for call in scope.of(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr in ASSERTIONS:
            yield call, call.func
