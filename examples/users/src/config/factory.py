"""The application: `uvicorn --factory src.config.factory:create_app`."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psqlpy
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from src.api.path import users
from src.config.settings import Settings
from src.domain.adapter.user import UserAdapter
from src.domain.dal import DAL
from src.domain.dal.connection import Pool
from src.domain.exception import DomainException
from src.http import certificates, httpx

logger = logging.getLogger(__name__)


def open_pool(settings: Settings) -> Pool:
    """Make the pool of database connections; it connects when the first one is asked for."""
    return psqlpy.connect_pool(dsn=settings.database_url, max_db_pool_size=settings.database_pool_size)


async def answer_domain_exception(request: Request, error: Exception) -> JSONResponse:
    """Answer with the status and the detail that the failing layer chose."""
    assert isinstance(error, DomainException)
    if error.status_code >= 500:
        logger.error("%s %s: %s", request.method, request.url.path, error.detail, exc_info=error)
    return JSONResponse({"detail": error.detail}, status_code=error.status_code)


def create_app(
    settings: Settings | None = None,
    *,
    open_pool: Callable[[Settings], Pool] = open_pool,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """Build the application.

    Its lifespan owns the connection pool, which `open_pool` makes, and the HTTP client of the permission
    service, which sends through `transport` if one is given. Settings come from the environment by default.
    """
    chosen = settings or Settings.from_env()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = open_pool(chosen)
        try:
            client = httpx.AsyncClient(
                base_url=chosen.permission_url,
                timeout=chosen.permission_timeout,
                transport=transport,
                verify=certificates(),
            )
            async with client:
                app.state.user_adapter = UserAdapter(client)
                with DAL.bound(pool):
                    yield
        finally:
            pool.close()

    app = FastAPI(title="Users", lifespan=lifespan)
    app.add_exception_handler(DomainException, answer_domain_exception)
    app.include_router(users.router)
    return app
