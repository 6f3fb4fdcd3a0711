# async-testing-expert 0.1.0 sha256:d27f109bbe23e433 (scaffold.py --update renews it)
"""How MariaDB words its errors, and MySQL most of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..common.errors import Errors, Refused
from .exceptions import Classes

DEADLOCK = 1213
"""After this error the server has rolled the whole transaction back."""
_PLAIN = {
    "serialization_failure": (DEADLOCK, "Deadlock found when trying to get lock; try restarting transaction"),
    "deadlock": (DEADLOCK, "Deadlock found when trying to get lock; try restarting transaction"),
    "lock_not_available": (1205, "Lock wait timeout exceeded; try restarting transaction"),
    "statement_timeout": (1969, "Query execution was interrupted (max_statement_time exceeded)"),
    "lost_connection": (2013, "Lost connection to MySQL server during query"),
}
_STATES = {
    **dict.fromkeys((1048, 1062, 1216, 1217, 1451, 1452, 4025), "23000"),
    **dict.fromkeys((1054, 1060), "42S22"),
    **dict.fromkeys((1044, 1049, 1064, 1065, 1110, 1149, 1305), "42000"),
    **dict.fromkeys((1317, 1927, 1969), "70100"),
    1045: "28000",
    1146: "42S02",
    1050: "42S01",
    1051: "42S02",
    1213: "40001",
    1264: "22003",
    1265: "01000",
    1366: "22007",
    1406: "22001",
    1792: "25006",
}


class MysqlErrors(Errors):
    """Errors with the number and the text of the server: `args` is `(1062, "Duplicate entry …")`."""

    def __init__(self, classes: Classes) -> None:
        self.classes = classes

    def server_error(self, number: int, message: str) -> Exception:
        """Any other error, by its number and message."""
        made = self.classes.numbered(number)(number, message)
        if number < 2000 or number >= 3000:  # those between come from the client
            made.sqlstate = _STATES.get(number, "HY000")  # type: ignore[attr-defined]
        return made

    def raised(self, refusal: Refused) -> Exception:
        """An answer of the server as the driver's exception."""
        return self.server_error(int(refusal.sqlstate), refusal.message)

    def build(self, kind: str, **facts: Any) -> Exception:
        """The error of a kind, in the words of MariaDB."""
        made = self.server_error(*_told(kind, **facts))
        if kind == "lost_connection":
            made.connection_lost = True  # type: ignore[attr-defined]
        return made


def _told(
    kind: str,
    *,
    constraint: str = "",
    table: str = "",
    column: str = "",
    key: Mapping[str, Any] | None = None,
    references: str = "",
    row: Sequence[Any] | None = None,
) -> tuple[int, str]:
    """Number and message. A table may have its database before it, a referenced one its columns behind it."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "unique_violation":
        values = "-".join("NULL" if value is None else str(value) for value in (key or {}).values())
        return 1062, f"Duplicate entry '{values}' for key '{constraint}'"
    if kind == "not_null_violation":
        return 1048, f"Column '{column}' cannot be null"
    if kind == "check_violation":
        return 4025, f"CONSTRAINT `{constraint}` failed for {_table(table)}"
    name, _, columns = references.partition("(")
    foreign = (
        f"a foreign key constraint fails ({_table(table)}, CONSTRAINT `{constraint}` FOREIGN KEY "
        f"({_names(key or ())}) REFERENCES `{name.strip()}` ({_names((columns or 'id').strip(') ').split(','))}))"
    )
    if kind == "foreign_key_violation_deleting":
        return 1451, f"Cannot delete or update a parent row: {foreign}"
    return 1452, f"Cannot add or update a child row: {foreign}"


def _names(names: Any) -> str:
    return ", ".join(f"`{name.strip()}`" for name in names)


def _table(name: str) -> str:
    schema, _, table = name.rpartition(".")
    return f"`{schema or 'test'}`.`{table}`"
