# async-testing-expert 0.1.0 sha256:1cb014fbae5a972f (scaffold.py --update renews it)
"""What the code under test did: calls and events, kept as they were at the time."""

import copy
from typing import Any


class Call(tuple[str, Any]):
    """One recorded call; unpacks as `statement, parameters`.

    Attributes: `method` as the driver spells it; `statement`; `parameters`, a deep copy of what was passed;
    `transaction`, how deep in transactions and savepoints it ran (0: autocommit).
    """

    method: str
    statement: str
    parameters: Any
    transaction: int
    batch: bool
    style: str

    def __new__(
        cls, method: str, statement: str, parameters: Any, transaction: int, batch: bool, style: str = "$"
    ) -> "Call":
        """Copy the parameters, so that the code can't change what was recorded."""
        self = super().__new__(cls, (statement, copied(parameters)))
        self.statement, self.parameters = self
        self.method, self.transaction, self.batch, self.style = method, transaction, batch, style
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.method, self[0], self[1], self.transaction, self.batch, self.style

    @property
    def meaning(self) -> Any:
        """What the statement does, to compare with `Select`, `Insert`, `Update` or `Delete`.

        Raises: `UnreadableStatement` where the statement is beyond what can be read.
        """
        from ..sql.statements import read

        return read(self.statement, self.parameters, style=self.style, many=self.batch)


class Event(str):
    """One line of the ledger: a string equal to its kind, so `conn.events == ["begin", "execute", "commit"]`.

    Attributes: `kind` (acquire, begin, savepoint, the method of a call, commit, rollback, release, close …);
    `call`, for an event that is a call; `name`, of a savepoint.
    """

    kind: str
    call: Call | None
    name: str

    def __new__(cls, kind: str, call: Call | None = None, name: str = "") -> "Event":
        """A string of its own kind."""
        self = super().__new__(cls, kind)
        self.kind, self.call, self.name = kind, call, name
        return self


def copied(value: Any) -> Any:
    """A deep copy; what can't be copied (a lock, a file) stays the same object."""
    if is_error(value):
        return value
    try:
        return copy.deepcopy(value)
    except Exception:
        if isinstance(value, dict):
            return {key: copied(item) for key, item in value.items()}
        return type(value)(map(copied, value)) if type(value) in (list, tuple) else value


def is_error(value: Any) -> bool:
    """Whether a value is an exception to raise: an instance or a class."""
    return isinstance(value, BaseException) or (isinstance(value, type) and issubclass(value, BaseException))


def shown(call: Call) -> str:
    """A call for people to read."""
    return f"    {' '.join(call.statement.split())}\n    with {call.parameters!r}"
