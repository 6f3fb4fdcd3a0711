"""Models as dictionaries and as JSON."""

from __future__ import annotations

import ast
import datetime
import decimal
import enum
import json
import uuid
from typing import Any

from async_testing.writing.evaluating.checking import Checking
from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.things import Cls, Meta, Obj, Opaque, Unknown


class Dumping(Checking):
    """Tells what a model looks like from outside."""

    def config_of(self, cls: Cls) -> dict[str, Any]:
        """The configuration of a model, those of its bases included."""
        found: dict[str, Any] = {}
        for one in reversed(cls.mro()):
            if not isinstance(one, Cls):
                continue
            said = self.own_member(one, "model_config")
            if isinstance(said, Meta):
                found.update(said.kwargs)
            elif isinstance(said, dict):
                found.update(said)
            inner = self.own_member(one, "Config")
            if isinstance(inner, Cls):
                for node in inner.node.body:
                    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                        found[node.targets[0].id] = self.own_member(inner, node.targets[0].id)
        return found

    def alias_of(self, cls: Cls, name: str, form: Form, config: dict[str, Any]) -> str:
        """The name that a field is given under."""
        for meta in form.metas:
            alias = meta.kwargs.get("validation_alias") or meta.kwargs.get("alias")
            if isinstance(alias, Meta) and alias.name == "AliasChoices" and self.choices_of(form):
                return self.choices_of(form)[0]
            if isinstance(alias, str):
                return alias
            if alias is not None:
                raise Unknown("an alias of another kind is not followed")
        generator = config.get("alias_generator")
        if generator is not None:
            camel = getattr(generator, "name", "")
            if camel == "to_camel":
                first, *rest = name.split("_")
                return first + "".join(one.title() for one in rest)
            return str(self.call(generator, [name], {}))
        return name

    @staticmethod
    def choices_of(form: Form) -> list[str]:
        """The names that a field may be given under, where there are several."""
        said = [meta.kwargs.get("validation_alias") for meta in form.metas]
        return [name for one in said if isinstance(one, Meta) for name in one.args if isinstance(name, str)]

    def _as_text(self, value: Obj, options: dict[str, Any]) -> str:
        found = self.jsonable(self.dumped(value, {**options, "mode": "json"}))
        return json.dumps(found, separators=(",", ":"), ensure_ascii=False)

    def dumped(self, value: Any, options: dict[str, Any]) -> Any:
        """A model as a dictionary, all that is in it too."""
        if isinstance(value, list | tuple | set):
            return type(value)(self.dumped(one, options) for one in value)
        if isinstance(value, dict):
            return {name: self.dumped(one, options) for name, one in value.items()}
        if not isinstance(value, Obj) or value.cls.kind != "model":
            return self.jsonable(value) if options.get("mode") == "json" else value
        if self._serialised(value.cls):
            raise Unknown("a serializer of its own is not followed")
        deeper = {name: one for name, one in options.items() if name not in ("include", "exclude")}
        include, exclude = options.get("include"), options.get("exclude") or ()
        config = self.config_of(value.cls) if options.get("by_alias") else {}
        found: dict[str, Any] = {}
        for name, one in value.fields.items():
            if (include is not None and name not in include) or name in exclude:
                continue
            if options.get("exclude_unset") and name not in value.given:
                continue
            if options.get("exclude_none") and one is None:
                continue
            form, default, _ = self.fields_of(value.cls).get(name, (Form("any"), MISSING, value.cls))
            if any(meta.kwargs.get("exclude") for meta in form.metas):
                continue
            if options.get("exclude_defaults") and one == self.default_of(default):
                continue
            key = self.alias_of(value.cls, name, form, config) if options.get("by_alias") else name
            found[key] = self.dumped(one, deeper)
        return found

    def _serialised(self, cls: Cls) -> bool:
        for one in cls.mro():
            if isinstance(one, Cls):
                for node in one.node.body:
                    for decorator in getattr(node, "decorator_list", ()):
                        if any(word in ast.unparse(decorator) for word in ("serializer", "computed_field")):
                            return True
        return False

    def jsonable(self, value: Any) -> Any:
        """A value as JSON has it."""
        if isinstance(value, Obj) and value.cls.kind == "model":
            return self.jsonable(self.dumped(value, {"mode": "json", "by_alias": True}))
        if isinstance(value, Obj) and value.cls.kind == "dataclass":
            return {name: self.jsonable(one) for name, one in value.fields.items()}
        if isinstance(value, enum.Enum):
            return self.jsonable(value.value)
        if value is None or isinstance(value, str | int | float | bool):
            return value
        if isinstance(value, datetime.datetime):
            text = value.isoformat()
            return text[:-6] + "Z" if text.endswith("+00:00") else text
        if isinstance(value, datetime.date | datetime.time):
            return value.isoformat()
        if isinstance(value, uuid.UUID | decimal.Decimal):
            return str(value)
        if isinstance(value, dict):
            return {str(self.jsonable(name)): self.jsonable(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.jsonable(one) for one in value]
        if isinstance(value, set | frozenset):
            if len(value) > 1:
                raise Unknown("the order of a set is not known")
            return [self.jsonable(one) for one in value]
        if isinstance(value, Opaque):
            return value
        raise Unknown(f"what {self.described(value)} is as JSON, is not known")
