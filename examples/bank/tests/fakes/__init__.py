# async-testing-expert 0.1.0 sha256:84309eccd25355a5 (scaffold.py --update renews it)
"""The fakes of this project: connections, pools and transactions that behave as the driver's do."""

from typing import TYPE_CHECKING

from .aiomysql import FakeConnection, FakeContext, FakeCursor, FakePool, FakeResult, FakeResults, errors
from .core.ledger import settled
from .core.recording import Call, Event
from .core.scripting import UNSET, Answers, UnscriptedCall, answers

if TYPE_CHECKING:
    from .common.timing import after, held
    from .sql.statements import Delete, Each, Insert, Raw, Select, UnreadableStatement, Update, read
    from .sql.text import same_text
else:
    _LATER = {
        **dict.fromkeys(("after", "held"), "common.timing"),
        **dict.fromkeys(("Delete", "Each", "Insert", "Raw", "Select", "Update", "read"), "sql.statements"),
        **dict.fromkeys(("UnreadableStatement", "same_text"), "sql.statements"),
    }

    def __getattr__(name: str) -> object:
        """Load what is slow to load when it is first asked for."""
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        globals()[name] = found = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
        return found


__all__ = [
    "UNSET",
    "Answers",
    "Call",
    "Delete",
    "Each",
    "Event",
    "FakeConnection",
    "FakeContext",
    "FakeCursor",
    "FakePool",
    "FakeResult",
    "FakeResults",
    "Insert",
    "Raw",
    "Select",
    "UnreadableStatement",
    "UnscriptedCall",
    "Update",
    "after",
    "answers",
    "errors",
    "held",
    "read",
    "same_text",
    "settled",
]
