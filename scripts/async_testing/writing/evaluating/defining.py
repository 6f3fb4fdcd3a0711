"""Definitions of classes: their bases and kind, their decorators, and enumerations."""

from __future__ import annotations

import ast
import enum
from typing import Any

from async_testing.writing.evaluating.bases import MODELS, TABLES
from async_testing.writing.evaluating.callables import Native
from async_testing.writing.evaluating.fields import Fields
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.things import Cls, External, Frame, Meta, Obj, Opaque, Unknown


class Defining(Fields):
    """Makes classes."""

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
