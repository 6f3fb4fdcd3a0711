"""The routes under /users."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from src.api.dependencies import Caller, get_caller, get_service
from src.domain.dto.user import Id, Status, UserDTO
from src.domain.service.user import UserService

router = APIRouter(prefix="/users", tags=["users"], dependencies=[Depends(get_caller)])

Service = Annotated[UserService, Depends(get_service)]
SignedIn = Annotated[Caller, Depends(get_caller)]


@router.get("")
async def get_users(
    service: Service, caller: SignedIn, search: Annotated[UserDTO.Search, Query()]
) -> list[UserDTO.Read]:
    """List the users whom the caller may read."""
    return await service.get_all(search, caller.auth_header)


@router.post("", status_code=201)
async def create_user(
    service: Service, caller: SignedIn, dto: UserDTO.Create, response: Response
) -> UserDTO.Read:
    """Create a user."""
    user = await service.create(dto, caller.auth_header)
    response.headers["Location"] = f"/users/{user.id}"
    return user


@router.put("/sync")
async def sync_users(service: Service, items: list[UserDTO.Create]) -> UserDTO.Synced:
    """Make the listed users the approved ones."""
    return await service.sync(items)


@router.get("/count")
async def count_users(service: Service, status: Status) -> dict[str, int]:
    """Count the users of a status."""
    return {"count": await service.count(status)}


@router.post("/roles", status_code=204)
async def assign_role(service: Service, caller: SignedIn, dto: UserDTO.Assign) -> None:
    """Give a user a role."""
    await service.assign(caller.user_id, dto)


@router.get("/{user_id}")
async def get_user(service: Service, user_id: Id) -> UserDTO.Read:
    """Show a user."""
    return await service.get(user_id)


@router.patch("/{user_id}")
async def update_user(service: Service, user_id: Id, dto: UserDTO.Update) -> UserDTO.Read:
    """Change the given fields of a user."""
    return await service.update(user_id, dto)


@router.put("/{user_id}/status")
async def set_status(service: Service, user_id: Id, dto: UserDTO.SetStatus) -> UserDTO.Read:
    """Move a user to its next status."""
    return await service.set_status(user_id, dto)


@router.delete("/{user_id}", status_code=204)
async def delete_user(service: Service, user_id: Id) -> None:
    """Delete a user."""
    await service.delete(user_id)
