"""Values that stand for the types which a record names, and the label of any value."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

UTC = datetime.UTC
PLAIN: dict[str, Any] = {
    "none": None,
    "bool": True,
    "int": 1,
    "int64": 2**40,
    "bigint": 2**70,
    "float": 1.5,
    "decimal": decimal.Decimal("1.5"),
    "bytes": b"x",
    "uuid": uuid.UUID(int=1),
    "date": datetime.date(2000, 1, 2),
    "time": datetime.time(3, 4),
    "datetime": datetime.datetime(2000, 1, 2, 3, 4),
    "datetime+tz": datetime.datetime(2000, 1, 2, 3, 4, tzinfo=UTC),
    "timedelta": datetime.timedelta(days=1),
    "dict": {},
    "str": "x",
    "str:int": "1",
    "str:float": "1.5",
    "str:bool": "true",
    "str:uuid": "00000000-0000-0000-0000-000000000001",
    "str:date": "2000-01-02",
    "str:datetime": "2000-01-02T03:04:00",
    "str:json": "{}",
}
"""Label → a value of that kind."""
TEXTS = {
    "inet": "127.0.0.1",
    "cidr": "10.0.0.0/8",
    "macaddr": "08:00:2b:01:02:03",
    "interval": "1 day",
    "time": "03:04",
    "timetz": "03:04+00",
    "xml": "<a/>",
    "tsquery": "a",
    "bit": "1",
    "varbit": "1",
    "point": "(1,2)",
}
"""Types of PostgreSQL whose texts have a form that labels do not tell: any such text is taken for a right one."""


def of(label: str, kind: str = "", labels: tuple[str, ...] = ()) -> Any:
    """A value for a label.

    Args:
        label: as in a record.
        kind: the server's name of the type that it goes to, empty where that is not known.
        labels: the members of that type, where it is an enumeration.

    Returns:
        The value; None, which goes into any type, where the label is of a class that is not known.
    """
    if label.startswith(("list[", "tuple[")):
        inner = label[label.index("[") + 1 : -1]
        members = [of(inner, kind.removeprefix("_").removesuffix("[]"), labels)] if inner else []
        return members if label.startswith("list[") else tuple(members)
    if label == "str" and (labels or kind in TEXTS):
        return labels[0] if labels else TEXTS[kind]
    return PLAIN.get(label)


def label(value: Any) -> str:
    """The label of a value that a driver gave, without what a text looks like."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, datetime.datetime):
        return "datetime+tz" if value.tzinfo else "datetime"
    if isinstance(value, list | tuple):
        kinds = {label(one) for one in value if one is not None}
        return f"{'list' if isinstance(value, list) else 'tuple'}[{kinds.pop() if len(kinds) == 1 else ''}]"
    for kind in ("int", "float", "str", "bytes", "dict"):
        if type(value).__name__ == kind:
            return kind
    names: dict[type, str] = {
        type(None): "none",
        decimal.Decimal: "decimal",
        uuid.UUID: "uuid",
        datetime.date: "date",
        datetime.time: "time",
        datetime.timedelta: "timedelta",
    }
    return names.get(type(value), f"other:{type(value).__qualname__}")


def fits(scripted: str, real: str) -> bool:
    """Whether a driver that gives values of one label may have given a scripted one; true where that is not known."""
    scripted, real = _base(scripted), _base(real)
    if scripted == real or "none" in (scripted, real):
        return True
    if scripted.startswith("other:") or real.startswith("other:"):
        return True
    if "[" in scripted and "[" in real:
        inner, other = scripted[scripted.index("[") + 1 : -1], real[real.index("[") + 1 : -1]
        return not inner or not other or fits(inner, other)
    return False


def _base(label: str) -> str:
    if label in ("int64", "bigint"):
        return "int"
    return "str" if label.startswith("str:") else label
