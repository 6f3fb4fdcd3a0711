"""Names of other libraries: which are Python's own and harmless, which are known here, and which stay unknown."""

from __future__ import annotations

import importlib
import re
from typing import Any

from async_testing.writing.evaluating.bases import is_injecting, takes_from_dishka
from async_testing.writing.evaluating.callables import Native
from async_testing.writing.evaluating.environment import Environment
from async_testing.writing.evaluating.errors import error_class
from async_testing.writing.evaluating.limits import ValidationError
from async_testing.writing.evaluating.natives import Natives
from async_testing.writing.evaluating.stubs import PLACES, PRIMITIVES
from async_testing.writing.evaluating.things import Descriptor, External, Inert, Meta, Obj, Recorder, Unknown
from async_testing.writing.evaluating.wrapped import Secret

_REAL = frozenset(
    [
        "re",
        "math",
        "datetime",
        "decimal",
        "json",
        "uuid",
        "functools",
        "itertools",
        "operator",
        "collections",
        "string",
        "enum",
        "base64",
        "hashlib",
        "hmac",
        "textwrap",
        "statistics",
        "fractions",
        "html",
        "unicodedata",
        "zoneinfo",
        "calendar",
        "bisect",
        "heapq",
        "binascii",
        "copy",
        "struct",
        "http",
        "numbers",
        "urllib",
        "random",
        "secrets",
        "time",
        "difflib",
        "ipaddress",
        "types",
    ]
)
_TYPED = ("typing", "typing_extensions", "collections.abc", "abc", "types")
_QUIET = (
    "logging",
    "loguru",
    "structlog",
    "sentry_sdk",
    "opentelemetry",
    "warnings",
    "prometheus_client",
    "logfire",
    "tracing",
)
_METAS = frozenset(
    [
        "Field",
        "AliasChoices",
        "Query",
        "Path",
        "Body",
        "Header",
        "Cookie",
        "Form",
        "File",
        "Depends",
        "Security",
        "ConfigDict",
        "AfterValidator",
        "BeforeValidator",
        "PlainValidator",
        "WrapValidator",
        "StringConstraints",
        "field_validator",
        "validator",
        "model_validator",
        "root_validator",
        "field",
        "SettingsConfigDict",
        "TypeVar",
        "NewType",
        "ParamSpec",
        "constr",
        "conint",
        "confloat",
        "condecimal",
        "conlist",
        "conset",
        "mapped_column",
        "Column",
        "relationship",
        "ForeignKey",
        "auto",
        "Ge",
        "Gt",
        "Le",
        "Lt",
        "MinLen",
        "MaxLen",
        "OAuth2PasswordBearer",
        "HTTPBearer",
        "HTTPBasic",
        "APIKeyHeader",
        "APIKeyCookie",
        "APIKeyQuery",
        "PrivateAttr",
        "Provide",
        "Closing",
        "Discriminator",
        "Tag",
        "WithJsonSchema",
        "PlainSerializer",
        "field_serializer",
        "model_serializer",
        "computed_field",
        "declared_attr",
        "MetaData",
        "UniqueConstraint",
        "Index",
        "CheckConstraint",
        "Parameter",
        "Dependency",
        "FromDishka",
        "SecurityScopes",
        "deprecated",
        "Identity",
        "Sequence",
        "ForeignKeyConstraint",
        "Computed",
        "PrimaryKeyConstraint",
        "declarative_base",
        "BeforeValidator",
        "SkipValidation",
        "create_model",
        "CORSMiddleware",
    ]
)
_RECORDERS = frozenset({"FastAPI", "APIRouter", "Starlette", "Router", "Litestar"})
_HARMLESS = frozenset(
    [
        "inject",
        "override",
        "final",
        "abstractmethod",
        "deprecated",
        "validate_call",
        "cache",
        "lru_cache",
        "cached_property",
        "total_ordering",
        "runtime_checkable",
        "no_type_check",
        "validator",
        "field_validator",
        "model_validator",
        "root_validator",
        "field_serializer",
        "model_serializer",
    ]
)
_PASSING = frozenset({"inject", "override", "final", "abstractmethod", "cache", "lru_cache", "no_type_check"})


class Library(Natives):
    """What lies outside of the project."""

    def outside(self, dotted: str) -> Any:
        """What a name of another library is."""
        known = self._outside.get(dotted) if hasattr(self, "_outside") else None
        if known is None:
            if not hasattr(self, "_outside"):
                self._outside: dict[str, Any] = {}
            known = self._outside[dotted] = self._found(dotted)
        return known

    def _found(self, dotted: str) -> Any:
        root, name = dotted.partition(".")[0], dotted.rpartition(".")[2]
        if dotted in PLACES:
            return self.stub(PLACES[dotted]).get(name)
        native = self.natives().get(dotted)
        if native is not None:
            return Native(dotted, native)
        if root in _QUIET:
            return Inert()
        if dotted.endswith("pydantic.ValidationError") or dotted in (
            "pydantic_core.ValidationError",
            "pydantic.error_wrappers.ValidationError",
        ):
            return ValidationError
        status = re.match(r"HTTP_(\d{3})_", name)
        if status and (".status" in dotted or root == "status"):
            return int(status[1])
        if dotted.startswith("os.environ"):
            return Environment(self.variable) if dotted == "os.environ" else External(dotted)
        if dotted == "typing.TYPE_CHECKING":
            return False
        if dotted in (
            "asyncio.CancelledError",
            "asyncio.TimeoutError",
            "asyncio.QueueEmpty",
            "asyncio.QueueFull",
        ):
            import asyncio

            return getattr(asyncio, name)
        if root in _REAL and not dotted.startswith(_TYPED[2:4]):
            return self._real(dotted)
        return self.offered(dotted) or error_class(dotted) or External(dotted)

    def offered(self, dotted: str) -> Any:
        """What stands for a name of a driver; None where nothing does."""
        return None

    def _real(self, dotted: str) -> Any:
        """A name of one of Python's own modules, where that is harmless."""
        parts = dotted.split(".")
        for cut in range(len(parts), 0, -1):
            try:
                found: Any = importlib.import_module(".".join(parts[:cut]))
            except ImportError:
                continue
            for part in parts[cut:]:
                found = getattr(found, part, None)
                if found is None:
                    return External(dotted)
            return External(dotted) if found.__class__.__name__ == "module" else found
        return External(dotted)

    # Calls and decorators

    def call_outside(self, func: External, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What calling a name of another library gives."""
        name, root = func.name, func.dotted.partition(".")[0]
        if name in _RECORDERS:
            return Recorder(Meta(name, tuple(args), kwargs))
        if name == "SecretStr" and args and isinstance(args[0], str):
            return Secret(args[0])
        if name in _METAS:
            return Meta(name, tuple(args), kwargs)
        if root in _QUIET:
            return Inert()
        if root == "asyncio" and name in PRIMITIVES:
            return self._primitive(name, args, kwargs)
        found = self.special_outside(func, args, kwargs)
        if found is not None:
            return found
        if func.dotted == "os.getenv":
            return self.native(lambda: Environment(self.variable).get(*args, **kwargs), None)
        if func.dotted.startswith("types.") and name == "SimpleNamespace":
            return Obj(self.stub("fastapi").get("Response"), kwargs)
        return self.strange(func, args, kwargs)

    def _primitive(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """A lock, event or queue. Raises: Unknown for one of a module that keeps what one test puts in it."""
        if self.is_acting:
            return self.call(self.stub("asyncio").get(name), args, kwargs)
        if name in ("Event", "Queue"):
            raise Unknown(f"what asyncio.{name} gives is not known")
        return Inert()

    def variable(self, name: str) -> str | None:
        """A variable of the environment, None where it is not set."""
        raise NotImplementedError

    def strange(self, func: External, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What a function of another library gives that a test would replace."""
        raise NotImplementedError

    def special_outside(self, func: External, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What a name of a library gives that a part of its own knows; None for others."""
        return None

    def apply_outside(self, decorator: External, value: Any) -> Any:
        """What a decorator of another library makes of a function."""
        if is_injecting(decorator.dotted) and takes_from_dishka(value):
            raise Unknown("what dishka's decorator makes of a function takes what it gives from a request")
        if (
            decorator.name in _PASSING
            or decorator.dotted.startswith(("typing", "abc."))
            or decorator.name in _HARMLESS
        ):
            if decorator.name == "cached_property":
                return Descriptor("property", value)
            return value
        raise Unknown(f"the decorator {decorator.dotted} is not followed")

    def apply_meta(self, decorator: Meta, value: Any) -> Any:
        """What a decorator of another library, called before, makes of a function."""
        if decorator.name in _HARMLESS or decorator.name in _METAS:
            return value
        raise Unknown(f"the decorator {decorator.name} is not followed")

    def of_recorder(self, recorder: Recorder, name: str) -> Any:
        """What an object of a framework answers."""
        if name in recorder.fields:
            return recorder.fields[name]
        if name == "state":
            recorder.fields[name] = Recorder(Meta("State"))
            return recorder.fields[name]
        if recorder.meta.name in ("State", "Request"):
            raise Unknown(f"what .{name} of the {recorder.meta.name.lower()} is, is not known")

        def told(*args: Any, **kwargs: Any) -> Any:
            meta = Meta(name, args, kwargs)
            meta.maybe = self.doubt > 0
            recorder.told.append(meta)
            if name in (
                "include_router",
                "add_exception_handler",
                "add_middleware",
                "mount",
                "add_api_route",
            ):
                return None

            def decorated(func: Any) -> Any:
                meta.kwargs["__function__"] = func
                return func

            return Native(name, decorated)

        return Native(name, told)

    def stub(self, name: str) -> Any:
        """A module of what is known here of a library."""
        raise NotImplementedError
