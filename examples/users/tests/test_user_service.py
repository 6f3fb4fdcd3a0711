"""Tests for UserService: which collaborator is asked what, in which order, and what comes of it."""

from collections.abc import Sequence
from typing import Any

import pytest
from faker import Faker

from src.domain.adapter.user import AdapterException
from src.domain.dal.dao.exception import DAOException
from src.domain.dto.user import Status, UserDTO
from src.domain.service.user import UserService


class DummyUserAdapter:
    """A permission service that remembers what it was asked, and answers or fails as told."""

    def __init__(self, ids: list[int] | None = None, error: Exception | None = None) -> None:
        self.ids: list[int] = ids or []
        self.error: Exception | None = error
        self.calls: list[tuple[object, ...]] = []

    async def get_users_by_permission(
        self, permission_id: str, auth_header: str, permission_scope: str
    ) -> list[int]:
        self.calls.append(("get_users_by_permission", permission_id, auth_header, permission_scope))
        if self.error:
            raise self.error
        return self.ids

    async def grant(self, user_id: int, permission_id: str, auth_header: str) -> None:
        self.calls.append(("grant", user_id, permission_id, auth_header))
        if self.error:
            raise self.error


class DummyUserDAO:
    """A DAO that remembers what it was asked, and answers with one user or two, or fails as told."""

    def __init__(self, user: UserDTO.Read, error: DAOException | None = None) -> None:
        self.user: UserDTO.Read = user
        self.other: UserDTO.Read = user.model_copy(update={"id": user.id + 1})
        self.error: DAOException | None = error
        self.calls: list[tuple[object, ...]] = []

    def _called(self, *call: object) -> None:
        self.calls.append(call)
        if self.error:
            raise self.error

    async def create(self, dto: UserDTO.Create) -> UserDTO.Read:
        self._called("create", dto)
        return self.user

    async def fetch_by_id(self, user_id: int) -> UserDTO.Read:
        self._called("fetch_by_id", user_id)
        return self.user

    async def fetch_all(self, ids: Sequence[int], search: UserDTO.Search) -> list[UserDTO.Read]:
        self._called("fetch_all", ids, search)
        return [self.user, self.other]

    async def count_by_status(self, status: Status) -> int:
        self._called("count_by_status", status)
        return 5

    async def update(self, user_id: int, dto: UserDTO.Update) -> UserDTO.Read:
        self._called("update", user_id, dto)
        return self.user

    async def delete(self, user_id: int) -> None:
        self._called("delete", user_id)

    async def set_status(self, user_id: int, status: Status) -> UserDTO.Read:
        self._called("set_status", user_id, status)
        return self.user

    async def assign(self, actor_id: int, dto: UserDTO.Assign) -> None:
        self._called("assign", actor_id, dto)

    async def sync(self, items: Sequence[UserDTO.Create]) -> UserDTO.Synced:
        self._called("sync", items)
        return UserDTO.Synced(received=len(items), deactivated=4)


@pytest.mark.asyncio
async def test_service_coordinates_dao_and_adapter(user: UserDTO.Read) -> None:
    """Pattern 3: both collaborators are asked, each with the right arguments, and the answer is theirs."""
    adapter: DummyUserAdapter = DummyUserAdapter(ids=[3, 5])
    dao: DummyUserDAO = DummyUserDAO(user)
    service: UserService = UserService(user_adapter=adapter, user_dao=dao)
    search: UserDTO.Search = UserDTO.Search(status="approved", limit=10)

    result: list[UserDTO.Read] = await service.get_all(search, "Bearer abc")

    assert adapter.calls == [("get_users_by_permission", "users.read", "Bearer abc", "company")]
    assert dao.calls == [("fetch_all", [3, 5], search)]
    assert result == [user, dao.other]


@pytest.mark.asyncio
async def test_get_all_without_permission_asks_no_database(user: UserDTO.Read) -> None:
    """Somebody who may read nobody gets an empty list, and the database is left in peace."""
    dao: DummyUserDAO = DummyUserDAO(user)
    service: UserService = UserService(user_adapter=DummyUserAdapter(ids=[]), user_dao=dao)

    result: list[UserDTO.Read] = await service.get_all(UserDTO.Search(), "Bearer abc")

    assert result == []
    assert dao.calls == []


@pytest.mark.asyncio
async def test_get_all_when_the_adapter_fails_asks_no_database(user: UserDTO.Read) -> None:
    """A failing permission service is no permission: the error goes on, no user is read."""
    error: AdapterException = AdapterException(502, "down")
    dao: DummyUserDAO = DummyUserDAO(user)
    service: UserService = UserService(user_adapter=DummyUserAdapter(error=error), user_dao=dao)

    with pytest.raises(AdapterException) as raised:
        await service.get_all(UserDTO.Search(), "Bearer abc")

    assert raised.value is error
    assert dao.calls == []


@pytest.mark.asyncio
async def test_create_grants_the_new_user_to_sign_in(faker: Faker, user: UserDTO.Read) -> None:
    """The id that the database gave is the one that gets the permission."""
    adapter: DummyUserAdapter = DummyUserAdapter()
    dao: DummyUserDAO = DummyUserDAO(user)
    service: UserService = UserService(user_adapter=adapter, user_dao=dao)
    dto: UserDTO.Create = UserDTO.Create(name=faker.name(), email=faker.email())

    result: UserDTO.Read = await service.create(dto, "Bearer abc")

    assert dao.calls == [("create", dto)]
    assert adapter.calls == [("grant", user.id, "sign-in", "Bearer abc")]
    assert result == user


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [AdapterException(502, "down"), RuntimeError("a bug")])
async def test_create_leaves_no_user_behind_when_the_grant_fails(
    error: Exception, faker: Faker, user: UserDTO.Read
) -> None:
    """A user who could never sign in is deleted again, and the caller hears why."""
    dao: DummyUserDAO = DummyUserDAO(user)
    service: UserService = UserService(user_adapter=DummyUserAdapter(error=error), user_dao=dao)
    dto: UserDTO.Create = UserDTO.Create(name=faker.name(), email=faker.email())

    with pytest.raises(type(error)) as raised:
        await service.create(dto, "Bearer abc")

    assert raised.value is error
    assert dao.calls == [("create", dto), ("delete", user.id)]


@pytest.mark.asyncio
async def test_create_grants_nothing_when_the_database_refuses(faker: Faker, user: UserDTO.Read) -> None:
    """No user, no permission."""
    error: DAOException = DAOException(409, "taken")
    adapter: DummyUserAdapter = DummyUserAdapter()
    service: UserService = UserService(user_adapter=adapter, user_dao=DummyUserDAO(user, error))

    with pytest.raises(DAOException) as raised:
        await service.create(UserDTO.Create(name=faker.name(), email=faker.email()), "Bearer abc")

    assert raised.value is error
    assert adapter.calls == []


UPDATE = UserDTO.Update(name="Ana")
ASSIGN = UserDTO.Assign(user_id=1, role_id=2)
ITEMS = [UserDTO.Create(name="Ana", email="ana@example.com")]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "arguments", "call"),
    [
        ("get", (7,), ("fetch_by_id", 7)),
        ("count", ("approved",), ("count_by_status", "approved")),
        ("update", (7, UPDATE), ("update", 7, UPDATE)),
        ("delete", (7,), ("delete", 7)),
        ("set_status", (7, UserDTO.SetStatus(status="rejected")), ("set_status", 7, "rejected")),
        ("assign", (10, ASSIGN), ("assign", 10, ASSIGN)),
        ("sync", (ITEMS,), ("sync", ITEMS)),
    ],
)
async def test_what_needs_only_the_database_asks_only_the_database(
    method: str, arguments: tuple[Any, ...], call: tuple[Any, ...], user: UserDTO.Read
) -> None:
    """The answer of the DAO is the answer of the service."""
    adapter: DummyUserAdapter = DummyUserAdapter()
    dao: DummyUserDAO = DummyUserDAO(user)

    result: Any = await getattr(UserService(user_adapter=adapter, user_dao=dao), method)(*arguments)

    assert dao.calls == [call]
    assert adapter.calls == []
    assert result == await getattr(DummyUserDAO(user), call[0])(*call[1:])
