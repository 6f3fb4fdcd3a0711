"""The application, put together."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from src.api import routes
from src.domain.exception import Conflict, LibraryException, NotFound

STATUSES: dict[type[LibraryException], int] = {NotFound: 404, Conflict: 409}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Keep an engine while the application runs; it connects when the first request needs it."""
    engine = create_async_engine(os.environ.get("DATABASE_URL", "postgresql+asyncpg:///library"))
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


async def refused(_request: Request, error: Exception) -> JSONResponse:
    """Answer what the domain refuses."""
    return JSONResponse({"detail": str(error)}, STATUSES[type(error)])  # type: ignore[index]


def create_app() -> FastAPI:
    """Build the application."""
    app = FastAPI(title="Library", lifespan=lifespan)
    app.include_router(routes.router)
    for kind in STATUSES:
        app.add_exception_handler(kind, refused)
    return app
