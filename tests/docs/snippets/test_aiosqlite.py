"""What references/driver-aiosqlite.md shows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiosqlite
import pytest
import pytest_asyncio
from async_testing.templates.fakes import answers
from async_testing.templates.fakes.aiosqlite import FakeConnection, FakeResult, errors
from async_testing.templates.fakes.sql.statements import Insert, Select


async def remember(conn: aiosqlite.Connection, url: str) -> int | None:
    """Return the id of a new bookmark, None if it is there already."""
    try:
        cursor = await conn.execute("INSERT INTO bookmarks (url) VALUES (?)", (url,))
    except aiosqlite.IntegrityError as error:
        if error.sqlite_errorname != "SQLITE_CONSTRAINT_UNIQUE":
            raise
        return None
    await conn.commit()
    return cursor.lastrowid


async def urls_like(conn: aiosqlite.Connection, part: str) -> list[str]:
    """Return the bookmarks that contain a text."""
    async with conn.execute(
        "SELECT url FROM bookmarks WHERE url LIKE :part", {"part": f"%{part}%"}
    ) as cursor:
        return [url async for (url,) in cursor]


@pytest.mark.asyncio
async def test_remember_returns_the_new_id() -> None:
    conn = FakeConnection()
    conn.execute_return = FakeResult(1, lastrowid=7)

    assert await remember(conn, "https://example.org") == 7

    assert [call.meaning for call in conn.committed] == [Insert("bookmarks", {"url": "https://example.org"})]
    assert conn.events == ["begin", "execute", "commit"]


@pytest.mark.asyncio
async def test_remember_what_is_there_returns_none() -> None:
    conn = FakeConnection()
    conn.execute_return = errors.unique_violation(
        "url", table="bookmarks", key={"url": "https://example.org"}
    )

    assert await remember(conn, "https://example.org") is None

    assert conn.committed == []
    assert conn.in_transaction


@pytest.mark.asyncio
async def test_urls_like_passes_the_pattern_by_name() -> None:
    conn = FakeConnection()
    conn.fetch_return = answers([{"url": "https://example.org"}], [])

    assert await urls_like(conn, "example") == ["https://example.org"]
    assert await urls_like(conn, "nothing") == []

    first, _ = conn.fetch_calls
    assert first.meaning == Select("bookmarks", ["url"], where={"url LIKE": "%example%"})


@pytest_asyncio.fixture
async def database() -> AsyncIterator[aiosqlite.Connection]:
    """A real database in memory, with the tables."""
    async with aiosqlite.connect(":memory:") as conn:
        await conn.execute("CREATE TABLE bookmarks (id INTEGER PRIMARY KEY, url TEXT UNIQUE)")
        yield conn


@pytest.mark.asyncio
async def test_remember_twice_on_a_real_database(database: aiosqlite.Connection) -> None:
    assert await remember(database, "https://example.org") == 1
    assert await remember(database, "https://example.org") is None
    assert await urls_like(database, "example") == ["https://example.org"]


@pytest.mark.asyncio
async def test_a_failed_insert_leaves_a_transaction_open() -> None:
    conn = FakeConnection()
    conn.execute_return = answers(errors.unique_violation("url", table="bookmarks"), 1)

    assert await remember(conn, "https://example.org") is None
    await conn.execute("UPDATE bookmarks SET url = 'x'")
    await conn.close()

    assert conn.committed == []
