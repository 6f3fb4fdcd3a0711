"""The part of the model that ``check`` needs, on its own: importing dataclasses takes longer than checking a file."""

import sys
from typing import Literal, NamedTuple


class UsageError(Exception):
    """Something the user has to mend: the message is one line that says what was wrong, expected, and to do."""


def unparsed(error: SyntaxError) -> str:
    """Return what to say of a file that the Python that runs this cannot parse."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    reason = f"Python {version} cannot parse it ({error.msg})"
    return f"{reason}: mend it, or run this with the Python that it is written for"


class Finding(NamedTuple):
    """A place that a rule reports. Lines and columns count from 1, columns in characters."""

    code: str
    name: str
    severity: Literal["error", "warning", "info"]
    path: str
    line: int
    column: int
    end_line: int
    message: str
    instead: str
    fix: dict[str, object] | None = None
    """``title``, ``safe`` and ``edits`` (``start``, ``end`` as offsets in characters, ``text``); None without a fix."""
