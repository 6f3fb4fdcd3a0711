"""Classes of the project: their members, and how their objects are made."""

from __future__ import annotations

import ast
import enum
from typing import Any

from async_testing.writing.evaluating.bases import is_harmless
from async_testing.writing.evaluating.callables import Bound, Native
from async_testing.writing.evaluating.defining import Defining
from async_testing.writing.evaluating.fields import FREE
from async_testing.writing.evaluating.things import (
    NULL,
    Cls,
    Descriptor,
    External,
    Frame,
    Meta,
    Obj,
    Opaque,
    Raised,
    Recorder,
    Unknown,
)


class Classes(Defining):
    """Knows the members of classes, and makes objects."""

    def extended(self, value: Any, name: str, found: Any) -> Any:
        """A method of a plain value."""
        return found

    def get_attribute(self, value: Any, name: str) -> Any:
        """What an attribute of a value is."""
        kind: Any = value if isinstance(value, type) else type(value)
        cls: Cls | None = getattr(kind, "evaluated_class", None) if issubclass(kind, enum.Enum) else None
        if cls is not None and name not in kind.__members__ and not name.startswith("__"):
            own = self.lookup(cls, name)
            if own is not None:
                return self.bind(own, None if kind is value else value, kind)
        return super().get_attribute(value, name)

    # Members

    def own_member(self, cls: Cls, name: str) -> Any:
        """What a class itself defines under a name, None where it does not."""
        if name in cls.memo:
            return cls.memo[name]
        node = _defining(cls.node, name)
        if node is None:
            return None
        cls.memo[name] = None  # what is defined by itself is not there
        frame = self.inside(cls, cls.module)
        frame.parent = cls.frame if cls.frame is not cls.module.frame else None
        try:
            with self.importing():
                value = self._member(cls, node, name, frame)
            cls.memo[name] = NULL if value is None else value
        except BaseException:
            del cls.memo[name]
            raise
        return cls.memo[name]

    def _member(self, cls: Cls, node: ast.stmt, name: str, frame: Frame) -> Any:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            closed = cls.frame if cls.frame is not cls.module.frame else None
            func = self.function(node, cls.module, closed, f"{cls.qualname}.{name}")
            func.owner = cls
            value: Any = func
            for one in reversed(node.decorator_list):
                value = self.under(one, frame, value)
            return value
        if isinstance(node, ast.ClassDef):
            return self.class_of(node, cls.module, frame, f"{cls.qualname}.{name}")
        if isinstance(node, ast.Assign):
            value = self.eval(node.value, frame)
            target = node.targets[0]
            if isinstance(target, ast.Tuple):
                names = [one.id for one in target.elts if isinstance(one, ast.Name)]
                return [*self.items(value)][names.index(name)]
            return value
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            return self.eval(node.value, frame)
        return None

    def of_class(self, cls: Cls, name: str) -> Any:
        """What an attribute of a class is."""
        if name in ("__name__", "__qualname__"):
            return cls.name if name == "__name__" else cls.qualname
        if name == "__mro__":
            return (*cls.mro(),)
        if name == "__doc__":
            return ast.get_docstring(cls.node)
        if cls.kind == "table" and name in self.fields_of(cls):
            return self.model_member(cls, name)
        if name in ("_fields", "_make") and is_tuple(cls):
            if name == "_fields":
                return tuple(self.fields_of(cls))
            return Native(name, lambda values: self.construct(cls, [*self.iterate(values)], {}))
        found = self.lookup(cls, name)
        if found is not None:
            if isinstance(found, Descriptor) and found.kind == "property":
                return found
            return self.bind(found, None, cls)
        if cls.kind in ("model", "table"):
            return self.model_member(cls, name)
        if any(isinstance(one, ast.AnnAssign) and _named(one, name) for one in cls.node.body):
            raise Raised(AttributeError(f"type object '{cls.name}' has no attribute '{name}'"))
        self._require_known(cls, name)
        raise Raised(AttributeError(f"type object '{cls.name}' has no attribute '{name}'"))

    def _require_known(self, cls: Cls, name: str) -> None:
        for one in cls.mro():
            if isinstance(one, External) and not is_harmless(one):
                raise Unknown(f"what {one.dotted}.{name} is, is not known")
            if isinstance(one, Recorder | Meta | Opaque):
                raise Unknown(f"what .{name} of {cls.name} is, is not known")

    def object_attribute(self, value: Obj, name: str) -> Any:
        """What an object answers that its class does not define."""
        cls = value.cls
        if cls.kind in ("model", "table", "dataclass"):
            found = self.model_object(value, name)
            if found is not FREE:
                return found
        if self.is_exception(cls) and name in ("args", "__cause__", "with_traceback", "add_note"):
            if name in ("with_traceback", "add_note"):
                return Native(name, lambda *_: value)
            return value.fields.get("args", ())
        if cls.kind == "dataclass" and name == "_asdict":
            return Native(name, lambda: dict(value.fields))
        if is_tuple(cls):
            if name in ("_fields", "_make"):
                return self.of_class(cls, name)
            if name == "_replace":
                return Native(name, lambda **given: self.construct(cls, [], {**value.fields, **given}))
        if name == "__init__":
            return Native(name, lambda *_, **__: None)
        strange = self.inherited(value, name)
        if strange is not None:
            return strange
        self._require_known(cls, name)
        raise Raised(AttributeError(f"'{cls.name}' object has no attribute '{name}'"))

    # Objects

    def construct(self, cls: Cls, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """An object of a class of the project."""
        made = self._built(cls, args, kwargs)
        if isinstance(made, Obj):
            made.changed = False
        return made

    def _built(self, cls: Cls, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if cls.kind == "mapping":
            return self.as_mapping(*args, **kwargs)
        if cls.kind == "protocol":
            raise Raised(TypeError("Protocols cannot be instantiated"))
        value = Obj(cls)
        value.call = ([*args], dict(kwargs))
        if self.is_exception(cls):
            value.fields["args"] = tuple(args)
        making = self.constructor_of(cls)
        making_one = self.lookup(cls, "__new__")
        if making_one is not None:
            func = making_one.func if isinstance(making_one, Descriptor) else making_one
            value = self.call(func, [cls, *args], kwargs)
            if not isinstance(value, Obj) or value.cls is not cls:
                return value
            value.call = ([*args], dict(kwargs))
        if making is not None and not isinstance(making, Descriptor):
            self.call(Bound(making, value), args, kwargs)
            return value
        if cls.kind == "model":
            return self.validated(cls, self._by_name(cls, args, kwargs), value)
        if cls.kind == "table":
            return self.row_made(cls, kwargs, value)
        if cls.kind == "dataclass":
            self._fill(cls, args, kwargs, value)
            return value
        if not self.is_exception(cls):
            self._require_known(cls, "__init__")
            if args or kwargs:
                raise Raised(TypeError(f"{cls.name}() takes no arguments"))
        elif kwargs:
            self._require_known(cls, "__init__")
            raise Raised(TypeError(f"{cls.name}() takes no keyword arguments"))
        return value

    def constructor_of(self, cls: Cls) -> Any:
        """The ``__init__`` that the project has written, None where a decorator has made one nearer to the class."""
        for one in cls.mro():
            if isinstance(one, Cls):
                found = self.own_member(one, "__init__")
                if found is not None or one.has_made_init:
                    return found
        return None

    def _by_name(self, cls: Cls, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        if args:
            raise Raised(TypeError(f"{cls.name}() takes no positional arguments"))
        return kwargs

    # What other parts give

    def validated(self, cls: Cls, given: dict[str, Any], value: Obj) -> Any:
        """An object of a model. Raises: Raised with a ValidationError."""
        raise NotImplementedError

    def row_made(self, cls: Cls, given: dict[str, Any], value: Obj) -> Any:
        """An object of a table."""
        raise NotImplementedError

    def model_member(self, cls: Cls, name: str) -> Any:
        """What a model's class answers that it does not define."""
        raise NotImplementedError

    def model_object(self, value: Obj, name: str) -> Any:
        """What a model's object answers that its class does not define; ``FREE`` where nothing is said."""
        raise NotImplementedError


def is_tuple(cls: Cls) -> bool:
    """Whether its objects are named tuples."""
    return any(isinstance(one, External) and one.name == "NamedTuple" for one in cls.mro())


def _defining(node: ast.ClassDef, name: str) -> ast.stmt | None:
    found: ast.stmt | None = None
    for one in node.body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if one.name == name and not _adds(one):
                found = one
        elif isinstance(one, ast.Assign):
            if any(
                isinstance(inner, ast.Name) and inner.id == name
                for target in one.targets
                for inner in ast.walk(target)
            ):
                found = one
        elif isinstance(one, ast.AnnAssign) and _named(one, name) and one.value is not None:
            found = one
    return found


def _adds(node: ast.stmt) -> bool:
    """Whether it is the setter of a property, or an overload."""
    for one in getattr(node, "decorator_list", ()):
        if isinstance(one, ast.Attribute) and one.attr in ("setter", "deleter", "expression", "comparator"):
            return True
    return False


def _named(node: ast.AnnAssign, name: str) -> bool:
    return isinstance(node.target, ast.Name) and node.target.id == name
