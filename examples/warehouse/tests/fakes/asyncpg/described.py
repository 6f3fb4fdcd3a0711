# async-testing-expert 0.1.0 sha256:bdef32d53176a21c (scaffold.py --update renews it)
"""What a prepared statement of asyncpg tells of its parameters and columns, as far as its text says."""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .connection import FakeConnection

_CAST = re.compile(r"\$(\d+)\s*::\s*(\w+)")
_NAMES = {
    "int": "int4",
    "integer": "int4",
    "bigint": "int8",
    "smallint": "int2",
    "boolean": "bool",
    "decimal": "numeric",
    "real": "float4",
    "float": "float8",
}


class Type(NamedTuple):
    """A type; one that the text does not name is `unknown`."""

    oid: int
    name: str
    kind: str
    schema: str


class Attribute(NamedTuple):
    """A column, by its name."""

    name: str
    type: Type


UNKNOWN = Type(705, "unknown", "scalar", "pg_catalog")


def parameters(query: str) -> tuple[Type, ...]:
    """A type for each parameter: that of its cast."""
    from ..sql.text import placeholders

    casts = {int(place): name.lower() for place, name in _CAST.findall(query)}
    known = {place: Type(0, _NAMES.get(name, name), "scalar", "pg_catalog") for place, name in casts.items()}
    return tuple(known.get(place, UNKNOWN) for place in range(1, placeholders(query) + 1))


def attributes(query: str) -> tuple[Attribute, ...]:
    """The columns, none where the text does not name all of them."""
    from ..sql.returned import columns

    return tuple(Attribute(name, UNKNOWN) for name in columns(query))


async def explained(connection: "FakeConnection", query: str, args: Any, *, analyze: bool) -> Any:
    """A plan; what is analyzed runs in a transaction that is rolled back."""
    asked = f"EXPLAIN (FORMAT JSON, VERBOSE{', ANALYZE' if analyze else ''}) {query}"
    block = connection.transaction() if analyze else None
    if block:
        await block.start()
    try:
        plan = await connection.fetchval(asked, *args)
    finally:
        if block:
            await block.rollback()
    if isinstance(plan, str):
        import json

        return json.loads(plan)
    return plan
