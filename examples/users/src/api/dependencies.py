"""What the routes depend on; tests override these."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from src.domain.adapter.user import UserAdapter
from src.domain.dal.dao.user import UserDAO
from src.domain.service.user import UserService


@dataclass(frozen=True)
class Caller:
    """Who sent the request."""

    user_id: int
    auth_header: str


def get_adapter(request: Request) -> UserAdapter:
    """Return the permission service that the lifespan has opened."""
    adapter: UserAdapter = request.app.state.user_adapter
    return adapter


def get_service(adapter: Annotated[UserAdapter, Depends(get_adapter)]) -> UserService:
    """Return the service on the real database and the real permission service."""
    return UserService(user_adapter=adapter, user_dao=UserDAO())


async def get_caller(
    adapter: Annotated[UserAdapter, Depends(get_adapter)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
) -> Caller:
    """Return who sent the request; 401 without a bearer token, or when the permission service refuses it."""
    if credentials is None:
        raise HTTPException(401, "A bearer token is needed", headers={"WWW-Authenticate": "Bearer"})
    auth_header = f"Bearer {credentials.credentials}"
    return Caller(await adapter.identify(auth_header), auth_header)
