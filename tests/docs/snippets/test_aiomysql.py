"""What references/driver-aiomysql.md shows."""

from __future__ import annotations

from typing import Any

import aiomysql
import pytest
from async_testing.templates.fakes import answers
from async_testing.templates.fakes.aiomysql import FakeConnection, FakePool, FakeResult, errors
from async_testing.templates.fakes.sql.statements import Insert, Select

DUPLICATE, DEADLOCK = 1062, 1213


async def book(pool: aiomysql.Pool, seat: int, guest: str) -> int | None:
    """Return the id of a new booking, None if the seat is taken; a deadlock is tried again."""
    async with pool.acquire() as conn, conn.cursor() as cursor:
        while True:
            await conn.begin()
            try:
                await cursor.execute("INSERT INTO bookings (seat, guest) VALUES (%s, %s)", (seat, guest))
            except aiomysql.Error as error:
                await conn.rollback()
                if error.args[0] == DEADLOCK:
                    continue
                if error.args[0] == DUPLICATE:
                    return None
                raise
            await conn.commit()
            return int(cursor.lastrowid)


async def guests_of(conn: aiomysql.Connection, seats: tuple[int, int]) -> list[dict[str, Any]]:
    """Return who has booked the seats between two."""
    async with conn.cursor(aiomysql.DictCursor) as cursor:
        await cursor.execute("SELECT guest FROM bookings WHERE seat BETWEEN %s AND %s", seats)
        return list(await cursor.fetchall())


@pytest.mark.asyncio
async def test_book_returns_the_new_id() -> None:
    pool = FakePool()
    pool.fake.execute_return = FakeResult(1, lastrowid=7)

    assert await book(pool, 3, "Ana") == 7

    assert pool.fake.committed[0].meaning == Insert("bookings", {"seat": 3, "guest": "Ana"})
    assert pool.fake.events == ["acquire", "begin", "execute", "commit", "release"]


@pytest.mark.asyncio
async def test_book_what_is_taken_returns_none() -> None:
    pool = FakePool()
    pool.fake.execute_return = errors.unique_violation("bookings_seat", key={"seat": 3})

    assert await book(pool, 3, "Ana") is None

    assert pool.fake.events == ["acquire", "begin", "execute", "rollback", "release"]


@pytest.mark.asyncio
async def test_book_tries_again_after_a_deadlock() -> None:
    pool = FakePool()
    pool.fake.execute_return = answers(errors.deadlock(), FakeResult(1, lastrowid=8))

    assert await book(pool, 3, "Ana") == 8

    assert (len(pool.fake.rolled_back), len(pool.fake.committed)) == (1, 1)


@pytest.mark.asyncio
async def test_guests_are_dicts() -> None:
    conn = FakeConnection()
    conn.fetch_return = [{"guest": "Ana"}, {"guest": "Bo"}]

    assert await guests_of(conn, (1, 9)) == [{"guest": "Ana"}, {"guest": "Bo"}]

    assert conn.fetch_calls[0].meaning == Select("bookings", ["guest"], where={"seat BETWEEN": (1, 9)})


@pytest.mark.asyncio
async def test_what_nobody_commits_is_closed_away() -> None:
    pool = FakePool()

    async with pool.acquire() as conn, conn.cursor() as cursor:
        await cursor.execute("DELETE FROM bookings")

    assert pool.fake.committed == []
    assert pool.fake.events == ["acquire", "execute", "close", "release"]


@pytest.mark.asyncio
async def test_a_pool_that_the_code_makes_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = FakePool()
    monkeypatch.setattr(aiomysql, "create_pool", lambda **options: pool)

    async with aiomysql.create_pool(host="db", maxsize=5) as made:
        await book(made, 3, "Ana")

    assert pool.closed
