"""What can be done with users."""

from collections.abc import Awaitable, Sequence
from typing import Protocol

from src.domain.dto.user import Status, UserDTO


class Permissions(Protocol):
    """What the service asks of the permission service; UserAdapter is one."""

    def get_users_by_permission(
        self, permission_id: str, auth_header: str, permission_scope: str
    ) -> Awaitable[list[int]]:
        """Return the ids of the users on whom the caller holds the permission."""

    def grant(self, user_id: int, permission_id: str, auth_header: str) -> Awaitable[None]:
        """Give a user a permission."""


class Users(Protocol):
    """What the service asks of the database; UserDAO is one."""

    def create(self, dto: UserDTO.Create) -> Awaitable[UserDTO.Read]:
        """Insert a user."""

    def fetch_by_id(self, user_id: int) -> Awaitable[UserDTO.Read]:
        """Return one user."""

    def fetch_all(self, ids: Sequence[int], search: UserDTO.Search) -> Awaitable[list[UserDTO.Read]]:
        """Return one page of users."""

    def count_by_status(self, status: Status) -> Awaitable[int]:
        """Count users."""

    def update(self, user_id: int, dto: UserDTO.Update) -> Awaitable[UserDTO.Read]:
        """Change a user."""

    def delete(self, user_id: int) -> Awaitable[None]:
        """Delete a user."""

    def set_status(self, user_id: int, status: Status) -> Awaitable[UserDTO.Read]:
        """Move a user to its next status."""

    def assign(self, actor_id: int, dto: UserDTO.Assign) -> Awaitable[None]:
        """Give a user a role."""

    def sync(self, items: Sequence[UserDTO.Create]) -> Awaitable[UserDTO.Synced]:
        """Make the items the approved users."""


class UserService:
    """Users in the database together with what the permission service knows of them."""

    def __init__(self, *, user_adapter: Permissions, user_dao: Users) -> None:
        self._adapter = user_adapter
        self._dao = user_dao

    async def get_all(self, search: UserDTO.Search, auth_header: str) -> list[UserDTO.Read]:
        """Return one page of the users whom the caller may read."""
        ids = await self._adapter.get_users_by_permission("users.read", auth_header, "company")
        if not ids:
            return []
        return await self._dao.fetch_all(ids, search)

    async def create(self, dto: UserDTO.Create, auth_header: str) -> UserDTO.Read:
        """Create a user who may sign in; if that permission is not granted, no user is left behind."""
        user = await self._dao.create(dto)
        try:
            await self._adapter.grant(user.id, "sign-in", auth_header)
        except Exception:
            await self._dao.delete(user.id)
            raise
        return user

    async def get(self, user_id: int) -> UserDTO.Read:
        """Return one user."""
        return await self._dao.fetch_by_id(user_id)

    async def count(self, status: Status) -> int:
        """Return how many users have that status."""
        return await self._dao.count_by_status(status)

    async def update(self, user_id: int, dto: UserDTO.Update) -> UserDTO.Read:
        """Change the given fields of a user."""
        return await self._dao.update(user_id, dto)

    async def delete(self, user_id: int) -> None:
        """Delete a user."""
        await self._dao.delete(user_id)

    async def set_status(self, user_id: int, dto: UserDTO.SetStatus) -> UserDTO.Read:
        """Move a user to its next status."""
        return await self._dao.set_status(user_id, dto.status)

    async def assign(self, actor_id: int, dto: UserDTO.Assign) -> None:
        """Give a user a role, in the name of the actor."""
        await self._dao.assign(actor_id, dto)

    async def sync(self, items: Sequence[UserDTO.Create]) -> UserDTO.Synced:
        """Make the items the approved users."""
        return await self._dao.sync(items)
