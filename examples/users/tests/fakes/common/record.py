# async-testing-expert 0.1.0 sha256:65d6682d88f3492b (scaffold.py --update renews it)
"""What the fakes write down for `verify.py --replay`: each statement, with the types of its parameters and answer."""

import json
import os
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from ..core.recording import Call, is_error
from ..core.scripting import UNSET, as_rows
from ..sql.text import as_sequence

FILE: Final = os.environ.get("ASYNC_TESTING_RECORD", "")
VERSION: Final = 1
PACKAGE: Final = str(Path(__file__).parent.parent)
INSTALLED: Final = frozenset({"site-packages", "dist-packages"})
KINDS: Final = {Decimal: "decimal", UUID: "uuid", date: "date", time: "time", timedelta: "timedelta"}
_written: set[str] = set()


def note(driver: str, call: Call, source: str, value: Any) -> None:
    """Append a line for a call, unless the same test has sent the same before.

    Arguments: `driver`, by the name of its package; `source`, the kind of call that the answer was scripted for;
    `value`, that answer.
    """
    path, line = _sender()
    given = as_sequence(call.parameters, call.style, many=call.batch)
    told = {
        "version": VERSION,
        "driver": driver,
        "method": call.method,
        "statement": call.statement,
        "parameters": [] if source == "copy" else _labels(given, call.batch),
        "batch": call.batch,
        "rows": _shape(source, value),
        "test": os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0],
        "path": path,
        "line": line,
    }
    text = json.dumps(told) + "\n"
    if text not in _written:
        _written.add(text)
        file = os.open(FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(file, text.encode())  # in one piece, since the processes of pytest-xdist share the file
        finally:
            os.close(file)


def label(value: Any) -> str:
    """The name of a value's type, and for a text what it looks like."""
    if value is None or isinstance(value, bool):
        return "none" if value is None else "bool"
    if isinstance(value, datetime):
        return "datetime+tz" if value.tzinfo else "datetime"
    if isinstance(value, int):
        return "int" if -(2**31) <= value < 2**31 else "int64" if -(2**63) <= value < 2**63 else "bigint"
    if isinstance(value, list | tuple):
        inner = {label(each) for each in value} - {"none"}
        return f"{'list' if isinstance(value, list) else 'tuple'}[{inner.pop() if len(inner) == 1 else ''}]"
    if isinstance(value, str):
        return _text(value)
    for kind, name in (
        (float, "float"),
        (bytes, "bytes"),
        (bytearray, "bytes"),
        (dict, "dict"),
        *KINDS.items(),
    ):
        if isinstance(value, kind):
            return name
    return f"other:{type(value).__module__}.{type(value).__qualname__}"


def _text(value: str) -> str:
    for name, reads in (("int", int), ("float", float), ("uuid", UUID), ("date", date.fromisoformat)):
        if _is(reads, value):
            return f"str:{name}"
    if _is(datetime.fromisoformat, value):
        return "str:datetime"
    if value in ("true", "false"):
        return "str:bool"
    return "str:json" if value[:1] in ("{", "[") and _is(json.loads, value) else "str"


def _is(reads: Any, value: str) -> bool:
    try:
        reads(value)
    except ValueError:
        return False
    return True


def _labels(parameters: Any, batch: bool) -> list[str] | dict[str, str]:
    """The labels of one call's parameters; of a batch those of the first, NULLs filled from the others."""
    if batch:
        sets = [_labels(each, False) for each in parameters or ()]
        first = sets[0] if sets else []
        for each in sets[1:]:
            if isinstance(first, dict) and isinstance(each, dict):
                first = {name: each.get(name, one) if one == "none" else one for name, one in first.items()}
            elif isinstance(first, list) and isinstance(each, list) and len(first) == len(each):
                first = [other if one == "none" else one for one, other in zip(first, each, strict=True)]
        return first
    if hasattr(parameters, "items"):
        return {str(name): label(value) for name, value in parameters.items()}
    return [label(value) for value in parameters or ()]


def _shape(source: str, value: Any) -> dict[str, Any] | None:
    """The labels of a scripted answer, None where nothing is scripted that a statement gives."""
    if value is UNSET or value is None or is_error(value) or source == "copy":
        return None
    if source == "fetch_val":
        return {"values": [[label(value)]], "single": True}
    if isinstance(value, str | int):
        return None
    rows = as_rows(value)
    columns: dict[str, set[str]] = {}
    for row in rows:
        for name, each in row.items():
            columns.setdefault(str(name), set()).add(_plain(label(each)))
    return {"columns": {name: sorted(kinds) for name, kinds in columns.items()}} if columns else None


def _plain(name: str) -> str:
    return name.partition(":")[0] if name.startswith("str:") else name


def _sender() -> tuple[str, int]:
    """The line of the project's code that made the call; of an installed package where there is no other."""
    skipped = (PACKAGE, str(Path(os.__file__).parent))
    frame: Any = sys._getframe(2)
    found: Any = None
    while frame:
        name = frame.f_code.co_filename
        if not name.startswith(skipped):
            if not INSTALLED.intersection(Path(name).parts):
                found = frame
                break
            found = found or frame
        frame = frame.f_back
    if found is None:
        return "", 0
    path = Path(found.f_code.co_filename)
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix(), found.f_lineno
