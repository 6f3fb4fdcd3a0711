"""Tests on a real PostgreSQL: whether the SQL is right, which no fake can tell."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psqlpy
import pytest
from faker import Faker

from src.domain.dal import DAL
from src.domain.dal.dao.exception import DAOException
from src.domain.dal.dao.user import UserDAO
from src.domain.dto.user import UserDTO

pytestmark = pytest.mark.integration


@pytest.fixture
def pool(database_pool: psqlpy.ConnectionPool) -> Iterator[psqlpy.ConnectionPool]:
    """Bind the DAOs to a real database that has the tables of the application and nothing in them."""
    with DAL.bound(database_pool):
        yield database_pool


async def rows_of(pool: psqlpy.ConnectionPool, query: str) -> list[dict[str, Any]]:
    """Return what is really in the database."""
    async with pool.acquire() as connection:
        return (await connection.fetch(query)).result()


async def make_admin(pool: psqlpy.ConnectionPool, user_id: int) -> None:
    """Give a user role 1, whose scope is admin; role 2 is of another scope."""
    async with pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO roles (name, scope) VALUES ('boss', 'admin'), ('clerk', 'desk')"
        )
        await connection.execute("INSERT INTO user_roles (user_id, role_id) VALUES ($1, 1)", [user_id])


@pytest.mark.asyncio
async def test_create_and_fetch_by_id(pool: psqlpy.ConnectionPool, faker: Faker) -> None:
    """What was created is what is fetched, with what the database adds to it."""
    dto: UserDTO.Create = UserDTO.Create(name=faker.name(), email=faker.email(), cpf=faker.cpf())

    created: UserDTO.Read = await UserDAO.create(dto)

    assert created.model_dump(exclude={"created_at"}) == {"id": 1, **dto.model_dump(), "status": "pending"}
    assert created.created_at.tzinfo is not None
    assert await UserDAO.fetch_by_id(created.id) == created


@pytest.mark.asyncio
@pytest.mark.parametrize("taken", ["email", "cpf"])
async def test_create_what_is_taken_is_409(taken: str, pool: psqlpy.ConnectionPool, faker: Faker) -> None:
    """The server's own words for a duplicate are the ones that the mapping looks for."""
    first: dict[str, str] = {"name": faker.name(), "email": faker.email(), "cpf": faker.cpf()}
    second: dict[str, str] = {
        "name": faker.name(),
        "email": faker.unique.safe_email(),
        "cpf": "529.982.247-25",
    }
    await UserDAO.create(UserDTO.Create(**first))

    with pytest.raises(DAOException) as raised:
        await UserDAO.create(UserDTO.Create(**{**second, taken: first[taken]}))

    assert (raised.value.status_code, raised.value.detail) == (
        409,
        "Could not create the user: it exists already",
    )
    assert len(await rows_of(pool, "SELECT id FROM users")) == 1


@pytest.mark.asyncio
async def test_fetch_by_id_without_such_user_is_404(pool: psqlpy.ConnectionPool) -> None:
    """The driver's own words for no row are the ones that the mapping looks for."""
    with pytest.raises(DAOException) as raised:
        await UserDAO.fetch_by_id(1)

    assert (raised.value.status_code, raised.value.detail) == (404, "Could not fetch the user: not found")


@pytest.mark.asyncio
async def test_fetch_all_filters_sorts_and_pages(pool: psqlpy.ConnectionPool) -> None:
    """Only the ids asked for, by name, page by page."""
    for name in ("Davi", "Ana Lima", "Carla", "Bruno", "Ana Paula"):
        await UserDAO.create(UserDTO.Create(name=name, email=f"{name.replace(' ', '.')}@example.com"))
    await UserDAO.set_status(3, "approved")

    async def names(ids: list[int], search: UserDTO.Search) -> list[str]:
        return [user.name for user in await UserDAO.fetch_all(ids, search)]

    assert await names([1, 2, 4, 5], UserDTO.Search()) == ["Ana Lima", "Ana Paula", "Bruno", "Davi"]
    assert await names([1, 2, 4, 5], UserDTO.Search(limit=2, offset=1)) == ["Ana Paula", "Bruno"]
    assert await names([1, 2, 3, 4, 5], UserDTO.Search(status="approved")) == ["Carla"]
    assert await names([1, 2, 3, 4, 5], UserDTO.Search(name="ANA")) == ["Ana Lima", "Ana Paula"]
    assert await names([1, 2, 3, 4, 5], UserDTO.Search(status="approved", name="ana")) == []
    assert await names([], UserDTO.Search()) == []


@pytest.mark.asyncio
@pytest.mark.parametrize("special", ["%", "_", "\\"])
async def test_fetch_all_takes_each_character_for_itself(special: str, pool: psqlpy.ConnectionPool) -> None:
    """What LIKE would take for a pattern finds only itself."""
    await UserDAO.create(UserDTO.Create(name="plain", email="plain@example.com"))
    await UserDAO.create(UserDTO.Create(name=f"a{special}b", email="special@example.com"))

    found: list[UserDTO.Read] = await UserDAO.fetch_all([1, 2], UserDTO.Search(name=special))

    assert [user.name for user in found] == [f"a{special}b"]


@pytest.mark.asyncio
async def test_update_changes_the_given_fields(pool: psqlpy.ConnectionPool) -> None:
    """The rest stays, also of the other users."""
    ana: UserDTO.Read = await UserDAO.create(
        UserDTO.Create(name="Ana", email="ana@example.com", cpf="52998224725")
    )
    bruno: UserDTO.Read = await UserDAO.create(UserDTO.Create(name="Bruno", email="bruno@example.com"))

    changed: UserDTO.Read = await UserDAO.update(ana.id, UserDTO.Update(name="Ana Lima", cpf=None))

    assert changed == ana.model_copy(update={"name": "Ana Lima", "cpf": None})
    assert await UserDAO.fetch_by_id(ana.id) == changed
    assert await UserDAO.fetch_by_id(bruno.id) == bruno
    (row,) = await rows_of(
        pool, "SELECT updated_at > created_at AS touched FROM users WHERE name = 'Ana Lima'"
    )
    assert row == {"touched": True}


@pytest.mark.asyncio
async def test_update_to_what_is_taken_is_409(pool: psqlpy.ConnectionPool) -> None:
    """Nobody gets the address of somebody else."""
    await UserDAO.create(UserDTO.Create(name="Ana", email="ana@example.com"))
    bruno: UserDTO.Read = await UserDAO.create(UserDTO.Create(name="Bruno", email="bruno@example.com"))

    with pytest.raises(DAOException) as raised:
        await UserDAO.update(bruno.id, UserDTO.Update(email="ana@example.com"))

    assert raised.value.status_code == 409
    assert await UserDAO.fetch_by_id(bruno.id) == bruno


@pytest.mark.asyncio
async def test_update_and_delete_without_such_user_are_404(pool: psqlpy.ConnectionPool) -> None:
    """Nothing to change, nothing to delete."""
    for attempt in (UserDAO.update(1, UserDTO.Update(name="Ana")), UserDAO.delete(1)):
        with pytest.raises(DAOException) as raised:
            await attempt
        assert raised.value.status_code == 404


@pytest.mark.asyncio
async def test_delete_takes_the_roles_along(pool: psqlpy.ConnectionPool) -> None:
    """A deleted user holds no role, and what he assigned stays assigned."""
    admin: UserDTO.Read = await UserDAO.create(UserDTO.Create(name="Ana", email="ana@example.com"))
    clerk: UserDTO.Read = await UserDAO.create(UserDTO.Create(name="Bruno", email="bruno@example.com"))
    await make_admin(pool, admin.id)
    await UserDAO.assign(admin.id, UserDTO.Assign(user_id=clerk.id, role_id=2))

    await UserDAO.delete(admin.id)

    assert await rows_of(pool, "SELECT user_id, role_id, assigned_by FROM user_roles") == [
        {"user_id": clerk.id, "role_id": 2, "assigned_by": None}
    ]


@pytest.mark.asyncio
async def test_count_by_status_counts(pool: psqlpy.ConnectionPool) -> None:
    """Two are pending and one is approved."""
    for name in ("ana", "bruno", "carla"):
        await UserDAO.create(UserDTO.Create(name=name, email=f"{name}@example.com"))
    await UserDAO.set_status(2, "approved")

    assert await UserDAO.count_by_status("pending") == 2
    assert await UserDAO.count_by_status("approved") == 1
    assert await UserDAO.count_by_status("inactive") == 0


@pytest.mark.asyncio
async def test_assign_needs_an_admin(pool: psqlpy.ConnectionPool) -> None:
    """A role of another scope is not enough, and is not enough for somebody else either."""
    admin: UserDTO.Read = await UserDAO.create(UserDTO.Create(name="Ana", email="ana@example.com"))
    clerk: UserDTO.Read = await UserDAO.create(UserDTO.Create(name="Bruno", email="bruno@example.com"))
    await make_admin(pool, admin.id)
    await UserDAO.assign(admin.id, UserDTO.Assign(user_id=clerk.id, role_id=2))

    with pytest.raises(DAOException) as raised:
        await UserDAO.assign(clerk.id, UserDTO.Assign(user_id=clerk.id, role_id=1))

    assert (raised.value.status_code, raised.value.detail) == (403, "This needs a role of scope admin")
    assert await rows_of(pool, "SELECT * FROM user_roles ORDER BY user_id") == [
        {"user_id": admin.id, "role_id": 1, "assigned_by": None},
        {"user_id": clerk.id, "role_id": 2, "assigned_by": admin.id},
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("user_id", "role_id", "status_code"),
    [(1, 1, 409), (99, 2, 404), (1, 99, 404)],
)
async def test_assign_maps_what_the_database_refuses(
    user_id: int, role_id: int, status_code: int, pool: psqlpy.ConnectionPool
) -> None:
    """He has it already; there is no such user; there is no such role."""
    admin: UserDTO.Read = await UserDAO.create(UserDTO.Create(name="Ana", email="ana@example.com"))
    await make_admin(pool, admin.id)

    with pytest.raises(DAOException) as raised:
        await UserDAO.assign(admin.id, UserDTO.Assign(user_id=user_id, role_id=role_id))

    assert raised.value.status_code == status_code


@pytest.mark.asyncio
async def test_sync_inserts_updates_and_deactivates(pool: psqlpy.ConnectionPool) -> None:
    """Who is listed is approved, who is not is inactive; a CPF that the list lacks is kept."""
    await UserDAO.create(UserDTO.Create(name="Ana", email="ana@example.com", cpf="529.982.247-25"))
    await UserDAO.create(UserDTO.Create(name="Bruno", email="bruno@example.com"))

    result: UserDTO.Synced = await UserDAO.sync(
        [
            UserDTO.Create(name="Ana Lima", email="ana@example.com"),
            UserDTO.Create(name="Carla", email="carla@example.com", cpf="123.456.789-09"),
        ]
    )

    assert result == UserDTO.Synced(received=2, deactivated=1)
    assert await rows_of(pool, "SELECT name, email, cpf, status FROM users ORDER BY name") == [
        {"name": "Ana Lima", "email": "ana@example.com", "cpf": "52998224725", "status": "approved"},
        {"name": "Bruno", "email": "bruno@example.com", "cpf": None, "status": "inactive"},
        {"name": "Carla", "email": "carla@example.com", "cpf": "12345678909", "status": "approved"},
    ]


@pytest.mark.asyncio
async def test_sync_does_all_or_nothing(pool: psqlpy.ConnectionPool) -> None:
    """The second item fails: the first is not written, and nobody is deactivated."""
    before: UserDTO.Read = await UserDAO.create(
        UserDTO.Create(name="A", email="a@example.com", cpf="52998224725")
    )

    with pytest.raises(DAOException) as raised:
        await UserDAO.sync(
            [
                UserDTO.Create(name="B", email="b@example.com"),
                UserDTO.Create(name="C", email="c@example.com", cpf="52998224725"),
            ]
        )

    assert raised.value.status_code == 409
    assert await rows_of(pool, "SELECT email, status FROM users") == [
        {"email": before.email, "status": "pending"}
    ]


@pytest.mark.asyncio
async def test_more_calls_than_connections_do_not_block(pool: psqlpy.ConnectionPool) -> None:
    """A method that took a second connection while it holds one would wait for ever here."""
    admin: UserDTO.Read = await UserDAO.create(UserDTO.Create(name="Ana", email="ana@example.com"))
    await make_admin(pool, admin.id)
    assigned: list[UserDTO.Assign] = []
    for number in range(pool.status().max_size + 1):
        user: UserDTO.Read = await UserDAO.create(UserDTO.Create(name="x", email=f"x{number}@example.com"))
        assigned.append(UserDTO.Assign(user_id=user.id, role_id=2))

    async with asyncio.timeout(5):
        await asyncio.gather(*(UserDAO.assign(admin.id, dto) for dto in assigned))

    assert await rows_of(pool, "SELECT user_id FROM user_roles WHERE role_id = 2 ORDER BY user_id") == [
        {"user_id": dto.user_id} for dto in assigned
    ]


@pytest.mark.asyncio
async def test_server_that_is_not_there_is_503() -> None:
    """The pool connects when it is first used, and that is when it fails."""
    nowhere: psqlpy.ConnectionPool = psqlpy.connect_pool(dsn="postgresql://nobody@127.0.0.1:1/nothing")

    with DAL.bound(nowhere), pytest.raises(DAOException) as raised:
        await UserDAO.fetch_by_id(1)

    assert (raised.value.status_code, raised.value.detail) == (503, "The database is not available")
