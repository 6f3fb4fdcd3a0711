"""The exceptions of psycopg, or stand-ins where it is not installed."""

from importlib import import_module
from typing import Any

from ..common.errors import Refused
from ..common.postgres import PostgresErrors

CLOSED = "the connection is closed"
LOST = "the connection is lost"
_BY_STATE = {
    "23502": "NotNullViolation",
    "23503": "ForeignKeyViolation",
    "23505": "UniqueViolation",
    "23514": "CheckViolation",
    "25P01": "NoActiveSqlTransaction",
    "25P02": "InFailedSqlTransaction",
    "25006": "ReadOnlySqlTransaction",
    "34000": "InvalidCursorName",
    "3B001": "InvalidSavepointSpecification",
    "40001": "SerializationFailure",
    "40P01": "DeadlockDetected",
    "42601": "SyntaxError",
    "42P03": "DuplicateCursor",
    "55P03": "LockNotAvailable",
    "57014": "QueryCanceled",
    "57P01": "AdminShutdown",
}
_PARENTS = {
    **dict.fromkeys(("2350", "2351"), "IntegrityError"),
    **dict.fromkeys(("25P0", "2500"), "InternalError"),
    **dict.fromkeys(("3B00", "4000", "40P0", "55P0", "5701", "57P0"), "OperationalError"),
    **dict.fromkeys(("3400", "4260", "42P0"), "ProgrammingError"),
}
_KINDS = {
    "Error": "Exception",
    "InterfaceError": "Error",
    "DatabaseError": "Error",
    **dict.fromkeys(
        ("DataError", "IntegrityError", "InternalError", "NotSupportedError", "OperationalError"),
        "DatabaseError",
    ),
    "ProgrammingError": "DatabaseError",
    "Rollback": "Exception",
    "OutOfOrderTransactionNesting": "ProgrammingError",
    "PoolClosed": "OperationalError",
    "PoolTimeout": "OperationalError",
    **{name: _PARENTS[state[:4]] for state, name in _BY_STATE.items()},
}
_FIELDS = {
    "detail": "D",
    "schema_name": "s",
    "table_name": "t",
    "column_name": "c",
    "constraint_name": "n",
}
_stand_ins: dict[str, type[Exception]] = {"Exception": Exception}


def error(name: str) -> type[Exception]:
    """An exception class of psycopg or psycopg_pool, or a stand-in of that name where it is not installed."""
    places = (
        ("psycopg_pool",) if name.startswith("Pool") else ("psycopg", "psycopg.errors", "psycopg.transaction")
    )
    try:
        modules = [import_module(place) for place in places]
    except ImportError:
        if name not in _stand_ins:
            states = {name: state for state, name in _BY_STATE.items()}
            parts = {"__module__": _home(name), "sqlstate": states.get(name)}
            _stand_ins[name] = type(name, (error(_KINDS[name]),), parts)
        return _stand_ins[name]
    found: type[Exception] = next(
        getattr(module, name) for module in reversed(modules) if hasattr(module, name)
    )
    return found


class Diagnostic:
    """What `diag` tells, where psycopg is not installed."""

    def __init__(self, refusal: Refused | None = None) -> None:
        facts = {name: refusal.facts.get(name) for name in _FIELDS} if refusal else dict.fromkeys(_FIELDS)
        self.message_detail = facts.pop("detail")
        self.sqlstate = refusal.sqlstate if refusal else None
        self.message_primary = refusal.message if refusal else None
        self.__dict__.update(facts)


def _home(name: str) -> str:
    if name.startswith("Pool"):
        return "psycopg_pool"
    return {"Rollback": "psycopg", "OutOfOrderTransactionNesting": "psycopg.transaction"}.get(
        name, "psycopg.errors"
    )


def server_error(refusal: Refused) -> Exception:
    """An error as the server sends it, with its `sqlstate` and `diag`."""
    detail = refusal.facts.get("detail")
    text = refusal.message + (f"\nDETAIL:  {detail}" if detail else "")
    try:
        lookup: Any = import_module("psycopg.errors").lookup
    except ImportError:
        made = error(_BY_STATE.get(refusal.sqlstate, "DatabaseError"))(text)
        made.sqlstate, made.diag = refusal.sqlstate, Diagnostic(refusal)  # type: ignore[attr-defined]
        return made
    severity = "FATAL" if refusal.fatal else "ERROR"
    fields = {"S": severity, "V": severity, "C": refusal.sqlstate, "M": refusal.message}
    fields |= {_FIELDS[name]: fact for name, fact in refusal.facts.items() if name in _FIELDS}
    try:
        kind: Any = lookup(refusal.sqlstate)
    except KeyError:
        kind = import_module("psycopg.errors").get_base_exception(refusal.sqlstate)
    sent: Exception = kind(text, info={ord(key): value.encode() for key, value in fields.items()})
    return sent


class PsycopgErrors(PostgresErrors):
    """Errors of psycopg, with their `sqlstate` and `diag`."""

    def raised(self, refusal: Refused) -> Exception:
        """As the server sends it."""
        return server_error(refusal)


errors = PsycopgErrors()
