"""The exception classes of drivers that are not installed, whole, so that plan says the same with and without them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

_FILE = Path(__file__).with_name("driver_errors.txt")
"""Written by tools/driver_errors.py: a driver, a class, and the classes that derive from it with their SQLSTATEs."""
_OF_POSTGRES = (
    *(
        "severity",
        "severity_en",
        "message",
        "detail",
        "hint",
        "position",
        "internal_position",
        "internal_query",
    ),
    *("context", "schema_name", "table_name", "column_name", "data_type_name", "constraint_name"),
    *("server_source_filename", "server_source_line", "server_source_function", "query"),
)
_HOMES = {"asyncpg": "asyncpg.exceptions", "psqlpy": "psqlpy.exceptions", "psycopg": "psycopg.errors"}


def complete(driver: str, exceptions: ModuleType) -> None:
    """Give a driver's fakes a stand-in for each of its exception classes, unless the driver is there.

    Args:
        driver: its name.
        exceptions: the module ``exceptions`` of its fakes.
    """
    if driver not in _HOMES or importlib.util.find_spec(driver) is not None:
        return
    made: dict[str, Any] = exceptions.__dict__["_stand_ins"]
    by_state: dict[str, str] = exceptions.__dict__.get("_BY_STATE", {})
    below: dict[str, list[str]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        above, _, names = line.removeprefix(f"{driver} ").partition(": ")
        if line.startswith(f"{driver} "):
            below[above] = names.split()
    waiting = ["Exception"]
    while waiting:
        above = waiting.pop(0)
        for told in below.get(above, ()):
            name, _, state = told.partition("=")
            parts: dict[str, Any] = {"__module__": _HOMES[driver]}
            if state:
                by_state.setdefault(state, name)
                parts["sqlstate"] = state
            if above == "Exception":
                parts |= _of_root(driver, name, exceptions)
            made[name] = type(name, (made[above],), parts)
            waiting.append(name)


def _of_root(driver: str, name: str, exceptions: ModuleType) -> dict[str, Any]:
    """What every exception of a driver has, empty where no server told it."""
    if driver == "asyncpg":
        of_all = {"detail": None, "hint": None}
        return {**dict.fromkeys(_OF_POSTGRES), "sqlstate": None} if name == "PostgresError" else of_all
    if driver == "psycopg":
        return {"sqlstate": None, "diag": exceptions.__dict__["Diagnostic"]()}
    return {}
