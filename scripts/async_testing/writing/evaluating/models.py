"""Models of pydantic and rows of SQLAlchemy: how they are made, what they answer, and what they look like as JSON."""

from __future__ import annotations

import ast
import enum
import json
from functools import partial
from typing import Any

from async_testing.writing.evaluating.bases import is_settings
from async_testing.writing.evaluating.callables import Bound, Func, Native
from async_testing.writing.evaluating.dumping import Dumping
from async_testing.writing.evaluating.fields import FREE, MISSING
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.limits import Refused, ValidationError
from async_testing.writing.evaluating.terms import Column
from async_testing.writing.evaluating.things import Cls, Descriptor, Obj, Opaque, Raised, Special, Unknown

_FIELD_CHECKS = frozenset({"field_validator", "validator"})
_WHOLE_CHECKS = frozenset({"model_validator", "root_validator"})


class _Info(Special):
    """What a validator is told of the fields before."""

    def __init__(self, data: dict[str, Any], name: str) -> None:
        self.data = data
        self.name = name

    def attribute(self, name: str) -> Any:
        if name == "data":
            return self.data
        if name == "field_name":
            return self.name
        raise Unknown(f"what .{name} of a validator's info is, is not known")


class Models(Dumping):
    """Makes models and rows."""

    def validated(self, cls: Cls, given: dict[str, Any], value: Obj) -> Any:
        """An object of a model. Raises: Raised with a ValidationError."""
        config = self.config_of(cls)
        data: Any = dict(given)
        for check in self.checks_of(cls)["before"]:
            data = self._whole(cls, check, data)
        if not isinstance(data, dict):
            raise Unknown("a validator makes something else of what is given")
        value.raw = dict(data)
        problems: list[tuple[tuple[Any, ...], str]] = []
        left = dict(data)
        for name, (form, default, _) in self.fields_of(cls).items():
            alias = self.alias_of(cls, name, form, config)
            by_name = (
                alias == name
                or config.get("populate_by_name")
                or config.get("allow_population_by_field_name")
            )
            among = (one for one in (alias, *self.choices_of(form)) if one in left)
            key = next(among, name if by_name else alias)
            if key in left:
                value.given.add(name)
                if form.single.kind == "decimal":  # a float would pass as well, but no driver gives one
                    self.unlike(left[key], form)
                try:
                    value.fields[name] = self._field(cls, name, form, left.pop(key), value, config)
                except Refused as refused:
                    problems += [((key, *inner), kind) for inner, kind in refused.problems]
                continue
            found = self.default_of(default)
            if found is MISSING and is_settings(cls):
                raise Unknown(f"what {alias} of {cls.name} is, the environment says")
            if found is MISSING:
                problems.append(((alias,), "missing"))
            else:
                value.fields[name] = found
        if left:
            self._extra(config, left, value, problems)
        if problems:
            self.misnamed(given, cls, whole=True)
            self.lacking([str(where[0]) for where, kind in problems if kind == "missing" and len(where) == 1])
            raise Raised(ValidationError(problems, cls.name))
        return self._afterwards(cls, value)

    def _extra(
        self,
        config: dict[str, Any],
        left: dict[str, Any],
        value: Obj,
        problems: list[tuple[tuple[Any, ...], str]],
    ) -> None:
        extra = config.get("extra", "ignore")
        if extra == "forbid":
            problems += [((name,), "extra_forbidden") for name in left]
        elif extra == "allow":
            value.fields.update(left)

    def _field(self, cls: Cls, name: str, form: Form, given: Any, value: Obj, config: dict[str, Any]) -> Any:
        checks = self.checks_of(cls)["fields"]
        mine = [one for one in checks if name in one[1] or "*" in one[1]]
        for check, _, mode in mine:
            if mode == "before":
                given = self.through(partial(self._called, cls, check, given, name, value))
        if config.get("str_strip_whitespace") and isinstance(given, str):
            given = given.strip()
        self.noticed(given, form)
        try:
            found = self.checked(form, given)
        except Refused:
            self.mismatch(given, form)
            raise
        if config.get("use_enum_values") and isinstance(found, enum.Enum):
            found = found.value
        for check, _, mode in mine:
            if mode in ("wrap", "plain"):
                raise Unknown("a validator of its own kind is not followed")
            if mode == "after":
                found = self.through(partial(self._called, cls, check, found, name, value))
        return found

    def noticed(self, value: Any, form: Form) -> None:
        """A value was given for a field."""

    def lacking(self, names: list[str]) -> None:
        """What is needed is not among what was given."""

    def mismatch(self, value: Any, form: Form) -> None:
        """A value was refused for what its form says."""

    def _called(self, cls: Cls, name: str, given: Any, field: str, value: Obj) -> Any:
        found = self.lookup(cls, name)
        func = found.func if isinstance(found, Descriptor) else found
        if not isinstance(func, Func) or isinstance(func.node, ast.Lambda):
            raise Unknown(f"the validator {name} is not followed")
        names = [one.arg for one in func.node.args.args]
        static = isinstance(found, Descriptor) and found.kind == "staticmethod"
        args = [given] if static else [cls, given]
        rest = names[len(args) :]
        if "values" in rest:
            return self.call(func, args, {"values": dict(value.fields)})
        if rest and rest[0] not in func.defaults:
            args.append(_Info(dict(value.fields), field))
        return self.call(func, args, {})

    def _whole(self, cls: Cls, name: str, data: Any) -> Any:
        found = self.lookup(cls, name)
        func = found.func if isinstance(found, Descriptor) else found
        try:
            return self.through(lambda: self.call(func, [cls, data], {}))
        except Refused as refused:
            raise Raised(ValidationError(refused.problems, cls.name)) from None

    def _afterwards(self, cls: Cls, value: Obj) -> Any:
        for name in self.checks_of(cls)["after"]:
            found = self.lookup(cls, name)
            if isinstance(found, Descriptor):
                raise Unknown("a model_validator of its own kind is not followed")
            try:
                value = self.through(partial(self.call, Bound(found, value), [], {}))
            except Refused as refused:
                raise Raised(ValidationError(refused.problems, cls.name)) from None
        after = self.lookup(cls, "model_post_init")
        if isinstance(after, Func):
            self.call(Bound(after, value), [None], {})
        return value

    def checks_of(self, cls: Cls) -> dict[str, list[Any]]:
        """The validators of a model: of fields with their names and mode, and of the whole before and after."""
        if "__checks" in cls.memo:
            known: dict[str, list[Any]] = cls.memo["__checks"]
            return known
        found: dict[str, list[Any]] = {"fields": [], "before": [], "after": []}
        for one in reversed(cls.mro()):
            if not isinstance(one, Cls):
                continue
            for node in one.node.body:
                if not isinstance(node, ast.FunctionDef):
                    continue
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call):
                        self._take(one, node.name, decorator, found)
                    elif ast.unparse(decorator).rpartition(".")[2] in _WHOLE_CHECKS:
                        found["after"].append("unknown")
        cls.memo["__checks"] = found
        return found

    def _take(self, cls: Cls, name: str, decorator: ast.Call, found: dict[str, list[Any]]) -> None:
        said = ast.unparse(decorator.func).rpartition(".")[2]
        options = {
            one.arg: one.value.value for one in decorator.keywords if isinstance(one.value, ast.Constant)
        }
        if said in _FIELD_CHECKS:
            mode = options.get("mode") or ("before" if options.get("pre") else "after")
            names = [one.value for one in decorator.args if isinstance(one, ast.Constant)]
            found["fields"].append((name, names, mode))
        elif said in _WHOLE_CHECKS:
            mode = str(options.get("mode") or ("before" if options.get("pre") else "after"))
            if mode == "wrap" or said == "root_validator":
                raise Unknown("a validator of its own kind is not followed")
            found[mode].append(name)

    # What models answer

    def model_member(self, cls: Cls, name: str) -> Any:
        """What a model's class answers that it does not define."""
        if cls.kind == "table":
            return self.column(cls, name)
        if name in ("model_validate", "parse_obj", "from_orm"):
            return Native(name, lambda given, **options: self._parsed(cls, given, options))
        if name in ("model_validate_json", "parse_raw"):
            return Native(name, lambda given, **_: self._parsed(cls, self._loaded(given, cls), {}))
        if name in ("model_construct", "construct"):
            return Native(name, lambda _=None, **given: self._constructed(cls, given))
        if name in ("model_fields", "__fields__"):
            return {one: Opaque("a field's description") for one in self.fields_of(cls)}
        raise Unknown(f"what {cls.name}.{name} is, is not known")

    def column(self, cls: Cls, name: str) -> Any:
        """A column of a table as queries name it."""
        if name in self.fields_of(cls):
            return Column(cls, name)
        raise Unknown(f"queries on {cls.name}.{name} are not followed")

    def _loaded(self, given: Any, cls: Cls) -> Any:
        try:
            return json.loads(given)
        except ValueError:
            raise Raised(ValidationError([((), "json_invalid")], cls.name)) from None

    def _constructed(self, cls: Cls, given: dict[str, Any]) -> Obj:
        value = Obj(cls)
        for name, (_, default, _) in self.fields_of(cls).items():
            found = given[name] if name in given else self.default_of(default)
            if found is not MISSING:
                value.fields[name] = found
        value.given = {*given}
        value.raw = dict(value.fields)
        return value

    def _parsed(self, cls: Cls, given: Any, options: dict[str, Any]) -> Any:
        if isinstance(given, Obj) and given.cls is cls:
            return given
        if isinstance(given, dict):
            return self.construct(cls, [], dict(given))
        if isinstance(given, Obj | Special):
            attributes = options.get("from_attributes") or self.config_of(cls).get("from_attributes")
            attributes = attributes or self.config_of(cls).get("orm_mode")
            if not attributes:
                raise Raised(ValidationError([((), "model_type")], cls.name))
            found: dict[str, Any] = {}
            for name in self.fields_of(cls):
                try:
                    found[name] = self.get_attribute(given, name)
                except Raised:
                    continue
            return self.construct(cls, [], found)
        if hasattr(given, "keys"):
            return self.construct(cls, [], self.mapping(given))
        if isinstance(given, Opaque):
            raise Unknown("what is validated is not known")
        raise Raised(ValidationError([((), "model_type")], cls.name))

    def as_model(self, form: Form, value: Any) -> Any:
        """An object of a model, of a dictionary too."""
        if isinstance(value, Obj) and value.cls.derives(form.cls):
            return value
        if isinstance(value, dict):
            return self.through(lambda: self.construct(form.cls, [], dict(value)))
        if isinstance(value, Obj | Special) and self.config_of(form.cls).get("from_attributes"):
            return self.through(lambda: self._parsed(form.cls, value, {"from_attributes": True}))
        raise Refused("model_type")

    def as_dataclass(self, form: Form, value: Any) -> Any:
        """An object of a dataclass, of a dictionary too."""
        if isinstance(value, Obj) and value.cls.derives(form.cls):
            return value
        if isinstance(value, dict):
            return self.construct(form.cls, [], value)
        raise Refused("dataclass_type")

    def model_object(self, value: Obj, name: str) -> Any:
        """What a model's object answers that its class does not define."""
        if value.cls.kind == "dataclass":
            return self._replaceable(value, name)
        if value.cls.kind == "table":
            return self.row_attribute(value, name)
        if name in ("model_dump", "dict"):
            return Native(name, lambda **options: self.dumped(value, options))
        if name in ("model_dump_json", "json"):
            return Native(name, lambda **options: self._as_text(value, options))
        if name in ("model_fields_set", "__fields_set__"):
            return {*value.given}
        if name in ("model_copy", "copy"):
            return Native(name, lambda **options: self._copied(value, options))
        if name in ("model_fields", "__fields__"):
            return self.model_member(value.cls, "model_fields")
        if name == "__init__":
            return Native(name, lambda **given: self.validated(value.cls, given, value))
        raise Raised(AttributeError(f"'{value.cls.name}' object has no attribute '{name}'"))

    def _replaceable(self, value: Obj, name: str) -> Any:
        if name == "_replace":
            return Native(name, lambda **given: self.construct(value.cls, [], {**value.fields, **given}))
        return FREE

    def row_attribute(self, value: Obj, name: str) -> Any:
        """What a row answers that its class does not define as a field."""
        if name in self.fields_of(value.cls):
            raise Unknown(f"what the database makes of {name} is not known")
        return FREE

    def _copied(self, value: Obj, options: dict[str, Any]) -> Obj:
        twin = Obj(value.cls, {**value.fields, **(options.get("update") or {})})
        twin.given = value.given | {*(options.get("update") or {})}
        twin.raw = dict(twin.fields)
        return twin
