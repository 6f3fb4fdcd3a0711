"""Fields of the project's classes: what each holds, its default, and how a dataclass is filled."""

from __future__ import annotations

import ast
import datetime
from typing import Any

from async_testing.writing.evaluating.bases import is_given
from async_testing.writing.evaluating.callables import Bound, Func
from async_testing.writing.evaluating.calling import Calling
from async_testing.writing.evaluating.columns import column_form, mapped, timed
from async_testing.writing.evaluating.forms import Form, form_of
from async_testing.writing.evaluating.things import Cls, Frame, Meta, Obj, Opaque, Raised, Unknown

_FREE = object()


def _gives(meta: Meta) -> bool:
    """Whether ``Field(…)`` in an annotation says a default."""
    return bool(meta.args) or bool({"default", "default_factory"} & {*meta.kwargs})


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"

    def __deepcopy__(self, memo: object) -> _Missing:
        return self


MISSING = _Missing()


FREE = _FREE


class Fields(Calling):
    """Knows them."""

    def fields_of(self, cls: Cls) -> dict[str, tuple[Form, Any, Cls]]:
        """The annotated fields of a class and those above it: form, default (``MISSING`` where none) and owner."""
        if "__fields" not in cls.memo:
            found: dict[str, tuple[Form, Any, Cls]] = {}
            for one in reversed(cls.mro()):
                if isinstance(one, Cls):
                    found.update(self._annotated(one))
            cls.memo["__fields"] = found
        fields: dict[str, tuple[Form, Any, Cls]] = cls.memo["__fields"]
        return fields

    def _annotated(self, cls: Cls) -> dict[str, tuple[Form, Any, Cls]]:
        frame = self.inside(cls, cls.module)
        frame.parent = cls.frame if cls.frame is not cls.module.frame else None
        with self.importing():
            return self._annotated_in(cls, frame)

    def _annotated_in(self, cls: Cls, frame: Frame) -> dict[str, tuple[Form, Any, Cls]]:
        found: dict[str, tuple[Form, Any, Cls]] = {}
        for node in cls.node.body:
            if cls.kind == "table" and isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                column = self._column(node, frame)
                if column is not None:
                    found[node.targets[0].id] = (column_form(column), column, cls)
                continue
            if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
                continue
            name = node.target.id
            if (
                name.startswith("__")
                or name == "model_config"
                or (name.startswith("_") and cls.kind == "model")
            ):
                continue
            form = form_of(self.annotation(node.annotation, frame))
            if form.kind == "classvar":
                continue
            default: Any = MISSING
            if node.value is not None:
                try:
                    default = self.eval(node.value, frame)
                except Unknown as unknown:
                    default = Opaque(str(unknown))
            if isinstance(default, Meta):
                form, default = form.limited([default]), default
            if default is MISSING:
                default = next((one for one in form.metas if one.name == "Field" and _gives(one)), MISSING)
            is_column = isinstance(default, Meta) and default.name == "mapped_column"
            if cls.kind == "table" and (default is MISSING or is_column):
                form, column = mapped(form, default if is_column else None)
                default = column if column is not None else default
            if cls.kind == "table":
                form = timed(form, default, self._times_of(cls))
            found[name] = (form, default, cls)
        return found

    def _times_of(self, cls: Cls) -> Any:
        """The type of a column that holds times, as the base of a table's class maps them."""
        try:
            known = self.lookup(cls, "type_annotation_map")
        except Unknown:
            return None
        return known.get(datetime.datetime) if isinstance(known, dict) else None

    def _column(self, node: ast.Assign, frame: Frame) -> Meta | None:
        """A column that stands without an annotation, None for anything else."""
        try:
            value = self.eval(node.value, frame)
        except Unknown:
            return None
        return value if isinstance(value, Meta) and value.name in ("Column", "mapped_column") else None

    def default_of(self, default: Any) -> Any:
        """The value that a field has where none is given; ``MISSING`` where one must be."""
        if isinstance(default, Meta):
            making = default.kwargs.get("default_factory")
            if making is not None:
                return self.call(making, [], {})
            place = (
                0 if default.name in ("Field", "Query", "Path", "Body", "Header", "Form", "Cookie") else -1
            )
            default = default.get("default", place, MISSING)
        if default is Ellipsis:
            return MISSING
        return (
            [*default]
            if isinstance(default, list)
            else dict(default)
            if isinstance(default, dict)
            else default
        )

    def unlike(self, value: Any, form: Form) -> None:
        """A field is given a value: where it is not what the annotation says, the attempt may learn of it."""
        raise NotImplementedError

    def _fill(self, cls: Cls, args: list[Any], kwargs: dict[str, Any], value: Obj) -> None:
        fields = {name: one for name, one in self.fields_of(cls).items() if is_given(one[1])}
        late = {name: one for name, one in self.fields_of(cls).items() if name not in fields}
        for name, (_, default, _) in late.items():
            kept = self.default_of(default)
            if kept is not MISSING:
                value.fields[name] = kept
        left = dict(kwargs)
        names = [*fields]
        if len(args) > len(names):
            raise Raised(TypeError(f"{cls.name}() takes {len(names)} arguments but {len(args)} were given"))
        for name, one in zip(names, args, strict=False):
            left[name] = one
        for name, (form, default, _) in fields.items():
            if name in left:
                value.fields[name] = left.pop(name)
                self.unlike(value.fields[name], form)
                continue
            found = self.default_of(default)
            if found is MISSING:
                raise Raised(TypeError(f"{cls.name}() missing a required argument: '{name}'"))
            value.fields[name] = found
        if left:
            raise Raised(TypeError(f"{cls.name}() got an unexpected keyword argument '{next(iter(left))}'"))
        after = self.lookup(cls, "__post_init__")
        if isinstance(after, Func):
            self.call(Bound(after, value), [], {})
