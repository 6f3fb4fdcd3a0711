"""Coroutine functions of the standard library and of well-known packages, by dotted name and by class."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def _names(prefix: str, names: str) -> frozenset[str]:
    return frozenset(f"{prefix}.{name}" for name in names.split())


FUNCTIONS = (
    _names("asyncio", "sleep wait wait_for to_thread open_connection open_unix_connection start_server")
    | _names("asyncio", "start_unix_server create_subprocess_exec create_subprocess_shell")
    | _names("asyncio.tasks", "sleep wait wait_for")
    | _names("anyio", "sleep sleep_forever sleep_until wait_all_tasks_blocked connect_tcp connect_unix")
    | _names("anyio", "create_tcp_listener create_unix_listener run_process open_process open_file")
    | _names("anyio", "wait_readable wait_writable aclose_forcefully mkdtemp mkstemp")
    | _names("anyio.to_thread", "run_sync")
    | _names("anyio.to_process", "run_sync")
    | _names("anyio.lowlevel", "checkpoint cancel_shielded_checkpoint checkpoint_if_cancelled")
    | _names("trio", "sleep sleep_forever sleep_until open_tcp_stream open_file run_process")
    | _names("trio.testing", "wait_all_tasks_blocked")
    | _names("trio.lowlevel", "checkpoint")
    | _names("starlette.concurrency", "run_in_threadpool")
    | _names("fastapi.concurrency", "run_in_threadpool")
    | _names("aiofiles.os", "remove rename stat makedirs mkdir listdir unlink")
    | frozenset({"asyncpg.connect", "aiomysql.connect", "aio_pika.connect", "aio_pika.connect_robust"})
)
"""Calling one of these gives a coroutine."""

FUTURES = frozenset({"asyncio.gather", "asyncio.tasks.gather"})
"""Calling one of these starts tasks, and gives what has to be awaited for their results."""

_HTTPX = words("get post put patch delete head options request send aclose")
_SESSION = words(
    "commit rollback flush refresh execute scalar scalars delete close get get_one merge invalidate reset "
    "run_sync connection stream stream_scalars close_all aclose exec"
)
_ENGINE = frozenset({"dispose"})
_CONNECTION = words("commit rollback execute scalar scalars close run_sync invalidate exec_driver_sql")
_PG = words(
    "execute executemany fetch fetchrow fetchval fetchmany close add_listener remove_listener set_type_codec "
    "copy_records_to_table reset reload_schema_state"
)
_TESTCLIENT = frozenset({"start_server", "close"})
_QUEUE = frozenset({"put", "get", "join"})
_LOCK = frozenset({"acquire"})
_STREAM = frozenset({"send", "receive", "aclose"})

CLASSES: dict[str, frozenset[str]] = {
    "asyncio.Event": frozenset({"wait"}),
    "asyncio.Barrier": frozenset({"wait", "reset", "abort"}),
    "asyncio.Condition": frozenset({"wait", "wait_for", "acquire"}),
    "asyncio.Lock": _LOCK,
    "asyncio.Semaphore": _LOCK,
    "asyncio.BoundedSemaphore": _LOCK,
    "asyncio.Queue": _QUEUE,
    "asyncio.PriorityQueue": _QUEUE,
    "asyncio.LifoQueue": _QUEUE,
    "asyncio.StreamReader": frozenset({"read", "readline", "readexactly", "readuntil"}),
    "asyncio.StreamWriter": frozenset({"drain", "wait_closed"}),
    "asyncio.Server": frozenset({"wait_closed", "serve_forever", "start_serving"}),
    "anyio.Event": frozenset({"wait"}),
    "anyio.Lock": _LOCK,
    "anyio.Semaphore": _LOCK,
    "anyio.Condition": frozenset({"wait", "acquire"}),
    "anyio.CapacityLimiter": _LOCK,
    "anyio.Path": words("exists read_text write_text read_bytes write_bytes mkdir unlink is_file is_dir"),
    "trio.Event": frozenset({"wait"}),
    "httpx.AsyncClient": _HTTPX,
    "httpx2.AsyncClient": _HTTPX,
    "httpx.Response": frozenset({"aread", "aclose"}),
    "httpx.AsyncHTTPTransport": frozenset({"handle_async_request", "aclose"}),
    "httpx.ASGITransport": frozenset({"handle_async_request", "aclose"}),
    "aiohttp.ClientSession": frozenset({"close"}),
    "aiohttp.test_utils.TestClient": _TESTCLIENT,
    "aiohttp.test_utils.TestServer": _TESTCLIENT,
    "sqlalchemy.ext.asyncio.AsyncSession": _SESSION,
    "sqlalchemy.ext.asyncio.async_scoped_session": _SESSION | {"remove"},
    "sqlmodel.ext.asyncio.session.AsyncSession": _SESSION,
    "sqlalchemy.ext.asyncio.AsyncEngine": _ENGINE,
    "sqlalchemy.ext.asyncio.AsyncConnection": _CONNECTION,
    "sqlalchemy.ext.asyncio.AsyncTransaction": frozenset({"commit", "rollback", "close", "start"}),
    "asyncpg.Connection": _PG,
    "asyncpg.connection.Connection": _PG,
    "asyncpg.Pool": _PG | {"release"},
    "asyncpg.pool.Pool": _PG | {"release"},
    "redis.asyncio.Redis": words(
        "get set delete exists incr decr expire ttl hget hset hgetall lpush rpush lpop rpop lrange sadd srem "
        "smembers publish ping flushdb flushall aclose mget mset setex setnx keys"
    ),
    "redis.asyncio.client.Redis": words("get set delete exists expire flushdb flushall aclose ping"),
    "aiosqlite.Connection": frozenset({"commit", "rollback", "close", "executescript"}),
    "starlette.requests.Request": frozenset({"json", "body", "is_disconnected"}),
    "fastapi.Request": frozenset({"json", "body", "is_disconnected"}),
    "starlette.websockets.WebSocket": words(
        "accept close send_text send_json send_bytes receive_text receive_json receive_bytes"
    ),
    "fastapi.WebSocket": words(
        "accept close send_text send_json send_bytes receive_text receive_json receive_bytes"
    ),
    "fastapi.UploadFile": frozenset({"read", "write", "seek", "close"}),
    "starlette.datastructures.UploadFile": frozenset({"read", "write", "seek", "close"}),
    "fastmcp.Client": words(
        "call_tool list_tools read_resource list_resources get_prompt list_prompts ping close"
    ),
    "mcp.ClientSession": words("initialize call_tool list_tools read_resource list_resources get_prompt"),
    "arq.ArqRedis": frozenset({"enqueue_job", "aclose", "close"}),
    "asgi_lifespan.LifespanManager": frozenset({"startup", "shutdown"}),
    "async_asgi_testclient.TestClient": frozenset(
        {"get", "post", "put", "patch", "delete", "head", "options"}
    ),
}
"""Class → the methods that give a coroutine, whatever they are called with."""

MEMORY = frozenset({"anyio.abc.ObjectSendStream", "anyio.abc.ObjectReceiveStream", "anyio.abc.ObjectStream"})
CLASSES |= dict.fromkeys(MEMORY, _STREAM)
CLASSES["asyncio.subprocess.Process"] = frozenset({"wait", "communicate"})
FACTORIES: dict[str, str] = {
    "sqlalchemy.ext.asyncio.create_async_engine": "sqlalchemy.ext.asyncio.AsyncEngine",
    "sqlalchemy.ext.asyncio.async_sessionmaker": "sqlalchemy.ext.asyncio.async_sessionmaker",
    "asyncpg.create_pool": "asyncpg.Pool",
    "asyncpg.connect": "asyncpg.Connection",
    "redis.asyncio.from_url": "redis.asyncio.Redis",
    "aiosqlite.connect": "aiosqlite.Connection",
}
ENTERED: dict[str, str] = {
    "sqlalchemy.ext.asyncio.async_sessionmaker": "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.ext.asyncio.async_sessionmaker.begin": "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.ext.asyncio.AsyncEngine.begin": "sqlalchemy.ext.asyncio.AsyncConnection",
    "sqlalchemy.ext.asyncio.AsyncEngine.connect": "sqlalchemy.ext.asyncio.AsyncConnection",
}
"""What calling an object, or its method, gives to whom enters or awaits it."""
"""Function → the class of what it gives, or gives when it is awaited or entered."""
