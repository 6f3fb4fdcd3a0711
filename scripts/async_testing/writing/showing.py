"""Values as the source of a test shows them, and the imports that this takes."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import types
import uuid
from typing import TYPE_CHECKING, Any

from async_testing.writing.collaborators import Collaborator, Function
from async_testing.writing.connections import Scripted
from async_testing.writing.doubles import Double
from async_testing.writing.evaluating.base import Foreign
from async_testing.writing.evaluating.callables import Bound, Func
from async_testing.writing.evaluating.things import (
    Cls,
    External,
    Meta,
    Obj,
    Opaque,
    Recorder,
    Unknown,
    has_opaque,
)
from async_testing.writing.evaluating.wrapped import Secret
from async_testing.writing.model import Import

if TYPE_CHECKING:
    from async_testing.writing.conventions import Conventions

_MEANINGS = frozenset({"Select", "Insert", "Update", "Delete", "Raw", "Each"})


_HOMES = dict.fromkeys(("JSONResponse", "ORJSONResponse", "PlainTextResponse"), "fastapi.responses")
"""Where the classes of FastAPI are imported from that its package itself does not have."""


class Shower:
    """Shows values.

    Args:
        conventions: how the project writes its tests.
    """

    def __init__(self, conventions: Conventions) -> None:
        self.conventions = conventions
        self.imports: set[Import] = set()
        self.names: dict[int, str] = {}
        """Variables that hold objects, by identity."""
        self.scripted: dict[int, Scripted] = {}
        """How exceptions of the server are spelled, by identity."""
        self.kept: list[Any] = []

    def name(self, value: Any, name: str) -> None:
        """From now on show an object as a variable."""
        self.names[id(value)] = name
        self.kept.append(value)

    def take(self, module: str, name: str) -> str:
        """Import a name, and say how it is spelled."""
        self.imports.add(Import(module, name))
        return name

    def text(self, value: str) -> str:
        """A text in the project's quotes."""
        shown = repr(value)
        quote = self.conventions.quote
        if shown[0] == quote or quote in value:
            return shown
        if shown[0] == "'" and quote == '"':
            return '"' + shown[1:-1].replace('"', '\\"').replace("\\'", "'") + '"'
        return shown

    def show(self, value: Any) -> str:
        """The source of a value. Raises: Unknown for what cannot be shown."""
        if id(value) in self.names:
            return self.names[id(value)]
        if isinstance(value, Secret):
            return f"{self.take('pydantic', 'SecretStr')}({self.text(value.text)})"
        if isinstance(value, Opaque):
            return self.take("unittest.mock", "ANY")
        if isinstance(value, Double) and id(value.top) in self.names:
            return value.expression(self.names[id(value.top)])
        if isinstance(value, enum.Enum):
            return self._member(value)
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool):
            return repr(value)
        if isinstance(value, int) and type(value).__name__ == "FakeResult":
            return self._result(value)
        if isinstance(value, int | float | bytes | complex | range):
            return repr(value)
        if isinstance(value, list | tuple | dict | set | frozenset):
            return self._container(value)
        if isinstance(
            value, datetime.date | datetime.time | datetime.timedelta | decimal.Decimal | uuid.UUID
        ):
            return self._of_library(value)
        if isinstance(value, Obj):
            return self._object(value)
        if isinstance(value, Cls):
            return self.cls(value)
        if isinstance(value, Foreign):
            return self.show(value.value)
        if id(value) in self.scripted:
            known = self.scripted[id(value)]
            self.imports.add(Import(self.conventions.fakes, "errors"))
            return f"errors.{known.method}({', '.join(map(self.show, known.args))})"
        if isinstance(value, BaseException):
            return f"{self.error_class(type(value))}({', '.join(map(self.show, value.args))})"
        if isinstance(value, type) and issubclass(value, BaseException):
            return self.error_class(value)
        if type(value).__name__ in _MEANINGS and type(value).__module__.startswith("async_testing_fakes"):
            return self._meaning(value)
        if isinstance(value, Func | Bound | types.FunctionType | types.BuiltinFunctionType):
            return self._function(value)
        if isinstance(value, Collaborator | Function | Recorder | Meta | External):
            raise Unknown("a value cannot be shown in a test")
        if hasattr(value, "items") and type(value).__module__.startswith("async_testing_fakes"):
            return self.show(dict(value.items()))
        raise Unknown(f"a {type(value).__name__} cannot be shown in a test")

    def _container(self, value: Any) -> str:
        if isinstance(value, list):
            shown = f"[{', '.join(map(self.show, value))}]"
            is_plain = type(value).__name__ != "Each"
            return shown if is_plain else f"{self.take(self.conventions.fakes, 'Each')}({shown})"
        if isinstance(value, tuple):
            inner = ", ".join(map(self.show, value))
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        if any(map(has_opaque, value)):
            raise Unknown("a key is another value each time")
        if isinstance(value, dict):
            return f"{{{', '.join(f'{self.show(key)}: {self.show(one)}' for key, one in value.items())}}}"
        inner = ", ".join(sorted(map(self.show, value)))
        shown = f"{{{inner}}}" if value else "set()"
        return f"frozenset({shown if value else ''})" if isinstance(value, frozenset) else shown

    def _function(self, value: Any) -> str:
        """A function by its name: of a module, or of an object that the test has. Raises: Unknown for others."""
        if isinstance(value, Bound) and isinstance(value.func, Func):
            name = value.func.name.rpartition(".")[2]
            if id(value.on) in self.names:
                return f"{self.names[id(value.on)]}.{name}"
        elif isinstance(value, Func):
            if value.owner is None and value.frame is None and value.name.isidentifier():
                return self.take(value.module.dotted, value.name)
        elif (
            value.__qualname__.isidentifier() and value.__module__ and "async_testing" not in value.__module__
        ):
            self.imports.add(Import(value.__module__, ""))
            return f"{value.__module__}.{value.__name__}"
        raise Unknown("a value cannot be shown in a test")

    def cls(self, cls: Cls) -> str:
        """A class of the project, imported."""
        top = cls.qualname.partition(".")[0]
        module = cls.module.dotted
        if cls.module.source.path.startswith("<") and top in _HOMES:
            module = _HOMES[top]
        if (
            module == "starlette.exceptions"
        ):  # FastAPI's is called the same, and tests of one file share imports
            self.imports.add(Import(module, top, f"Starlette{top}"))
            return f"Starlette{cls.qualname}"
        for one in self.imports:
            if one.name == top and one.module != module and not one.alias:
                alias = "".join(part.title() for part in module.split(".")[-1].split("_")) + top
                self.imports.add(Import(module, top, alias))
                return alias + cls.qualname[len(top) :]
        self.take(module, top)
        return cls.qualname

    def _member(self, value: enum.Enum) -> str:
        cls: Cls | None = getattr(type(value), "evaluated_class", None)
        if cls is None:
            self.imports.add(Import(type(value).__module__, type(value).__name__))
            return f"{type(value).__name__}.{value.name}"
        return f"{self.cls(cls)}.{value.name}"

    def _result(self, value: Any) -> str:
        self.imports.add(Import(self.conventions.fakes, "FakeResult"))
        rows = "" if int(value) == 1 else f"{int(value)}, "
        return f"FakeResult({rows}lastrowid={value.lastrowid})"

    def _of_library(self, value: Any) -> str:
        if isinstance(value, datetime.datetime):
            self.take("datetime", "datetime")
            parts = [
                value.year,
                value.month,
                value.day,
                value.hour,
                value.minute,
                value.second,
                value.microsecond,
            ]
            while len(parts) > 3 and parts[-1] == 0:
                parts.pop()
            zone = ""
            if value.tzinfo is datetime.UTC:
                zone = f", tzinfo={self.conventions.utc(self)}"
            elif value.tzinfo is not None:
                raise Unknown("a time zone cannot be shown in a test")
            return f"datetime({', '.join(map(str, parts))}{zone})"
        if isinstance(value, datetime.date):
            self.take("datetime", "date")
            return f"date({value.year}, {value.month}, {value.day})"
        if isinstance(value, datetime.time):
            self.take("datetime", "time")
            return f"time({value.hour}, {value.minute})"
        if isinstance(value, datetime.timedelta):
            self.take("datetime", "timedelta")
            return f"timedelta(seconds={value.total_seconds():g})"
        if isinstance(value, decimal.Decimal):
            return f"{self.take('decimal', 'Decimal')}({self.text(str(value))})"
        return f"{self.take('uuid', 'UUID')}({self.text(str(value))})"

    def _object(self, value: Obj) -> str:
        cls = value.cls
        if cls.kind == "model":
            return self._called(value, dict(value.raw))
        if cls.kind == "dataclass":
            args, kwargs = value.call or ([], {})
            named = dict(zip(self.conventions.interpreter.fields_of(cls), args, strict=False))
            return self._called(value, {**named, **kwargs})
        if cls.kind == "table":
            return self._called(value, value.raw)
        args, kwargs = value.call or ([], {})
        shown = [*map(self.show, args), *(f"{name}={self.show(one)}" for name, one in kwargs.items())]
        return f"{self.cls(cls)}({', '.join(shown)})"

    def _called(self, value: Obj, given: dict[str, Any]) -> str:
        if any(isinstance(one, Opaque) for one in given.values()):
            raise Unknown("a field is another value each time")
        names = ", ".join(f"{name}={self.show(one)}" for name, one in given.items() if name.isidentifier())
        odd = {name: one for name, one in given.items() if not name.isidentifier()}
        rest = f"**{self.show(odd)}" if odd else ""
        return f"{self.cls(value.cls)}({', '.join(one for one in (names, rest) if one)})"

    def error_class(self, kind: type[BaseException]) -> str:
        """An exception class of Python's own or a library's, imported."""
        if kind.__module__ == "builtins":
            return kind.__name__
        dotted: str = kind.__dict__.get("evaluated_dotted") or f"{kind.__module__}.{kind.__name__}"
        if dotted.startswith("async_testing.") and kind.__name__ == "ValidationError":
            dotted = "pydantic.ValidationError"
        module, _, name = dotted.rpartition(".")
        if "." not in module and module not in ("pydantic",):
            self.imports.add(Import(module, ""))
            return dotted
        return self.take(module, name)

    def _meaning(self, value: Any) -> str:
        name = type(value).__name__
        self.imports.add(Import(self.conventions.fakes, name))
        if name == "Raw":
            return f"Raw({', '.join([self.text(value.text), *map(self.show, value.values)])})"
        if name == "Each":
            raise Unknown("parameters of a batch cannot be shown in a test")
        shown: list[str] = []
        for place, field in enumerate(dataclasses.fields(value)):
            found = getattr(value, field.name)
            is_empty = (
                found is None or found is False or found in ({}, "") or (found == [] and field.name != "rows")
            )
            if place and is_empty:
                continue
            text = self._part(found)
            shown.append(f"{field.name}={text}" if field.kw_only else text)
        return f"{name}({', '.join(shown)})"

    def _part(self, value: Any) -> str:
        if isinstance(value, list):
            return f"[{', '.join(self._expression(one) for one in value)}]"
        return self.show(value)

    def _expression(self, value: Any) -> str:
        if type(value).__name__ != "Raw" or value.values:
            return self.show(value)
        return self.text(value.text)
