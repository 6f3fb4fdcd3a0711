"""What a class of cursors makes of rows."""

from typing import Any


class Form:
    """What a cursor class of the driver makes of rows: `dict_type`, None for tuples; `unbuffered`."""

    def __init__(self, kind: type | None) -> None:
        self.kind = kind
        names = {each.__name__ for each in getattr(kind, "__mro__", ())}
        dicts = not names.isdisjoint(("DictCursor", "_DictCursorMixin", "DictCursorMixin"))
        self.dict_type: Any = getattr(kind, "dict_type", dict) if dicts else None
        self.unbuffered = "SSCursor" in names
