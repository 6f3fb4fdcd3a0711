"""The names that mean something on a mock: its assertions, and what it keeps."""

from __future__ import annotations

import ast
from collections.abc import Iterator

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


def assertions(scope: Scope) -> Iterator[tuple[ast.Call, ast.Attribute]]:
    """The calls in a scope that are assertions of a mock, each with the attribute that is called."""
    for call in scope.of(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr in ASSERTIONS:
            yield call, call.func
