"""The application: `uvicorn --factory src.app:create_app`."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Self, cast

import asyncpg  # type: ignore[import-untyped]
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from src.database import Pool, lent
from src.errors import WarehouseError
from src.reorders import Reorders
from src.routes import router


@dataclass(frozen=True)
class Settings:
    """Where the database is, how many connections to it there may be, and how long to wait for one."""

    database_url: str = "postgresql://postgres@localhost:5432/warehouse"
    database_pool_size: int = 10
    database_timeout: float = 5.0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read DATABASE_URL, DATABASE_POOL_SIZE and DATABASE_TIMEOUT; ValueError if a number is not one."""
        return cls(
            database_url=environ.get("DATABASE_URL", cls.database_url),
            database_pool_size=int(environ.get("DATABASE_POOL_SIZE", cls.database_pool_size)),
            database_timeout=float(environ.get("DATABASE_TIMEOUT", cls.database_timeout)),
        )


def open_pool(settings: Settings) -> AbstractAsyncContextManager[Pool]:
    """Make the pool of connections, to be entered."""
    pool = asyncpg.create_pool(settings.database_url, min_size=1, max_size=settings.database_pool_size)
    return cast("AbstractAsyncContextManager[Pool]", pool)


async def answer_warehouse_error(request: Request, error: Exception) -> JSONResponse:
    """Answer with the status and the detail of what went wrong; 503 says when to come back."""
    assert isinstance(error, WarehouseError)
    headers = {"Retry-After": "1"} if error.status_code == 503 else None
    return JSONResponse({"detail": error.detail}, status_code=error.status_code, headers=headers)


def create_app(
    settings: Settings | None = None,
    *,
    open_pool: Callable[[Settings], AbstractAsyncContextManager[Pool]] = open_pool,
) -> FastAPI:
    """Build the application; its lifespan owns the pool and the connection that listens for reorders."""
    chosen = settings or Settings.from_env()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.settings, app.state.reorders = chosen, Reorders()
        async with open_pool(chosen) as pool, lent(pool, chosen.database_timeout) as listener:
            app.state.pool = pool
            async with app.state.reorders.listening(listener):
                yield

    app = FastAPI(title="Warehouse", lifespan=lifespan)
    app.add_exception_handler(WarehouseError, answer_warehouse_error)
    app.include_router(router)
    return app
