"""NOTIFY: who hears what a committed statement has told."""

import re
from collections.abc import Iterator
from typing import Any

from ..core.ledger import Ledger
from ..core.recording import Call

_TEXT = r"'(?:[^']|'')*'"
_NOTIFY = re.compile(rf'\s*notify\s+("(?:[^"]|"")*"|\w+)\s*(?:,\s*({_TEXT}))?', re.IGNORECASE)
_CHANNEL = re.compile(r'\s*(un)?listen\s+("(?:[^"]|"")*"|\w+|\*)', re.IGNORECASE)
_GIVEN = rf"({_TEXT}|\$\d+|%s|%\(\w+\)s)(?:\s*::\s*\w+)?"
_CALLED = re.compile(rf"\bpg_notify\s*\(\s*{_GIVEN}\s*,\s*{_GIVEN}\s*\)", re.IGNORECASE)


class Channels:
    """The channels of the connections that share a ledger.

    `hearers` are connections: `hear(channel, payload, pid)` is called for each notification that is committed.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.hearers: list[Any] = []
        self._told = 0

    def deliver(self, pid: int) -> None:
        """Tell what was committed since the last time."""
        done = self.ledger.committed
        new, self._told = done[min(self._told, len(done)) :], len(done)
        for channel, payload in dict.fromkeys(told for call in new for told in notified(call)):
            for hearer in list(self.hearers):
                hearer.hear(channel, payload, pid)


def notified(call: Call) -> Iterator[tuple[str, str]]:
    """The channel and the payload of each notification of a call."""
    if "notify" not in call.statement.lower():
        return
    if found := _NOTIFY.match(call.statement):
        yield name(found[1]), _unquoted(found[2] or "''")
    for each in call.parameters if call.batch else [call.parameters]:
        for called in _CALLED.finditer(call.statement):
            before = call.statement[: called.start()].count("%s")
            channel, payload = (
                _value(called[1], each, before),
                _value(called[2], each, before + (called[1] == "%s")),
            )
            if isinstance(channel, str):
                yield channel, payload if isinstance(payload, str) else ""


def listened(statement: str) -> tuple[bool, str] | None:
    """Whether a statement begins to listen or ends it, and to which channel; `*` is all."""
    found = _CHANNEL.match(statement)
    return (not found[1], name(found[2])) if found else None


def name(text: str) -> str:
    """A channel as the server has it: what is not quoted is lower case."""
    return text[1:-1].replace('""', '"') if text.startswith('"') else text.lower()


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'")


def _value(text: str, parameters: Any, place: int) -> Any:
    if text.startswith("'"):
        return _unquoted(text)
    key: Any = text[2:-2] if "(" in text else place if text == "%s" else int(text[1:]) - 1
    try:
        return parameters[key]
    except (LookupError, TypeError):
        return None
