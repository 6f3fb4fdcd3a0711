"""What references/driver-asyncpg.md shows."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from async_testing.templates.fakes import answers
from async_testing.templates.fakes.asyncpg import FakeConnection, FakePool, errors
from async_testing.templates.fakes.sql.statements import Insert, Select


async def register(conn: asyncpg.Connection, email: str) -> int | None:
    """Return the id of a new user, None if the address is taken."""
    try:
        async with conn.transaction():
            found = await conn.fetchrow("INSERT INTO users (email) VALUES ($1) RETURNING id", email)
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != "users_email_key":
            raise
        return None
    return found["id"]


async def name_of(pool: asyncpg.Pool, user_id: int) -> str | None:
    """Return the name of a user, None without such a user."""
    row = await pool.fetchrow("SELECT name FROM users WHERE id = $1", user_id)
    return row["name"] if row else None


@pytest.mark.asyncio
async def test_register_returns_the_new_id() -> None:
    conn = FakeConnection()
    conn.fetchrow_return = {"id": 7}

    assert await register(conn, "ana@example.com") == 7

    assert conn.committed[0].meaning == Insert("users", {"email": "ana@example.com"}, returning=["id"])
    assert conn.events == ["begin", "fetchrow", "commit"]


@pytest.mark.asyncio
async def test_register_what_is_taken_returns_none() -> None:
    conn = FakeConnection()
    conn.fetchrow_return = errors.unique_violation("users_email_key")

    assert await register(conn, "ana@example.com") is None

    assert conn.events == ["begin", "fetchrow", "rollback"]


@pytest.mark.asyncio
async def test_name_of_nobody_is_none() -> None:
    pool = FakePool()
    pool.fake.fetchrow_return = answers({"name": "Ana"}, None)

    assert await name_of(pool, 1) == "Ana"
    assert await name_of(pool, 2) is None

    assert pool.fake.fetch_calls[1].meaning == Select("users", ["name"], where={"id": 2})
    assert pool.fake.events == ["acquire", "fetchrow", "release"] * 2


@pytest.mark.asyncio
async def test_two_operations_at_once_are_refused() -> None:
    conn = FakeConnection()

    results = await asyncio.gather(
        conn.fetch("SELECT 1 AS one"), conn.fetch("SELECT 2 AS two"), return_exceptions=True
    )

    assert [type(result) for result in results] == [list, asyncpg.InterfaceError]
