"""What a connection of asyncpg tells to callbacks, the facts of its server, and codecs."""

# ruff: noqa: ASYNC109 - the driver has these parameters
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, NamedTuple

from ..core.scripting import Kind
from .exceptions import interface_error
from .listeners import Callback, Listeners, check_callback, discard, tell

_BUILT_IN = (
    " json jsonb xml uuid numeric bool int2 int4 int8 float4 float8 money bytea bit varbit text varchar bpchar char "
    "name date time timetz timestamp timestamptz interval inet cidr macaddr point "
)


class LoggedQuery(NamedTuple):
    """What a query logger is given."""

    query: str
    args: Any
    timeout: float | None
    elapsed: float
    exception: BaseException | None
    conn_addr: Any
    conn_params: Any


class ServerVersion(NamedTuple):
    """The version of the server, as asyncpg has it."""

    major: int
    minor: int
    micro: int
    releaselevel: str
    serial: int


class Settings:
    """Some of what the server says about itself."""

    server_version, client_encoding, TimeZone = "18.0", "UTF8", "UTC"


class Callbacks(Listeners):
    """Loggers and codecs of a connection.

    Attributes: `codecs`, what was set by schema and type. Rows are scripted as the code gets them: a codec
    decodes nothing.
    """

    codecs: dict[tuple[str, str], dict[str, Any]]
    _loggers: list[Callback]
    _terminations: list[Callback]

    def forget_callbacks(self) -> None:
        """As on a connection that was just made."""
        self.forget_listeners()
        self._loggers, self._terminations = [], []

    async def answered(self, kind: Kind, method: str, query: str, args: Any, *, timeout: float | None) -> Any:
        """One call, which loggers are told of; an error of the server has its `query`."""
        failure: BaseException | None = None
        try:
            return await super().answered(kind, method, query, args, timeout=timeout)
        except BaseException as problem:
            failure = problem
            if hasattr(problem, "query"):
                vars(problem)["query"] = query
            raise
        finally:
            if self._loggers and kind != "copy" and method != "cursor":
                tell(self._loggers, LoggedQuery(query, args, timeout, 0.0, failure, None, None))

    def add_termination_listener(self, callback: Callback) -> None:
        """Call this once the connection is closed."""
        check_callback(callback)
        self._terminations.append(callback)

    def remove_termination_listener(self, callback: Callback) -> None:
        """Call it no more."""
        discard(self._terminations, callback)

    def add_query_logger(self, callback: Callback) -> None:
        """Call this with a `LoggedQuery` after each call."""
        check_callback(callback)
        self._loggers.append(callback)

    def remove_query_logger(self, callback: Callback) -> None:
        """Call it no more."""
        discard(self._loggers, callback)

    @contextmanager
    def query_logger(self, callback: Callback) -> Generator[None, None, None]:
        """Log queries within the block."""
        self.add_query_logger(callback)
        try:
            yield
        finally:
            self.remove_query_logger(callback)

    async def set_type_codec(
        self,
        typename: str,
        *,
        schema: str = "public",
        encoder: Callback,
        decoder: Callback,
        format: str = "text",
    ) -> None:
        """Keep a codec in `codecs`. Raises: ValueError for a type of the server itself without its schema."""
        self.check_usable("set_type_codec")
        if schema == "public" and f" {typename} " in _BUILT_IN:
            raise ValueError(f"unknown type: {schema}.{typename}")
        if format not in ("text", "binary", "tuple"):
            expected = "expected 'text', 'binary' or 'tuple'"
            raise interface_error(f"invalid `format` argument, {expected}, got {format!r}")
        self.codecs[schema, typename] = {"encoder": encoder, "decoder": decoder, "format": format}

    async def set_builtin_type_codec(
        self, typename: str, *, schema: str = "public", codec_name: str, format: str | None = None
    ) -> None:
        """Keep the name of a codec in `codecs`."""
        self.check_usable("set_builtin_type_codec")
        self.codecs[schema, typename] = {"codec_name": codec_name, "format": format}

    async def reset_type_codec(self, typename: str, *, schema: str = "public") -> None:
        """Forget a codec."""
        self.check_usable("reset_type_codec")
        self.codecs.pop((schema, typename), None)

    async def reload_schema_state(self) -> None:
        """Nothing to do."""

    def get_server_version(self) -> ServerVersion:
        """A recent one."""
        return ServerVersion(18, 0, 0, "final", 0)

    def get_server_pid(self) -> int:
        """A number that is the connection's own while it is open."""
        return id(self.session) % 0x7FFFFFFF

    def get_settings(self) -> Settings:
        """Some of what the server says about itself."""
        return Settings()

    def _terminated(self) -> None:
        if self._terminations:
            tell(self._terminations, self)
            self._terminations = []
