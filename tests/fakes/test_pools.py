"""Pools under more load than one connection: who waits, who is next, which connection it is."""

import asyncio
from typing import Any

import pytest
from async_testing.templates.fakes import FakeConnection, asyncpg, psqlpy

pytestmark = pytest.mark.asyncio

POOLS = pytest.mark.parametrize("make", [psqlpy.FakePool, asyncpg.FakePool])


async def spin() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def hold(pool: Any, until: asyncio.Event, got: list[int], number: int) -> None:
    async with pool.acquire():
        got.append(number)
        await until.wait()


@POOLS
async def test_the_given_connection_is_handed_out_again_and_again(make: Any) -> None:
    pool = make()
    for _ in range(2):
        async with pool.acquire() as conn:
            assert conn is pool.fake


async def test_a_pool_takes_the_connection_it_is_given() -> None:
    conn = FakeConnection()
    async with psqlpy.FakePool(conn).acquire() as acquired:
        assert acquired is conn


@POOLS
async def test_who_waits_longest_is_next(make: Any) -> None:
    pool, release = make(max_size=2), [asyncio.Event() for _ in range(5)]
    got: list[int] = []
    tasks = [asyncio.ensure_future(hold(pool, release[number], got, number)) for number in range(5)]
    await spin()
    assert got == [0, 1]
    release[1].set()
    await spin()
    assert got == [0, 1, 2]
    for event in release:
        event.set()
    await asyncio.gather(*tasks)
    assert got == [0, 1, 2, 3, 4]


@POOLS
async def test_who_is_cancelled_just_when_it_is_its_turn_passes_it_on(make: Any) -> None:
    pool, release = make(max_size=2), asyncio.Event()
    got: list[int] = []
    async with pool.acquire(), pool.acquire() as second:
        tasks = [asyncio.ensure_future(hold(pool, release, got, number)) for number in range(2)]
        await spin()
        (second.terminate if hasattr(second, "terminate") else second.close)()
        tasks[0].cancel()
        await spin()
        assert got == [1]
        release.set()
        await asyncio.gather(*tasks, return_exceptions=True)


@POOLS
async def test_cancelled_waiters_leave_no_trace(make: Any) -> None:
    pool, release = make(max_size=2), asyncio.Event()
    got: list[int] = []
    tasks = [asyncio.ensure_future(hold(pool, release, got, number)) for number in range(3)]
    await spin()
    tasks[2].cancel()
    await spin()
    assert tasks[2].cancelled()
    release.set()
    await asyncio.gather(*tasks[:2])
    async with pool.acquire() as conn:
        await conn.execute("SELECT 1")
    assert pool.fake.ledger.complaints() == []


async def test_closing_psqlpys_pool_ends_the_waiting() -> None:
    pool = psqlpy.FakePool(max_size=2)
    held = [await pool.connection(), await pool.connection()]
    waiting = asyncio.ensure_future(pool.connection())
    await spin()
    pool.close()
    with pytest.raises(psqlpy.error("BaseConnectionPoolError"), match="Pool has been closed"):
        await waiting
    for conn in held:
        conn.close()
    assert pool.fake.ledger.complaints() == []


async def test_terminating_asyncpgs_pool_ends_the_waiting() -> None:
    pool = asyncpg.FakePool(max_size=1)
    await pool.acquire()
    waiting = asyncio.ensure_future(pool.acquire().__aenter__())
    await spin()
    pool.terminate()
    with pytest.raises(asyncpg.error("InterfaceError"), match="pool is closed"):
        await waiting
    assert pool.fake.ledger.complaints() == []


async def test_resizing_psqlpys_pool_lets_more_in() -> None:
    pool = psqlpy.FakePool(max_size=2)
    held = [await pool.connection(), await pool.connection()]
    waiting = asyncio.ensure_future(pool.connection())
    await spin()
    pool.resize(3)
    held.append(await waiting)
    assert pool.status().size == 3


@pytest.mark.parametrize(
    ("sizes", "message"), [((1, 0), "greater than zero"), ((3, 2), "min_size is greater")]
)
async def test_asyncpgs_pool_refuses_impossible_sizes(sizes: tuple[int, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        asyncpg.FakePool(min_size=sizes[0], max_size=sizes[1])


async def test_idle_connections_of_asyncpg_expire() -> None:
    pool = asyncpg.FakePool(min_size=2)
    await pool.expire_connections()
    assert (pool.get_size(), pool.get_idle_size()) == (0, 0)


async def test_listeners_of_asyncpg_are_kept_until_they_are_removed_or_reset() -> None:
    conn = asyncpg.FakeConnection()
    for channel in ("a", "b"):
        await conn.add_listener(channel, print)
    await conn.remove_listener("a", print)
    await conn.remove_listener("a", print)
    assert conn.listeners == [("b", print)]
    await conn.reset()
    assert conn.listeners == []


@pytest.mark.parametrize("method", ["copy_to_table", "copy_from_table", "copy_from_query"])
async def test_asyncpgs_pool_copies(method: str, tmp_path: Any) -> None:
    pool = asyncpg.FakePool()
    pool.fake.copy_return = b"1\n2\n" if method != "copy_to_table" else 2
    path = tmp_path / "rows.txt"
    path.write_bytes(b"1\n2\n")
    place = {"source": str(path)} if method == "copy_to_table" else {"output": path}
    assert await getattr(pool, method)("users", **place) == "COPY 2"
    assert pool.fake.copy_calls[0].statement.startswith(
        "COPY (users)" if "query" in method else 'COPY "users"'
    )
    assert path.read_bytes() == b"1\n2\n"
    assert pool.fake.events == ["acquire", method, "release"]
