# async-testing-expert 0.1.0 sha256:fac56a46280dbf8b (scaffold.py --update renews it)
"""The exceptions of asyncpg, or stand-ins where it is not installed."""

from importlib import import_module
from typing import Any

from ..common.errors import Refused
from ..common.postgres import PostgresErrors

_BY_STATE = {
    "25P01": "NoActiveSQLTransactionError",
    "25P02": "InFailedSQLTransactionError",
    "25006": "ReadOnlySQLTransactionError",
    "3B001": "InvalidSavepointSpecificationError",
    "08003": "ConnectionDoesNotExistError",
    "23502": "NotNullViolationError",
    "23503": "ForeignKeyViolationError",
    "23505": "UniqueViolationError",
    "23514": "CheckViolationError",
    "40001": "SerializationError",
    "40P01": "DeadlockDetectedError",
    "42601": "PostgresSyntaxError",
    "55P03": "LockNotAvailableError",
    "57014": "QueryCanceledError",
    "42P02": "UndefinedParameterError",
}
_PARENTS = {
    **dict.fromkeys(_BY_STATE.values(), "PostgresError"),
    "DataError": "PostgresError",
    "InterfaceError": "Exception",
    "PostgresError": "Exception",
}
_FIELDS = {
    "detail": "D",
    "schema_name": "s",
    "table_name": "t",
    "column_name": "c",
    "constraint_name": "n",
    "data_type_name": "d",
    "hint": "H",
    "position": "P",
    "context": "W",
}
_stand_ins: dict[str, type[Exception]] = {"Exception": Exception}


def error(name: str) -> type[Exception]:
    """An exception class of asyncpg, or a stand-in of that name where asyncpg is not installed."""
    try:
        exceptions = import_module("asyncpg").exceptions
    except ImportError:
        if name not in _stand_ins:
            states = {name: state for state, name in _BY_STATE.items()}
            parts = {"__module__": "asyncpg.exceptions", "sqlstate": states.get(name)}
            _stand_ins[name] = type(name, (error(_PARENTS[name]),), parts)
        return _stand_ins[name]
    found: type[Exception] = getattr(exceptions, name)
    return found


def server_error(refusal: Refused) -> Exception:
    """An error as the server sends it."""
    fields = {"S": "ERROR", "V": "ERROR", "C": refusal.sqlstate, "M": refusal.message}
    fields |= {_FIELDS[name]: fact for name, fact in refusal.facts.items() if name in _FIELDS}
    base: Any = error("PostgresError")
    if hasattr(base, "new"):
        made: Exception = base.new(fields)
        return made
    told = [f"{name.upper()}:  {refusal.facts[name]}" for name in ("detail", "hint") if name in refusal.facts]
    made = error(_BY_STATE.get(refusal.sqlstate, "PostgresError"))("\n".join([refusal.message, *told]))
    facts = {**dict.fromkeys((*_FIELDS, "query")), **refusal.facts, "sqlstate": refusal.sqlstate}
    for name, fact in facts.items():
        setattr(made, name, fact)
    return made


def interface_error(message: str, hint: str | None = None) -> Exception:
    """An error that asyncpg finds without asking the server."""
    kind: Any = error("InterfaceError")
    made: Exception = kind(message, hint=hint) if hint and hasattr(kind, "with_msg") else kind(message)
    return made


class AsyncpgErrors(PostgresErrors):
    """Errors of asyncpg, with their `sqlstate`, `constraint_name`, `table_name`, `detail` …"""

    def raised(self, refusal: Refused) -> Exception:
        """As the server sends it; asyncpg finds out for itself that a connection is lost."""
        if refusal.fatal:
            text = "connection was closed in the middle of operation"
            return error("ConnectionDoesNotExistError")(f"{text}: {refusal.message}")
        return server_error(refusal)


errors = AsyncpgErrors()
