# async-testing-expert 0.1.0 sha256:96d277e02ff2e062 (scaffold.py --update renews it)
"""What `isinstance` takes a connection for: asyncpg looks into the line of its class, and not at its `__class__`."""

from typing import Any

from ..common.kinds import loaded


class Descended(type):
    """The class of a class that says to descend from `asyncpg.Connection` where that is imported."""

    @property
    def __mro__(cls) -> Any:
        """The true line, and the class of the driver behind it."""
        line = type.__dict__["__mro__"].__get__(cls)
        found = loaded("asyncpg.connection.Connection")
        return (*line, found) if found else line
