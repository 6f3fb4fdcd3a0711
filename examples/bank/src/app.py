"""The application: `uvicorn --factory src.app:create_app`."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import aiomysql  # type: ignore[import-untyped]
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from src.database import Pool
from src.errors import BankError
from src.routes import router


@dataclass(frozen=True)
class Settings:
    """Where the database is, how many connections to it there may be, how long to wait for one and for a lock."""

    database_url: str = "mysql://root@localhost:3306/bank"
    database_pool_size: int = 10
    database_timeout: float = 5.0
    lock_timeout: int = 3

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read DATABASE_URL, DATABASE_POOL_SIZE, DATABASE_TIMEOUT and LOCK_TIMEOUT; ValueError for no number."""
        return cls(
            database_url=environ.get("DATABASE_URL", cls.database_url),
            database_pool_size=int(environ.get("DATABASE_POOL_SIZE", cls.database_pool_size)),
            database_timeout=float(environ.get("DATABASE_TIMEOUT", cls.database_timeout)),
            lock_timeout=int(environ.get("LOCK_TIMEOUT", cls.lock_timeout)),
        )


def connect_options(settings: Settings) -> dict[str, Any]:
    """Return what aiomysql needs to connect: of the URL, its query may name a `unix_socket`."""
    url = urlsplit(settings.database_url)
    return {
        "host": url.hostname or "localhost",
        "port": url.port or 3306,
        "user": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        "db": url.path.removeprefix("/"),
        "charset": "utf8mb4",
        # Without it a mere SELECT leaves a transaction open, and the next one to get the connection reads old rows.
        "autocommit": True,
        "init_command": f"SET SESSION innodb_lock_wait_timeout = {settings.lock_timeout}",
        **dict(parse_qsl(url.query)),
    }


def open_pool(settings: Settings) -> AbstractAsyncContextManager[Pool]:
    """Make the pool of connections, to be entered."""
    pool = aiomysql.create_pool(minsize=1, maxsize=settings.database_pool_size, **connect_options(settings))
    return cast("AbstractAsyncContextManager[Pool]", pool)


async def answer_bank_error(request: Request, error: Exception) -> JSONResponse:
    """Answer with the status and the detail of what went wrong; 503 says when to come back."""
    assert isinstance(error, BankError)
    headers = {"Retry-After": "1"} if error.status_code == 503 else None
    return JSONResponse({"detail": error.detail}, status_code=error.status_code, headers=headers)


def create_app(
    settings: Settings | None = None,
    *,
    open_pool: Callable[[Settings], AbstractAsyncContextManager[Pool]] = open_pool,
) -> FastAPI:
    """Build the application; its lifespan owns the pool."""
    chosen = settings or Settings.from_env()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.settings = chosen
        async with open_pool(chosen) as app.state.pool:
            yield

    app = FastAPI(title="Bank", lifespan=lifespan)
    app.add_exception_handler(BankError, answer_bank_error)
    app.include_router(router)
    return app
