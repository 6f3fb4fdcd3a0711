"""What a mock stands for, by what is done with it and how it is named, and which of its methods are not awaited."""

from __future__ import annotations

import ast
import re
from functools import cached_property
from typing import TYPE_CHECKING

from async_testing.facts import mocks

if TYPE_CHECKING:
    from async_testing.facts.mocks import Mocked
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

RESULT = frozenset({"scalar_one_or_none", "scalar_one", "one_or_none", "scalars", "mappings", "unique"})
"""Methods of SQLAlchemy's results that no other driver has."""
FETCHES = RESULT | {
    "all",
    "first",
    "one",
    "scalar",
    "fetchall",
    "fetchone",
    "fetchmany",
    "tuples",
    "partitions",
}
SESSION = frozenset(
    {"add", "add_all", "expunge", "expunge_all", "expire", "expire_all", "is_modified", "begin_nested"}
)
RESPONSE = frozenset({"raise_for_status", "json"})
METHODS = FETCHES | SESSION | RESPONSE | {"transaction"}
"""What ``plain_method`` knows by its name."""
_SESSION_NAME = re.compile(r"(?:^|_)(?:session|db|db_session|async_session)$|session$")
_RESULT_NAME = re.compile(
    r"(?:^|_)(?:result|results|res|rows|scalars|scalar_result|execute_result)(?:_mock)?$"
)
_RESPONSE_NAME = re.compile(r"(?:^|_)(?:response|resp|res|reply)(?:_mock)?$|response")
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "request", "head", "send"})


class Roles:
    """Answers for one file."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source

    @cached_property
    def packages(self) -> set[str]:
        """The packages that the file names: by imports, or by the targets of its patches."""
        found = {name.lstrip(".").partition(".")[0] for name in self.source.imports.values()}
        named = ("httpx", "aiohttp", "sqlalchemy", "asyncpg", "psqlpy", "psycopg", "aiomysql", "aiosqlite")
        return found | {one for one in named if one in self.source.text}

    @property
    def uses_sqlalchemy(self) -> bool:
        """Whether it is about SQLAlchemy, as far as its own text tells, and about no other driver."""
        others = {"asyncpg", "psqlpy", "psycopg", "aiomysql", "aiosqlite", "databases"}
        return not self.packages & others or bool(self.packages & {"sqlalchemy", "sqlmodel"})

    def plain_method(self, found: Mocked, attribute: ast.Attribute, scope: Scope) -> str:
        """The class whose plain method an attribute of a mock is, empty where it is none or that is not sure."""
        name, method = _label(found), attribute.attr
        last = found.path[-2] if found.path[-1:] == ("return_value",) and len(found.path) > 1 else ""
        if method in RESULT | FETCHES:
            if "stream" in found.path or last.startswith("stream"):
                return ""
            return self._of_result(found, method, last, name)
        if method in SESSION and not found.path and self.uses_sqlalchemy:
            return "AsyncSession" if _SESSION_NAME.search(name) or self._is_session(found) else ""
        if method == "transaction" and not found.path and self.packages & {"asyncpg", "psqlpy", "psycopg"}:
            return "Connection" if not self._is_entered_elsewhere(attribute) else ""
        if method in RESPONSE and (last in _VERBS or (not found.path and self._is_response(found, name))):
            return "Response" if method == "raise_for_status" or self._is_httpx(found) else ""
        return ""

    def by_name(self, target: ast.Attribute, scope: Scope) -> str:
        """The same for ``owner.method = AsyncMock(...)``, where the owner need not be a mock that is known."""
        written = mocks.spelled(target.value)
        last = written.rpartition(".")[2]
        if target.attr in ("scalar_one_or_none", "scalar_one", "mappings") and "stream" not in written:
            return "Result"
        if target.attr in ("scalars", "all", "first") and _RESULT_NAME.search(last) and self.uses_sqlalchemy:
            return "Result" if mocks.of(self.source).of(target.value, scope) else ""
        if (
            target.attr in ("add", "add_all", "expunge")
            and _SESSION_NAME.search(last)
            and self.uses_sqlalchemy
        ):
            return "AsyncSession" if mocks.of(self.source).of(target.value, scope) else ""
        if target.attr == "transaction" and last.removeprefix("mock_") in ("conn", "connection"):
            return "Connection" if self.packages & {"asyncpg", "psqlpy"} else ""
        if target.attr in RESPONSE and _RESPONSE_NAME.search(last) and "httpx" in self.packages:
            return "Response" if "aiohttp" not in self.packages else ""
        return ""

    def of_keyword(self, call: ast.Call, method: str) -> str:
        """The same for a method that is given where the mock is made."""
        if method in ("scalar_one_or_none", "scalar_one", "mappings"):
            return "Result"
        if method in RESPONSE and mocks.keyword(call, "status_code") is not None:
            return "Response"
        return ""

    def _of_result(self, found: Mocked, method: str, last: str, name: str) -> str:
        if method in ("scalars", "scalar"):
            # AsyncSession has awaited methods of these names
            if not found.path and not (_RESULT_NAME.search(name) and self.uses_sqlalchemy):
                return ""
            return "Result" if not found.path or last == "execute" else ""
        if method in RESULT:
            if method == "unique" and not found.path and not _RESULT_NAME.search(name):
                return ""
            return "Result" if not found.path or last in ("execute", "scalars", "unique", "exec") else ""
        if last in ("scalars", "mappings", "unique"):
            return "ScalarResult"
        if last in ("execute", "exec") and method not in ("fetchall", "fetchone", "fetchmany"):
            return "Result"
        if not found.path and _RESULT_NAME.search(name) and self.packages & {"sqlalchemy", "sqlmodel"}:
            return "Result"
        return ""

    def _is_session(self, found: Mocked) -> bool:
        """Whether the mock is set up with what only sessions have."""
        words = found.source.text
        return bool(found.name) and any(
            f"{found.name}.{one}" in words for one in ("flush", "refresh", "add_all")
        )

    def _is_response(self, found: Mocked, name: str) -> bool:
        return bool(_RESPONSE_NAME.search(name)) or self._is_httpx(found)

    def _is_httpx(self, found: Mocked) -> bool:
        """Whether a response is one of httpx, whose json() is plain, and not of aiohttp, whose json() is awaited."""
        if found.maker is not None and mocks.keyword(found.maker, "status_code") is not None:
            return True
        written = ".".join([found.name, *found.path])
        if f"{written}.status_code" in found.source.text:
            return True
        return "httpx" in self.packages and "aiohttp" not in self.packages

    def _is_entered_elsewhere(self, attribute: ast.Attribute) -> bool:
        """Whether ``__aenter__`` is set up on it, which another rule is about."""
        current: ast.AST | None = attribute
        while isinstance(current, ast.Attribute):
            if current.attr.startswith("__a"):
                return True
            current = self.source.parent(current)
        return False


def _label(found: Mocked) -> str:
    """The name that a mock goes by, without the words that say it is one."""
    name = found.path[-1] if found.path and found.path[-1] != "return_value" else found.name
    name = name.removeprefix("self.").lstrip("_").lower()
    return re.sub(r"^(?:mock|mocked|fake|stub|async)_|_(?:mock|fake|stub)$", "", name)
