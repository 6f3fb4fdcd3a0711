"""``super()``: what the classes above answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.bases import is_harmless
from async_testing.writing.evaluating.callables import Native
from async_testing.writing.evaluating.things import Cls, External, Obj, Special, Unknown

if TYPE_CHECKING:
    from async_testing.writing.evaluating.attributes import Attributes


class Above(Special):
    """``super()``."""

    def __init__(self, interpreter: Attributes, owner: Cls, own: Any) -> None:
        self.interpreter = interpreter
        self.owner = owner
        self.own = own

    def attribute(self, name: str) -> Any:
        """A method of the classes above, bound to the object."""
        cls = self.own.cls if isinstance(self.own, Obj) else self.own
        order = cls.mro()
        behind = order[order.index(self.owner) + 1 :] if self.owner in order else []
        for one in behind:
            if isinstance(one, Cls):
                found = self.interpreter.own_member(one, one.written(name))
                if found is not None:
                    return self.interpreter.bind(found, self.own if isinstance(self.own, Obj) else None, cls)
        strange = next((one for one in behind if isinstance(one, External) and not is_harmless(one)), None)
        if strange is not None and isinstance(self.own, Obj) and self.own.cls.kind == "plain":
            found = self.interpreter.above_all(strange, name)
            if found is not None:
                return found
        return Native(name, lambda *args, **kwargs: self._outside(name, args, kwargs))

    def _outside(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A method of a class that is not the project's."""
        if name == "__new__" and args and isinstance(args[0], Cls):
            return Obj(args[0])
        if not isinstance(self.own, Obj):
            raise Unknown(f"super().{name} is not followed")
        if name == "__init__" and self.interpreter.is_exception(self.own.cls):
            self.own.fields["args"] = args
            return None
        if name == "__init__" and not args:
            return (
                self.interpreter.call(Native("object", lambda: None), [], {})
                if not kwargs
                else self._fields(kwargs)
            )
        found = self.interpreter.object_attribute(self.own, name)
        return self.interpreter.call(found, [*args], kwargs)

    def _fields(self, kwargs: dict[str, Any]) -> None:
        if self.own.cls.kind != "model":
            raise Unknown(f"what {self.own.cls.name}'s base makes of its arguments is not known")
        self.interpreter.object_attribute(self.own, "__init__")(**kwargs)
