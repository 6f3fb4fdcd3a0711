# async-testing-expert 0.1.0 sha256:5c1a06813886f18e (scaffold.py --update renews it)
"""The fakes of this project: connections, pools and transactions that behave as the driver's do."""

from .core import UNSET, Answers, Call, Event, UnscriptedCall, answers, settled
from .psqlpy import FakeConnection, FakePool, FakeRecord, FakeTransaction, FakeTransactionContext
from .statements import Delete, Insert, Raw, Select, UnreadableStatement, Update, read, same_text

__all__ = [
    "UNSET",
    "Answers",
    "Call",
    "Delete",
    "Event",
    "FakeConnection",
    "FakePool",
    "FakeRecord",
    "FakeTransaction",
    "FakeTransactionContext",
    "Insert",
    "Raw",
    "Select",
    "UnreadableStatement",
    "UnscriptedCall",
    "Update",
    "answers",
    "read",
    "same_text",
    "settled",
]
