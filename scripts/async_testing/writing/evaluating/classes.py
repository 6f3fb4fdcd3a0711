"""Classes of the project: their members, and how their objects are made."""

from __future__ import annotations

import ast
import enum
from typing import Any

from async_testing.writing.evaluating.bases import MODELS, TABLES, is_harmless
from async_testing.writing.evaluating.callables import Bound, Native
from async_testing.writing.evaluating.fields import FREE, Fields
from async_testing.writing.evaluating.forms import Form
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


class Classes(Fields):
    """Makes classes and objects."""

    def class_of(self, node: ast.ClassDef, module: Any, frame: Frame, name: str) -> Any:
        """A class of a definition, its decorators applied."""
        cls = Cls(name, module, node, frame)
        above = Frame(module, frame) if cls.variables else frame
        above.names.update({one: Meta("TypeVar", (one,)) for one in cls.variables})
        for base in node.bases:
            value = self.eval(base, above)
            if isinstance(value, Form) and value.cls is not None:
                self._take_arguments(cls, value)
                value = value.cls
            if isinstance(value, Meta):
                value = External(value.name)
            if isinstance(value, type) and issubclass(value, enum.Enum) and hasattr(value, "evaluated_class"):
                value = value.evaluated_class
            cls.bases.append(value)
        cls.kind = self._kind(cls)
        if cls.kind == "enum":
            self._make_enum(cls)
            return cls.enum
        found: Any = cls
        for one in reversed(node.decorator_list):
            found = self._decorate(found, one, frame)
        return found

    @staticmethod
    def _take_arguments(cls: Cls, base: Form) -> None:
        cls.given += [one.cls for one in base.args if isinstance(one.cls, Cls)]
        cls.variables += [
            one.variable for one in base.args if one.variable and one.variable not in cls.variables
        ]
        if isinstance(base.cls, Cls):
            cls.arguments.update(zip(base.cls.variables, base.args, strict=False))

    def _kind(self, cls: Cls) -> str:
        names = [one.name for one in cls.mro() if isinstance(one, External)]
        if any(isinstance(one, type) and issubclass(one, enum.Enum) for one in cls.mro()):
            return "enum"
        if "SQLModel" in names and any(
            one.arg == "table" and isinstance(one.value, ast.Constant) and one.value.value
            for one in cls.node.keywords
        ):
            return "table"
        if MODELS & {*names}:
            return "model"
        if TABLES & {*names} or "declarative_base" in names:
            return "table"
        if "NamedTuple" in names or "Struct" in names:
            return "dataclass"
        if "TypedDict" in names:
            return "mapping"
        above = [one.kind for one in cls.bases if isinstance(one, Cls)]
        for kind in ("table", "model", "mapping"):
            if kind in above:
                return kind
        if "Protocol" in [one.name for one in cls.bases if isinstance(one, External)]:
            return "protocol"
        return "dataclass" if "dataclass" in above else "plain"

    def _decorate(self, found: Any, node: ast.expr, frame: Frame) -> Any:
        target = node.func if isinstance(node, ast.Call) else node
        try:
            value = self.eval(target, frame)
        except Unknown:
            return found
        name = value.name if isinstance(value, External | Native) else ""
        if name == "dataclass" and isinstance(found, Cls):
            found.kind, found.has_made_init = "dataclass", True
        if name == "as_declarative" and isinstance(found, Cls):
            found.kind = "table"
        return found

    def _make_enum(self, cls: Cls) -> None:
        """A real enumeration with the same members: it compares and shows itself as the project's does."""
        members: dict[str, Any] = {}
        bases = [one for one in cls.mro() if isinstance(one, type)]
        kind: Any = next((one for one in bases if issubclass(one, enum.Enum)), enum.Enum)
        frame = self.inside(cls, cls.module)
        frame.parent = cls.frame
        for node in cls.node.body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(target, ast.Name):
                name = target.id
                if name.startswith("_"):
                    continue
                value = self.eval(node.value, frame)
                if isinstance(value, enum.auto) or (
                    isinstance(value, External | Meta) and value.name == "auto"
                ):
                    value = kind._generate_next_value_(name, 1, len(members), [*members.values()])
                members[name] = frame.names[name] = value
        mixed = next((one for one in bases if one in (str, int, float)), None)
        mixed = None if mixed is not None and issubclass(kind, mixed) else mixed
        if any(isinstance(one, Opaque | External | Meta | Obj) for one in members.values()):
            raise Unknown(f"the members of {cls.name} are not known")
        made: Any = self.native(
            lambda: kind(cls.name, members, type=mixed) if mixed else kind(cls.name, members), None
        )
        made.evaluated_class = cls
        cls.enum = made

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
