"""The exceptions of psqlpy, or stand-ins where it is not installed, and how it words what the server says."""

from importlib import import_module

from ..common.errors import Refused
from ..common.postgres import PostgresErrors
from ..common.session import CLOSED as LOST

CLOSED = "Underlying connection is returned to the pool"
WRONG_NUMBER_OF_ROWS = "query returned an unexpected number of rows"
BUILDING = "Cannot build statement in execute_many: "
WRAPPING = "Cannot open transaction wrap in execute_many: "
RUNNING = "Error occurred in `execute_many` statement: "
_PARENTS = {
    "InterfaceError": "Error",
    "DatabaseError": "Error",
    "DataError": "DatabaseError",
    "PyToRustValueMappingError": "DataError",
    "BaseConnectionPoolError": "InterfaceError",
    "ConnectionPoolConfigurationError": "BaseConnectionPoolError",
    "BaseConnectionError": "InterfaceError",
    "ConnectionExecuteError": "BaseConnectionError",
    "ConnectionClosedError": "BaseConnectionError",
    "BaseTransactionError": "InterfaceError",
    "TransactionBeginError": "BaseTransactionError",
    "TransactionCommitError": "BaseTransactionError",
    "TransactionRollbackError": "BaseTransactionError",
    "TransactionClosedError": "BaseTransactionError",
    "BaseCursorError": "InterfaceError",
    "CursorStartError": "BaseCursorError",
    "CursorClosedError": "BaseCursorError",
}
_stand_ins: dict[str, type[Exception]] = {"Exception": Exception}


def error(name: str) -> type[Exception]:
    """An exception class of `psqlpy.exceptions`, or a stand-in of that name where psqlpy is not installed."""
    try:
        exceptions = import_module("psqlpy").exceptions
    except ImportError:
        if name not in _stand_ins:
            parts = {"__module__": "psqlpy.exceptions"}
            _stand_ins[name] = type(name, (error(_PARENTS.get(name, "Exception")),), parts)
        return _stand_ins[name]
    found: type[Exception] = getattr(exceptions, name)
    return found


def prefix(method: str) -> str:
    """What psqlpy puts before an error of these calls."""
    return "Cannot execute query, error - " if method in ("execute", "fetch") else ""


def on_wire(refusal: Refused) -> str:
    """What the server said, as psqlpy shows it."""
    if refusal.sqlstate == LOST:
        return refusal.message
    detail = refusal.facts.get("detail")
    level = "FATAL" if refusal.fatal else "ERROR"
    return f"db error: {level}: {refusal.message}" + (f"\nDETAIL: {detail}" if detail else "")


def worded(refusal: Refused, method: str, *, running: bool) -> Exception:
    """The exception of a call; `running`: it was sent, not only prepared, when the server refused it."""
    text = on_wire(refusal)
    if method == "execute_many":
        made = error("ConnectionExecuteError")((RUNNING if running else BUILDING) + text)
    elif method == "execute_many wrapped":
        made = error("ConnectionExecuteError")(WRAPPING + text)
    elif running and method not in ("execute_batch", "copy", "prepared", "cursor"):
        made = error("ConnectionExecuteError")(prefix(method) + text)
    else:
        made = error("DatabaseError")(text)
    made.refusal = refusal  # type: ignore[attr-defined]
    return made


class PsqlpyErrors(PostgresErrors):
    """Errors of psqlpy: the text is all they tell; each call words what is scripted in its own way."""

    def raised(self, refusal: Refused) -> Exception:
        """As `execute` raises it."""
        return worded(refusal, "execute", running=True)


errors = PsqlpyErrors()
