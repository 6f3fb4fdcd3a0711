# async-testing-expert 0.1.0 sha256:f3d6b037010a9c1f (scaffold.py --update renews it)
"""How PostgreSQL words its errors."""

from collections.abc import Mapping, Sequence
from typing import Any

from .errors import Errors, Refused

_PLAIN = {
    "serialization_failure": ("40001", "could not serialize access due to concurrent update"),
    "deadlock": ("40P01", "deadlock detected"),
    "statement_timeout": ("57014", "canceling statement due to statement timeout"),
    "lost_connection": ("57P01", "terminating connection due to administrator command"),
}


class PostgresErrors(Errors):
    """Errors of PostgreSQL; a driver says how it raises one."""

    def server_error(self, sqlstate: str, message: str, **facts: str) -> Exception:
        """Any other error: its SQLSTATE and message; detail, table_name, column_name, constraint_name …"""
        return self.raised(Refused(sqlstate, message, facts))

    def raised(self, refusal: Refused) -> Exception:
        """An answer of the server as the driver's exception."""
        raise NotImplementedError

    def build(self, kind: str, **facts: Any) -> Exception:
        """The error of a kind, in the words of PostgreSQL."""
        made = self.raised(refusal(kind, **facts))
        if kind == "lost_connection":
            made.connection_lost = True  # type: ignore[attr-defined]
        return made


def refusal(
    kind: str,
    *,
    constraint: str = "",
    table: str = "",
    column: str = "",
    key: Mapping[str, Any] | None = None,
    references: str = "",
    row: Sequence[Any] | None = None,
) -> Refused:
    """What the server says, of a violation and of what has nothing to do with a table."""
    if kind in _PLAIN:
        return Refused(*_PLAIN[kind], fatal=kind == "lost_connection")
    failing = f"Failing row contains ({', '.join(map(_text, row))})." if row else ""
    detail = f"Key ({', '.join(key)})=({', '.join(map(_text, key.values()))})" if key else ""
    told = {
        "unique_violation": (
            "23505",
            f'duplicate key value violates unique constraint "{constraint}"',
            " already exists.",
        ),
        "foreign_key_violation": (
            "23503",
            f'insert or update on table "{table}" violates foreign key constraint "{constraint}"',
            f' is not present in table "{references}".',
        ),
        "foreign_key_violation_deleting": (
            "23503",
            f'update or delete on table "{references}" violates foreign key constraint "{constraint}" '
            f'on table "{table}"',
            f' is still referenced from table "{table}".',
        ),
        "not_null_violation": (
            "23502",
            f'null value in column "{column}" of relation "{table}" violates not-null constraint',
            failing,
        ),
        "check_violation": (
            "23514",
            f'new row for relation "{table}" violates check constraint "{constraint}"',
            failing,
        ),
        "lock_not_available": ("55P03", f'could not obtain lock on row in relation "{table}"', ""),
    }
    sqlstate, message, ending = told[kind]
    about = "" if kind == "lock_not_available" else table
    facts = {
        "detail": failing or (detail and detail + ending),
        "schema_name": about and "public",
        "table_name": about,
        "column_name": column,
        "constraint_name": constraint,
    }
    return Refused(sqlstate, message, {name: fact for name, fact in facts.items() if fact})


def _text(value: Any) -> str:
    """A value as the server prints it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "t", False: "f"}[value]
    return str(value)
