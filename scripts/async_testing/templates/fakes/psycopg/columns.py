"""The columns of a result of psycopg."""

from typing import Any


class Column(tuple[Any, ...]):
    """A column of `description`: its name; a fake knows no more."""

    def __new__(cls, name: str) -> "Column":
        """The seven fields of the DB-API."""
        return super().__new__(cls, (name, None, None, None, None, None, None))

    @property
    def name(self) -> str:
        """The name of the column."""
        return str(self[0])


class Fields:
    """The result as row factories look at it: what of libpq's they need."""

    status = 2  # PGRES_TUPLES_OK

    def __init__(self, names: list[str]) -> None:
        self._names, self.nfields = names, len(names)

    def fname(self, place: int) -> bytes:
        """The name of a column."""
        return self._names[place].encode()
