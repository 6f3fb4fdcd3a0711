"""What comes from other libraries: what stands for it, and what comparing it tells about it."""

from __future__ import annotations

import ast
import datetime
import enum
import uuid
from typing import Any

from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.things import External, Manager, Meta, Obj, Special, Term, Unknown


class Stranger(Special):
    """Stands for something of another library: what the code does with it tells what it is."""

    given_by = ""
    """The place of what gave it, where that may have to be awaited."""

    def truth(self) -> bool:
        """Whether it counts as true."""
        raise NotImplementedError

    def doubted(self) -> None:
        """The code asks whether it is there."""
        raise NotImplementedError

    def become(self, kind: str, value: Any = None) -> None:
        """The code needs a plain value of a kind."""
        raise NotImplementedError

    def become_form(self, form: Any) -> None:
        """The code needs a value of a form."""
        raise NotImplementedError

    def special(self, name: str) -> Any:
        """A method that Python calls itself."""
        raise NotImplementedError

    def stream(self) -> Any:
        """What going through it asynchronously gives."""
        raise NotImplementedError

    def item(self, key: Any) -> Any:
        """What is in it under a key."""
        raise NotImplementedError

    def awaited(self) -> Any:
        """What awaiting it gives."""
        raise NotImplementedError

    def entered(self, *, is_async: bool) -> Manager:
        """How it is entered and left."""
        raise NotImplementedError


class Thing:
    """What a module binds to a name, where it cannot be told what that is; a test may replace it."""

    def __init__(self, name: str, why: str) -> None:
        self.label = name
        self.why = why

    def __deepcopy__(self, memo: object) -> Thing:
        return self

    def _refuse(self, *_: object) -> Any:
        raise Unknown(self.why)

    __bool__ = __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __str__ = __format__ = _refuse
    __int__ = __len__ = __iter__ = __call__ = _refuse

    def __hash__(self) -> int:
        return id(self)


def told(op: ast.cmpop, left: Any, right: Any) -> None:
    """A comparison tells what something of another library is. Raises: Again, Unknown."""
    one, other = (left, right) if isinstance(left, Stranger) else (right, left)
    if isinstance(op, ast.Is | ast.IsNot):
        if other is None:
            one.doubted()
        elif isinstance(other, bool):
            one.become("bool")
    elif isinstance(op, ast.In | ast.NotIn):
        if one is left:
            if isinstance(right, list | tuple | set | frozenset | dict) and right:
                first = next(iter(right))
                if isinstance(first, enum.Enum):
                    one.become_form(Form("enum", cls=type(first)))
                one.become(kind_of(first), first)
            elif isinstance(right, str):
                one.become("str")
        elif isinstance(other, str):
            one.item(other)
        else:
            one.become("list")
    elif isinstance(other, enum.Enum):
        one.become_form(Form("enum", cls=type(other)))
    elif not isinstance(other, Stranger | Obj | Term | Meta | External) and other is not None:
        one.become(kind_of(other), other if isinstance(op, ast.Eq | ast.NotEq) else None)


def kind_of(value: Any) -> str:
    """The kind of a plain value as forms have it, empty for any other."""
    return {
        str: "str",
        int: "int",
        float: "float",
        bool: "bool",
        list: "list",
        bytes: "bytes",
        datetime.datetime: "datetime",
        datetime.timedelta: "datetime",
        datetime.date: "date",
        uuid.UUID: "uuid",
    }.get(type(value), "")
