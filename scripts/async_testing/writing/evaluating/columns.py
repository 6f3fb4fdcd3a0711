"""Columns without annotations, as tables of SQLAlchemy were written before version 2: ``Column(String(30))``."""

from __future__ import annotations

import enum
from typing import Any

from async_testing.writing.evaluating.forms import Form, form_of
from async_testing.writing.evaluating.things import Cls, External, Meta

_KINDS = {
    **dict.fromkeys(
        ("String", "Text", "Unicode", "UnicodeText", "VARCHAR", "CHAR", "TEXT", "CITEXT", "INET"), "str"
    ),
    **dict.fromkeys(("Integer", "BigInteger", "SmallInteger", "INTEGER", "BIGINT", "SMALLINT"), "int"),
    **dict.fromkeys(("Boolean", "BOOLEAN"), "bool"),
    **dict.fromkeys(("Float", "Double", "REAL", "FLOAT"), "float"),
    **dict.fromkeys(("Numeric", "DECIMAL", "NUMERIC"), "decimal"),
    **dict.fromkeys(("DateTime", "TIMESTAMP", "DATETIME"), "datetime"),
    **dict.fromkeys(("LargeBinary", "BYTEA", "BLOB"), "bytes"),
    **dict.fromkeys(("JSON", "JSONB"), "dict"),
    **dict.fromkeys(("UUID", "Uuid", "GUID"), "uuid"),
    "Date": "date",
    "Time": "time",
    "Interval": "timedelta",
}


def column_form(column: Meta) -> Form:
    """What a column holds: the form of its type, with None unless it is a key or says that it is never null."""
    found = Form("any")
    for given in column.args:
        kind = _of_type(given)
        if kind is not None:
            found = kind
            break
    if column.kwargs.get("primary_key") or column.kwargs.get("nullable") is False:
        return found
    return Form("union", [found, Form("none")])


def _of_type(given: Any) -> Form | None:
    name = given.name if isinstance(given, External | Meta) else ""
    if name == "Enum" and isinstance(given, Meta) and given.args:
        first = given.args[0]
        is_class = isinstance(first, Cls) or (isinstance(first, type) and issubclass(first, enum.Enum))
        if is_class:
            return form_of(first)
        found = Form("literal")
        found.values = [one for one in given.args if isinstance(one, str)]
        return found if found.values else None
    if name == "ARRAY" and isinstance(given, Meta) and given.args:
        return Form("list", [_of_type(given.args[0]) or Form("any")])
    if name == "UUID" and isinstance(given, Meta) and given.kwargs.get("as_uuid") is False:
        return Form("str")
    if name not in _KINDS:
        return None
    form = Form(_KINDS[name])
    length = given.get("length", 0) if isinstance(given, Meta) and form.kind == "str" else None
    if isinstance(length, int):
        form.limits["max_length"] = length
    return form
