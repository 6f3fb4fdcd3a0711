"""What the permission service knows about users."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from src.domain.dto.user import Id
from src.domain.exception import DomainException
from src.http import httpx

M = TypeVar("M", bound=BaseModel)


class Me(BaseModel):
    """Whom the Authorization header belongs to."""

    user_id: Id


class Holders(BaseModel):
    """The users on whom a permission is held."""

    user_ids: list[Id]


class AdapterException(DomainException):
    """The permission service refused (401, 403), or could not be asked (502)."""


class UserAdapter:
    """The permission service, in the name of the caller whose Authorization header is passed on."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def identify(self, auth_header: str) -> int:
        """Return the id of the user that the header belongs to."""
        response = await self._send("GET", "/me", auth_header)
        return _read(Me, response).user_id

    async def get_users_by_permission(
        self, permission_id: str, auth_header: str, permission_scope: str
    ) -> list[int]:
        """Return the ids of the users on whom the caller holds the permission within the scope."""
        path = f"/permissions/{permission_id}/users"
        response = await self._send("GET", path, auth_header, params={"scope": permission_scope})
        return _read(Holders, response).user_ids

    async def grant(self, user_id: int, permission_id: str, auth_header: str) -> None:
        """Give a user a permission; giving it again changes nothing."""
        await self._send("PUT", f"/permissions/{permission_id}/users/{user_id}", auth_header)

    async def _send(self, method: str, path: str, auth_header: str, **options: Any) -> httpx.Response:
        try:
            response = await self._client.request(
                method, path, headers={"Authorization": auth_header}, **options
            )
            if response.status_code in (401, 403):
                raise AdapterException(response.status_code, "The permission service refused")
            return response.raise_for_status()
        except httpx.HTTPError as error:
            raise AdapterException(502, "The permission service cannot be asked") from error


def _read(shape: type[M], response: httpx.Response) -> M:
    try:
        return shape.model_validate_json(response.content)
    except ValidationError as error:
        raise AdapterException(502, "The permission service answered nonsense") from error
