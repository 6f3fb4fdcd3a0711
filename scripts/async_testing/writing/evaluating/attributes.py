"""Names and attributes: where they are looked for, and what objects and classes of the project answer."""

from __future__ import annotations

import ast
import builtins
import enum
from typing import Any

from async_testing.writing.evaluating.above import Above
from async_testing.writing.evaluating.base import SAFE
from async_testing.writing.evaluating.builtinnames import BUILTINS
from async_testing.writing.evaluating.callables import Bound, Func, Native
from async_testing.writing.evaluating.modules import Module
from async_testing.writing.evaluating.protocols import Protocols
from async_testing.writing.evaluating.strangers import Thing
from async_testing.writing.evaluating.terms import built
from async_testing.writing.evaluating.things import (
    NULL,
    Cls,
    Descriptor,
    External,
    Frame,
    Inert,
    Meta,
    Obj,
    Opaque,
    Raised,
    Recorder,
    Special,
    Term,
    Unknown,
)


class Attributes(Protocols):
    """Looks names and attributes up."""

    def name(self, name: str, frame: Frame) -> Any:
        """What a name is, seen from a frame."""
        found = (
            frame.find(name) if name not in frame.outer else frame.parent.find(name) if frame.parent else None
        )
        if found is not None:
            value = found.names[name]
            if isinstance(value, External):
                self.seams.pop(value.dotted, None)
            return value
        scope: Frame | None = frame
        while scope is not None:  # a class body sees its own names
            if scope.owner is not None and scope.is_body:
                if name in scope.owner.variables and getattr(scope.owner.node, "type_params", []):
                    return Meta("TypeVar", (name,))
                inner = self.own_member(scope.owner, name)
                if inner is not None:
                    return (
                        inner.func
                        if isinstance(inner, Descriptor) and inner.kind == "staticmethod"
                        else self.bind(inner, None, scope.owner)
                    )
            scope = scope.parent
        try:
            value = frame.module.get(name)
        except KeyError:
            return self.builtin(name)
        if self.is_acting and isinstance(value, External | Thing):
            return self.seam(frame.module, name, value)
        return value

    def seam(self, on: Any, name: str, found: Any) -> Any:
        """What the code looks up in a module, where a test may replace it."""
        raise NotImplementedError

    def replaced(self, node: ast.expr, frame: Frame) -> Any:
        """What a test puts where the code looks something up; None where it replaces nothing."""
        raise NotImplementedError

    def unfilled(self, row: Obj, name: str) -> None:
        """What a row has no value for is read of it: the attempt may learn of it."""
        raise NotImplementedError

    def misused(self, value: Any) -> None:
        """A plain value cannot do what the code wants of it: the attempt may learn of it."""
        raise NotImplementedError

    def give_up(self, node: ast.expr, frame: Frame) -> None:
        """What an expression gives cannot be followed. Raises: Again where a test will replace it."""
        raise NotImplementedError

    def none_there(self, node: ast.expr, frame: Frame) -> None:
        """None stands where the code needs something. Raises: Again where a test will replace it."""
        raise NotImplementedError

    def inherited(self, value: Any, name: str) -> Any:
        """What an object has from a class of another library."""
        raise NotImplementedError

    def above_all(self, base: External, name: str) -> Any:
        """What ``super()`` finds in a class of another library."""
        raise NotImplementedError

    def builtin(self, name: str) -> Any:
        """What a builtin is."""
        kind = getattr(builtins, name, None)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            return kind
        if name not in BUILTINS:
            raise Unknown(f"{name} is not known")
        return kind

    # Attributes

    def get_attribute(self, value: Any, name: str) -> Any:
        """What an attribute of a value is."""
        if isinstance(value, Special):
            return self.native(lambda: value.attribute(name), None)
        if isinstance(value, Obj):
            return self._of_object(value, name)
        if isinstance(value, Cls):
            return self.of_class(value, name)
        if isinstance(value, Module):
            return self._of_module(value, name)
        if isinstance(value, External):
            return self.outside(f"{value.dotted}.{name}")
        if isinstance(value, Inert | Opaque):
            return value
        if isinstance(value, Func | Native | Bound):
            return self._of_function(value, name)
        if isinstance(value, Recorder):
            return self.of_recorder(value, name)
        if isinstance(value, BaseException):
            return self._of_exception(value, name)
        if isinstance(value, Meta):
            if name in value.kwargs:
                return value.kwargs[name]
            raise Unknown(f"what .{name} of {value.name} is, is not known")
        if isinstance(value, type):
            return self._of_type(value, name)
        if isinstance(value, SAFE) and not name.startswith("__"):
            if not hasattr(value, name):
                self.misused(value)
            found = self.native(lambda: getattr(value, name), None)
            return self.extended(value, name, found)
        told = (
            type(value).__module__.startswith("async_testing_fakes") or type(value).__name__ == "Diagnostic"
        )
        if told and not name.startswith("__"):
            return self.native(lambda: getattr(value, name), None)
        if name == "__class__":
            return type(value)
        if hasattr(value, "__next__") and name in ("send", "throw", "close"):
            return getattr(value, name)
        raise Unknown(f"what .{name} of {self.described(value)} is, is not known")

    def extended(self, value: Any, name: str, found: Any) -> Any:
        """A method of a plain value; those of an enumeration of the project are looked up in its class."""
        return found

    def _of_module(self, module: Module, name: str) -> Any:
        try:
            return module.get(name)
        except KeyError:
            inner = self.module_of(module.source, f"{module.dotted}.{name}")
            if inner is None:
                raise Unknown(f"{module.dotted}.{name} is not found") from None
            return inner

    def _of_function(self, value: Any, name: str) -> Any:
        if isinstance(value, Func) and name in value.fields:
            return value.fields[name]
        if name in ("__name__", "__qualname__"):
            full = (
                value.name
                if isinstance(value, Func | Native)
                else self._of_function(value.func, "__qualname__")
            )
            return full.rpartition(".")[2] if name == "__name__" else full
        if name == "__doc__" and isinstance(value, Func):
            return ast.get_docstring(value.node) if not isinstance(value.node, ast.Lambda) else None
        if name in ("__func__", "__self__") and isinstance(value, Bound):
            return value.func if name == "__func__" else value.on
        if isinstance(value, Bound):
            return self._of_function(value.func, name)
        if name in ("__module__", "__dict__", "__annotations__"):
            raise Unknown(f"{name} is not followed")
        raise Raised(AttributeError(f"'function' object has no attribute '{name}'"))

    def _of_exception(self, value: BaseException, name: str) -> Any:
        if name == "__cause__":
            return getattr(value, "evaluated_cause", value.__cause__)
        if name.startswith("__") and name != "__class__":
            raise Unknown(f"{name} is not followed")
        if name == "__class__":
            return type(value)
        return self.native(lambda: getattr(value, name), None)

    def _of_type(self, value: type, name: str) -> Any:
        if name in ("__name__", "__qualname__"):
            return value.__name__
        if issubclass(value, enum.Enum) and not name.startswith("__"):
            found = getattr(value, name, None)
            return (
                found
                if isinstance(found, value)
                else self.extended(value, name, self.native(lambda: getattr(value, name), None))
            )
        return self.native(lambda: getattr(value, name), None)

    def _of_object(self, value: Obj, name: str) -> Any:
        if name in value.fields and not name.startswith("__"):
            return value.fields[name]
        if value.cls.kind == "table":
            self.unfilled(value, name)
        if name == "__class__":
            return value.cls
        if name == "__dict__":
            return dict(value.fields)
        if name == "__cause__":
            return value.cause
        found = self.lookup(value.cls, name)
        if found is None:
            return self.object_attribute(value, name)
        return self.bind(found, value, value.cls)

    def object_attribute(self, value: Obj, name: str) -> Any:
        """What an object answers that its class does not define."""
        raise NotImplementedError

    def of_class(self, cls: Cls, name: str) -> Any:
        """What an attribute of a class is."""
        raise NotImplementedError

    def of_recorder(self, recorder: Recorder, name: str) -> Any:
        """What an object of a framework answers."""
        raise NotImplementedError

    def own_member(self, cls: Cls, name: str) -> Any:
        """What a class itself defines under a name, None where it does not."""
        raise NotImplementedError

    def lookup(self, cls: Cls, name: str) -> Any:
        """What a class or one above it defines under a name, None where none does."""
        for one in cls.mro():
            if isinstance(one, Cls):
                found = self.own_member(one, one.written(name))
                if found is not None:
                    return found
        return None

    def bind(self, found: Any, on: Any, cls: Cls) -> Any:
        """A member of a class as its object gives it."""
        if found is NULL:
            return None
        if isinstance(found, Descriptor):
            if found.kind == "staticmethod":
                return found.func
            if found.kind == "classmethod":
                return Bound(found.func, cls)
            return self.call(found.func, [on], {})
        if isinstance(found, Func | Native) and on is not None:
            return Bound(found, on)
        return found

    def set_attribute(self, on: Any, name: str, value: Any) -> None:
        """``on.name = value``."""
        if isinstance(on, Obj):
            setter = self.lookup(on.cls, name)
            if isinstance(setter, Descriptor) and setter.kind == "property":
                raise Unknown(f"{name} is a property that is set")
            self.set_field(on, name, value)
        elif isinstance(on, Cls):
            name = on.written(name)
            self.of_class(on, name) if name in on.memo else None
            self.remember(on.memo, name)
            on.memo[name] = NULL if value is None else value
        elif isinstance(on, Func | Recorder):
            on.fields[name] = value
        elif isinstance(on, Inert):
            return
        elif isinstance(on, Special):
            setter = getattr(on, "set_attribute", None)
            if setter is None:
                raise Unknown(f"an attribute of {self.described(on)} is set")
            setter(name, value)
        elif isinstance(on, BaseException) or type(on).__module__.startswith("async_testing_fakes"):
            self.native(lambda: setattr(on, name, value), None)
        else:
            raise Unknown(f"an attribute of {self.described(on)} is set")

    def set_field(self, on: Obj, name: str, value: Any) -> None:
        """Set a field of an object."""
        on.changed = True
        on.fields[name] = value

    def above(self, frame: Frame) -> Any:
        """What ``super()`` gives."""
        inner: Frame | None = frame
        while inner is not None and inner.owner is None:
            inner = inner.parent
        if inner is None or inner.owner is None:
            raise Unknown("super() outside of a class")
        return Above(self, inner.owner, inner.own)

    def outside(self, dotted: str) -> Any:
        """What a name of another library is."""
        raise NotImplementedError

    def module_of(self, source: Any, dotted: str) -> Module | None:
        """A module of the project as another one imports it."""
        raise NotImplementedError

    def is_instance(self, value: Any, kind: Any) -> bool:
        """Whether a value is an object of a class."""
        raise NotImplementedError

    def overloaded(self, op: ast.AST, left: Any, right: Any) -> Any:
        """What an operator makes of what is no plain value."""
        if isinstance(left, Term) or isinstance(right, Term):
            term = built(op, left, right) if isinstance(left, Term) else None
            if term is not None:
                return term
        name = {"Add": "__add__", "Sub": "__sub__", "Mult": "__mul__"}.get(type(op).__name__, "")
        if name and isinstance(left, Obj) and self.lookup(left.cls, name) is not None:
            return self.call(self.get_attribute(left, name), [right], {})
        if isinstance(op, ast.Eq | ast.NotEq) and isinstance(left, Meta) and isinstance(right, Meta):
            return (left is right) == isinstance(op, ast.Eq)
        raise Unknown(f"what an operator makes of {self.described(left)} is not known")
