"""Queries that aiosql loads from files: what each sends, and through which method of asyncpg's connection."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.callables import Coro, Native
from async_testing.writing.evaluating.things import Special, Unknown

if TYPE_CHECKING:
    from async_testing.subjects.queryfiles import Query
    from async_testing.writing.evaluating.interpreter import Interpreter

_NAMED = re.compile(r"(?<!:):(\w+)")


class Queries(Special):
    """What ``aiosql.from_path`` gives, on asyncpg.

    Args:
        interpreter: sends the statements.
        queries: the statements by name.
    """

    label = "queries"

    def __init__(self, interpreter: Interpreter, queries: Mapping[str, Query]) -> None:
        self.interpreter = interpreter
        self.queries = queries

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        if name not in self.queries:
            raise Unknown(f"the query {name} is not found")
        query = self.queries[name]
        return Native(name, lambda on, *args, **kwargs: Coro(lambda: self._sent(query, on, args, kwargs)))

    def _sent(self, query: Query, on: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        order: dict[str, int] = {}
        text = _NAMED.sub(lambda found: f"${order.setdefault(found[1], len(order) + 1)}", query.text)
        many = query.sign == "*!"
        if many:
            sets = [self._placed(order, one) for one in args[0]]
            return self._call(on, "executemany", text, sets)
        given = self._placed(order, kwargs) if order else [*args]
        if query.sign in ("^", "<!"):
            row = self._call(on, "fetchrow", text, *given)
            if query.sign == "<!" and row is not None:
                return row[0] if len(row) == 1 else row
            return row
        method = {"$": "fetchval", "!": "execute"}.get(query.sign, "fetch")
        return self._call(on, method, text, *given)

    @staticmethod
    def _placed(order: Mapping[str, int], given: Any) -> list[Any]:
        if not isinstance(given, Mapping):
            return [*given]
        missing = [name for name in order if name not in given]
        if missing:
            raise Unknown(f"the parameter {missing[0]} of a query is not given")
        return [given[name] for name in order]

    def _call(self, on: Any, method: str, *args: Any) -> Any:
        called = self.interpreter.call(self.interpreter.get_attribute(on, method), [*args], {})
        return self.interpreter.awaited(called)
