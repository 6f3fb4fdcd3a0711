# async-testing-expert 0.1.0 sha256:d1ec4a12aeb73f76 (scaffold.py --update renews it)
"""The errors of a server, built the same way for every driver."""

from collections.abc import Mapping, Sequence
from typing import Any


class Refused(Exception):
    """The server says no; a driver turns this into an exception of its own class.

    Attributes: `sqlstate` (or what else the server has for a code) and `message`; `facts`, the further fields of
    the error by name: detail, schema_name, table_name, column_name, constraint_name; `fatal`, when the
    connection is lost.
    """

    def __init__(
        self, sqlstate: str, message: str, facts: Mapping[str, str] | None = None, *, fatal: bool = False
    ) -> None:
        super().__init__(message)
        self.sqlstate, self.message, self.fatal = sqlstate, message, fatal
        self.facts = dict(facts or {})


class Errors:
    """Builds errors to script: `conn.execute_return = errors.unique_violation("users_email_key")`.

    Each is an exception of the driver's own class with the code, constraint and message that the server sends;
    scripted, it does to the transaction and to the connection what the real one does.
    """

    def unique_violation(
        self, constraint: str, *, table: str = "", key: Mapping[str, Any] | None = None
    ) -> Exception:
        """A value that is there already.

        Arguments: the constraint's name; the table; `key`, column → value of what is there twice.
        """
        return self.build("unique_violation", constraint=constraint, table=table, key=key)

    def foreign_key_violation(
        self,
        constraint: str,
        *,
        table: str = "",
        key: Mapping[str, Any] | None = None,
        references: str = "",
        deleting: bool = False,
    ) -> Exception:
        """A row that refers to none, or with `deleting` one that others refer to.

        Arguments: the constraint's name; the table that has it; `key`, column → value of what is missing, or
        still referred to; the table it refers to.
        """
        kind = "foreign_key_violation_deleting" if deleting else "foreign_key_violation"
        return self.build(kind, constraint=constraint, table=table, key=key, references=references)

    def not_null_violation(
        self, column: str, *, table: str = "", row: Sequence[Any] | None = None
    ) -> Exception:
        """No value where there must be one; `row` is the whole row, for the error's detail."""
        return self.build("not_null_violation", table=table, column=column, row=row)

    def check_violation(
        self, constraint: str, *, table: str = "", row: Sequence[Any] | None = None
    ) -> Exception:
        """A value that a CHECK refuses; `row` is the whole row, for the error's detail."""
        return self.build("check_violation", constraint=constraint, table=table, row=row)

    def serialization_failure(self) -> Exception:
        """Another transaction was quicker: the code is to try again."""
        return self.build("serialization_failure")

    def deadlock(self) -> Exception:
        """Two transactions wait for each other, and this one is given up."""
        return self.build("deadlock")

    def lock_not_available(self, *, table: str = "") -> Exception:
        """NOWAIT found a lock."""
        return self.build("lock_not_available", table=table)

    def statement_timeout(self) -> Exception:
        """The server gave up on a statement that took too long."""
        return self.build("statement_timeout")

    def lost_connection(self) -> Exception:
        """The server went away; the connection is closed from then on, its transaction rolled back."""
        return self.build("lost_connection")

    def build(self, kind: str, **facts: Any) -> Exception:
        """The error of a kind, a method's name, from the facts that the method was given."""
        raise NotImplementedError
