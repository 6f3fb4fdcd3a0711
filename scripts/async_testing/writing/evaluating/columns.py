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
    **dict.fromkeys(("DateTime", "TIMESTAMP", "DATETIME"), "naive datetime"),
    **dict.fromkeys(("LargeBinary", "BYTEA", "BLOB"), "bytes"),
    **dict.fromkeys(("JSON", "JSONB"), "dict"),
    **dict.fromkeys(("UUID", "Uuid", "GUID"), "uuid"),
    "Date": "date",
    "Time": "time",
    "Interval": "timedelta",
}


_LOOSE = ("str", "int", "float")
_STRICT = ("datetime", "naive datetime", "date", "time", "timedelta", "uuid", "bytes", "bool")


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


def mapped(form: Form, own: Meta | None) -> tuple[Form, Meta | None]:
    """What an annotated column holds and how it is defined: ``Annotated`` may say both, the column's type the first.

    Args:
        form: what the annotation says.
        own: the ``mapped_column`` that is assigned to it.
    """
    said = [one for one in (*form.metas, *form.single.metas) if one.name == "mapped_column"]
    shared = next((one for one in said if one is not own), None)
    if shared is not None:
        args, kwargs = (own.args, own.kwargs) if own is not None else ((), {})
        own = Meta("mapped_column", (*args, *shared.args), {**shared.kwargs, **kwargs})
    if own is not None:
        known, kind = column_form(own).single, form.single.kind
        is_other = kind in _LOOSE and known.kind in _STRICT and kind != known.kind  # the database has its way
        if known.kind != "any" and (is_other or kind in ("any", "external", "class", "callable")):
            form = Form("union", [known, Form("none")]) if form.optional else known
    return form, own


def timed(form: Form, column: Any, said: Any) -> Form:
    """The form of a column of a table, whose times have a zone only where its type says so.

    Args:
        form: what its annotation says.
        column: how it is defined, as far as that is known.
        said: the type that the table's base maps times to, None for SQLAlchemy's own, which has no zone.
    """
    if form.single.kind != "datetime" or form.limits or form.checks:
        return form
    given = [*column.args, *column.kwargs.values()] if isinstance(column, Meta) else []
    inner = [part for one in given if isinstance(one, Meta) and one.name == "Column" for part in one.args]
    types = [one for one in (*given, *inner) if isinstance(one, External | Meta) and one.name in _KINDS]
    kind = types[0] if types else said
    if kind is None or _KINDS.get(kind.name) == "naive datetime":
        naive = Form("datetime" if _has_zone(kind) else "naive datetime")
        return Form("union", [naive, Form("none")]) if form.optional else naive
    return form


def _has_zone(kind: Any) -> bool:
    return isinstance(kind, Meta) and kind.name in ("DateTime", "TIMESTAMP") and bool(kind.get("timezone", 0))


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
    form = Form("datetime" if _has_zone(given) else _KINDS[name])
    length = given.get("length", 0) if isinstance(given, Meta) and form.kind == "str" else None
    if isinstance(length, int):
        form.limits["max_length"] = length
    return form
