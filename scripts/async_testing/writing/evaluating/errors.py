"""Exceptions of other libraries: stand-ins with the names and order of the real ones, which may not be installed."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from types import ModuleType
from typing import Any

from async_testing.writing.evaluating.driver_errors import complete

DRIVERS = ("psqlpy", "asyncpg", "psycopg", "aiomysql", "asyncmy", "aiosqlite")
_PACKAGE = "async_testing_fakes"
_PARENTS = {
    "sqlalchemy.exc.SQLAlchemyError": "",
    "sqlalchemy.exc.InvalidRequestError": "sqlalchemy.exc.SQLAlchemyError",
    "sqlalchemy.exc.NoResultFound": "sqlalchemy.exc.InvalidRequestError",
    "sqlalchemy.exc.MultipleResultsFound": "sqlalchemy.exc.InvalidRequestError",
    "sqlalchemy.exc.StatementError": "sqlalchemy.exc.SQLAlchemyError",
    "sqlalchemy.exc.DBAPIError": "sqlalchemy.exc.StatementError",
    "sqlalchemy.exc.DatabaseError": "sqlalchemy.exc.DBAPIError",
    "sqlalchemy.exc.InterfaceError": "sqlalchemy.exc.DBAPIError",
    "sqlalchemy.exc.IntegrityError": "sqlalchemy.exc.DatabaseError",
    "sqlalchemy.exc.OperationalError": "sqlalchemy.exc.DatabaseError",
    "sqlalchemy.exc.DataError": "sqlalchemy.exc.DatabaseError",
    "sqlalchemy.exc.ProgrammingError": "sqlalchemy.exc.DatabaseError",
    "sqlalchemy.orm.exc.StaleDataError": "sqlalchemy.exc.SQLAlchemyError",
    "httpx.HTTPError": "",
    "httpx.RequestError": "httpx.HTTPError",
    "httpx.TransportError": "httpx.RequestError",
    "httpx.TimeoutException": "httpx.TransportError",
    "httpx.ConnectTimeout": "httpx.TimeoutException",
    "httpx.ReadTimeout": "httpx.TimeoutException",
    "httpx.NetworkError": "httpx.TransportError",
    "httpx.ConnectError": "httpx.NetworkError",
    "httpx.HTTPStatusError": "httpx.HTTPError",
    "jwt.PyJWTError": "",
    "jwt.InvalidTokenError": "jwt.PyJWTError",
    "jwt.DecodeError": "jwt.InvalidTokenError",
    "jwt.ExpiredSignatureError": "jwt.InvalidTokenError",
    "jose.JWTError": "",
    "jose.ExpiredSignatureError": "jose.JWTError",
    "redis.exceptions.RedisError": "",
    "redis.exceptions.ConnectionError": "redis.exceptions.RedisError",
    "aiohttp.ClientError": "",
}
_PARENTS |= {  # classes of their own, in the same order
    name.replace("httpx.", "httpx2."): above.replace("httpx.", "httpx2.")
    for name, above in _PARENTS.items()
    if name.startswith("httpx.")
}
_MADE_WITH = {
    "sqlalchemy.exc.StatementError": ("'statement'", "{}", "Exception('refused')"),
    "sqlalchemy.exc.StaleDataError": ("'stale'",),
}
_SAME = {
    "sqlalchemy.orm.exc.NoResultFound": "sqlalchemy.exc.NoResultFound",
    "jwt.exceptions.": "jwt.",
    "jose.exceptions.": "jose.",
    "sqlalchemy.exceptions.": "sqlalchemy.exc.",
}
_HOMES = {"pymysql": "aiomysql", "psycopg_pool": "psycopg"}
"""Packages whose errors are those of a driver."""
_made: dict[str, type[Exception]] = {}
_completed: set[str] = set()


def fakes(driver: str) -> ModuleType:
    """The fakes of a driver, the very ones that projects get."""
    if _PACKAGE not in sys.modules:
        package = ModuleType(_PACKAGE)
        above = os.path.dirname
        package.__path__ = [f"{above(above(above(__file__)))}/templates/fakes"]
        sys.modules[_PACKAGE] = package
    found = importlib.import_module(f"{_PACKAGE}.{driver}")
    if driver not in _completed:
        _completed.add(driver)
        complete(driver, importlib.import_module(f"{_PACKAGE}.{driver}.exceptions"))
    return found


def is_error(name: str) -> bool:
    """Whether a class of a library is one of exceptions, by its name."""
    return name.endswith(("Error", "Exception", "Violation", "Warning", "Timeout")) or name in (
        "NoResultFound",
        "MultipleResultsFound",
        "HTTPStatusError",
        "JWTError",
    )


def error_class(dotted: str) -> type[Exception] | None:
    """A stand-in for an exception class of a library; None for what is none."""
    root, name = dotted.partition(".")[0], dotted.rpartition(".")[2]
    root = _HOMES.get(root, root)
    if root in DRIVERS:
        if not (is_error(name) or ".errors." in dotted or ".exceptions." in dotted) or not name[:1].isupper():
            return None
        return _of_driver(root, name, dotted)
    if not is_error(name) or not name[:1].isupper():
        return None
    for said, meant in _SAME.items():
        dotted = dotted.replace(said, meant, 1) if dotted.startswith(said) else dotted
    return _standin(dotted)


def _standin(dotted: str) -> type[Exception]:
    if dotted not in _made:
        above = _PARENTS.get(dotted, "")
        parent = _standin(above) if above else Exception
        _made[dotted] = type(dotted.rpartition(".")[2], (parent,), {"evaluated_dotted": dotted})
    return _made[dotted]


def _of_driver(root: str, name: str, dotted: str) -> type[Exception]:
    try:
        found: type[Exception] = _error_of(root)(name)
    except (KeyError, AttributeError):
        key = f"{root}.{name}"
        if key not in _made:
            parent = _error_of(root)({"asyncpg": "PostgresError"}.get(root, "Error"))
            _made[key] = type(name, (parent,), {})
        found = _made[key]
    if "evaluated_dotted" not in found.__dict__:
        with contextlib.suppress(TypeError):
            found.evaluated_dotted = dotted  # type: ignore[attr-defined]
    return found


def _error_of(root: str) -> Any:
    module = fakes(root)
    return getattr(module, "error", None) or importlib.import_module(f"{_PACKAGE}.{root}.exceptions").error


def known_argument(kind: type[BaseException]) -> tuple[str, ...] | None:
    """What an exception of a library is made with, as expressions; None where that is not known."""
    dotted = getattr(kind, "evaluated_dotted", "")
    for one in kind.__mro__:
        known = _MADE_WITH.get(getattr(one, "evaluated_dotted", ""))
        if known is not None:
            return known
    return ("'refused'",) if dotted in _PARENTS or not dotted else None
