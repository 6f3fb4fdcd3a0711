"""What references/driver-psycopg.md shows."""

from __future__ import annotations

from typing import Any

import psycopg
import psycopg_pool
import pytest
from async_testing.templates.fakes import answers
from async_testing.templates.fakes.psycopg import FakeConnection, FakePool, errors
from async_testing.templates.fakes.sql.statements import Insert, Select
from psycopg.rows import dict_row


async def register(conn: psycopg.AsyncConnection[Any], email: str) -> int | None:
    """Return the id of a new user, None if the address is taken."""
    try:
        async with conn.transaction():
            cursor = await conn.execute("INSERT INTO users (email) VALUES (%s) RETURNING id", [email])
            row = await cursor.fetchone()
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name != "users_email_key":
            raise
        return None
    return row[0] if row else None


async def name_of(pool: psycopg_pool.AsyncConnectionPool, user_id: int) -> str | None:
    """Return the name of a user, None without such a user."""
    async with pool.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("SELECT name FROM users WHERE id = %(id)s", {"id": user_id})
        row = await cursor.fetchone()
    return row["name"] if row else None


@pytest.mark.asyncio
async def test_register_returns_the_new_id() -> None:
    conn = FakeConnection()
    conn.fetch_return = {"id": 7}

    assert await register(conn, "ana@example.com") == 7

    assert conn.committed[0].meaning == Insert("users", {"email": "ana@example.com"}, returning=["id"])
    assert conn.events == ["begin", "execute", "commit"]


@pytest.mark.asyncio
async def test_register_what_is_taken_returns_none() -> None:
    conn = FakeConnection()
    conn.fetch_return = errors.unique_violation("users_email_key")

    assert await register(conn, "ana@example.com") is None

    assert conn.events == ["begin", "execute", "rollback"]


@pytest.mark.asyncio
async def test_name_of_nobody_is_none() -> None:
    pool = FakePool()
    pool.fake.fetch_return = answers({"name": "Ana"}, None)

    assert await name_of(pool, 1) == "Ana"
    assert await name_of(pool, 2) is None

    assert pool.fake.fetch_calls[1].meaning == Select("users", ["name"], where={"id": 2})
    assert pool.fake.events == ["acquire", "begin", "execute", "commit", "release"] * 2


@pytest.mark.asyncio
async def test_what_nobody_commits_is_rolled_back() -> None:
    conn = FakeConnection()

    await conn.execute("UPDATE users SET active = false")
    await conn.close()

    assert conn.committed == []
    assert [call.statement for call in conn.rolled_back] == ["UPDATE users SET active = false"]
