"""Rows of SQLAlchemy as they are made and changed: its ``@validates`` sees each value that is set."""

from __future__ import annotations

import ast
import re
from typing import Any

from async_testing.writing.evaluating.callables import Bound, Func
from async_testing.writing.evaluating.errors import error_class
from async_testing.writing.evaluating.models import Models
from async_testing.writing.evaluating.things import Cls, Obj, Opaque, Raised, Unknown

_ARGON2 = re.compile(r"\$argon2(?:i|d|id)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")


class Mapped(Models):
    """Makes rows."""

    def row_made(self, cls: Cls, given: dict[str, Any], value: Obj) -> Any:
        """An object of a table."""
        self.misnamed(given, cls, whole=True)
        for name in given:
            if not name.isidentifier():
                raise Raised(TypeError(f"'{name}' is an invalid keyword argument for {cls.name}"))
        for name, one in given.items():
            value.fields[name] = self._accepted(value, name, one)
        value.raw = dict(given)
        value.given = {*given}
        return value

    def set_field(self, on: Obj, name: str, value: Any) -> None:
        """Set a field of an object."""
        if on.cls.kind == "table":
            value = self._accepted(on, name, value)
        super().set_field(on, name, value)

    def _accepted(self, row: Obj, name: str, value: Any) -> Any:
        try:
            return self.accepted(row, name, value)
        except Raised:
            self.unaccepted(value)
            raise

    def accepted(self, row: Obj, name: str, value: Any) -> Any:
        """What the validators of a table make of a value for a column. Raises: Raised, Unknown."""
        for check in self._validators(row.cls).get(name, ()):
            if isinstance(value, list | set | Opaque):
                raise Unknown(f"what {row.cls.name} takes for {name} is not known")
            with self.importing():  # no test replaces what a validator asks
                value = self.call(Bound(check, row), [name, value], {})
        return value

    def unaccepted(self, value: Any) -> None:
        """A validator refused a value: the attempt may learn of it."""

    def _validators(self, cls: Cls) -> dict[str, list[Func]]:
        if "__validators" not in cls.memo:
            found: dict[str, list[Func]] = {}
            for one in reversed(cls.mro()):
                for node in one.node.body if isinstance(one, Cls) else ():
                    for name in _validated(node):
                        check = self.lookup(cls, getattr(node, "name", ""))
                        if not isinstance(check, Func):
                            raise Unknown(f"what {cls.name} takes for {name} is not known")
                        found.setdefault(name, []).append(check)
            cls.memo["__validators"] = found
        validators: dict[str, list[Func]] = cls.memo["__validators"]
        return validators


def _validated(node: ast.stmt) -> list[str]:
    """The columns that a method validates."""
    return [
        one.value
        for decorator in getattr(node, "decorator_list", ())
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).rpartition(".")[2] == "validates"
        for one in decorator.args
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


def parameters_of(value: Any) -> Opaque:
    """What argon2 reads out of a hash. Raises: Raised where it is none."""
    if not isinstance(value, str):
        raise Unknown("what argon2 makes of it is not known")
    if not _ARGON2.fullmatch(value):
        kind = error_class("argon2.exceptions.InvalidHashError")
        assert kind is not None
        raise Raised(kind("refused"))
    return Opaque("the parameters of a hash")
