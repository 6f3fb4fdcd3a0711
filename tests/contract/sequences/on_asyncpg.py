"""Generated calls of asyncpg."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib import import_module
from typing import Any

from async_testing.templates.fakes import asyncpg as fakes
from hypothesis.strategies import booleans, sampled_from

from tests.contract.on_asyncpg.adapter import look
from tests.contract.sequences.calls import BATCHES, CALLS, WRONG_CALLS, shifted
from tests.contract.sequences.differences import PARSED_FIRST, SAME_OBJECT, TYPE_FIRST, Known
from tests.contract.sequences.lockstep import Lane
from tests.contract.sequences.sides import AT, RARELY, Side, cancelled, has, step
from tests.contract.sequences.table import CONTROLS, COUNT, KILL, ROWS, SEVERAL, SLEEP

asyncpg = import_module("asyncpg")
METHODS = ("execute", "fetch", "fetchrow", "fetchval")


@step(at=AT, call=CALLS, method=sampled_from(METHODS))
async def call(side: Side, at: int, call: Any, method: str) -> Any:
    statement, parameters = shifted(call, side.base(at))
    return await getattr(side.connection(at), method)(statement, *parameters)


@step(at=AT, call=WRONG_CALLS, method=sampled_from(METHODS))
async def wrong_call(side: Side, at: int, call: Any, method: str) -> Any:
    statement, parameters = shifted(call, side.base(at))
    return await getattr(side.connection(at), method)(statement, *parameters)


@step(at=AT, batch=BATCHES)
async def executemany(side: Side, at: int, batch: Any) -> Any:
    statement, sets = batch
    base = side.base(at)
    shift = [shifted((statement, each), base)[1] for each in sets]
    return await side.connection(at).executemany(statement, shift)


@step(at=AT, text=sampled_from(CONTROLS), method=sampled_from(("execute", "fetch")))
async def control(side: Side, at: int, text: str, method: str) -> Any:
    return await getattr(side.connection(at), method)(text)


@step(at=AT, method=sampled_from(METHODS))
async def several(side: Side, at: int, method: str) -> Any:
    return await getattr(side.connection(at), method)(SEVERAL)


@step(at=AT, calls=sampled_from([(COUNT, ROWS), (ROWS, COUNT), (COUNT, COUNT)]))
async def at_once(side: Side, at: int, calls: tuple[str, ...]) -> Any:
    connection = side.connection(at)

    async def one(text: str) -> Any:
        return await connection.fetch(text)

    done = await asyncio.gather(*map(one, calls), return_exceptions=True)
    return [repr(each) if isinstance(each, BaseException) else each for each in done]


@step(at=AT, isolation=sampled_from((None, None, "serializable", "read_committed")), readonly=booleans())
async def transaction(side: Side, at: int, isolation: str | None, readonly: bool) -> Any:
    made = side.connection(at).transaction(isolation=isolation, readonly=readonly)
    side.things("transactions").append((made, side.current))
    return made


@step(has("transactions"), at=AT, action=sampled_from(("start", "__aenter__", "commit", "rollback")))
async def end(side: Side, at: int, action: str) -> Any:
    made, side.current = side.thing("transactions", at)
    return await getattr(made, action)()


@step(has("transactions"), at=AT, failing=booleans())
async def leave(side: Side, at: int, failing: bool) -> Any:
    made, side.current = side.thing("transactions", at)
    error = KeyError("no") if failing else None
    await made.__aexit__(type(error) if error else None, error, None)
    side.things("transactions").remove((made, side.current))


@step(at=AT, failing=booleans(), call=CALLS)
async def block(side: Side, at: int, failing: bool, call: Any) -> Any:
    statement, parameters = shifted(call, side.base(at))
    connection = side.connection(at)
    with suppress(KeyError):
        async with connection.transaction():
            await connection.execute(statement, *parameters)
            if failing:
                raise KeyError("no")


@step(has("transactions"), at=AT)
async def told(side: Side, at: int) -> Any:
    return repr(side.thing("transactions", at)[0]).split(" 0x")[0]


@step(at=AT)
async def cursor(side: Side, at: int) -> Any:
    made = await side.connection(at).cursor(ROWS)
    side.things("cursors").append((made, side.current))
    return None


@step(has("cursors"), at=AT, action=sampled_from(("fetch", "fetchrow", "forward")))
async def use_cursor(side: Side, at: int, action: str) -> Any:
    made, side.current = side.thing("cursors", at)
    return await (made.fetchrow() if action == "fetchrow" else getattr(made, action)(1))


@step(at=AT)
async def iterate(side: Side, at: int) -> Any:
    return [row async for row in side.connection(at).cursor(ROWS)]


@step(at=AT, call=CALLS)
async def prepare(side: Side, at: int, call: Any) -> Any:
    side.preparing, parameters = shifted(call, side.base(at))
    prepared = await side.connection(at).prepare(side.preparing)
    side.things("prepared").append((prepared, side.current, parameters))
    return None


@step(has("prepared"), at=AT, method=sampled_from(METHODS[1:]))
async def use_prepared(side: Side, at: int, method: str) -> Any:
    prepared, side.current, parameters = side.thing("prepared", at)
    return await getattr(prepared, method)(*parameters)


@step(at=AT, really=RARELY)
async def cancel(side: Side, at: int, really: bool) -> Any:
    return really and await cancelled(side, side.connection(at).execute(SLEEP))


@step(at=AT, really=RARELY)
async def time_out(side: Side, at: int, really: bool) -> Any:
    return really and await side.connection(at).fetch(SLEEP, timeout=0.5)


@step(at=AT)
async def reset(side: Side, at: int) -> Any:
    return await side.connection(at).reset()


@step(lambda side: bool(side.connections and not side.pool), at=AT)
async def lose(side: Side, at: int) -> Any:
    return await side.connection(at).execute(KILL)


@step(
    lambda side: bool(side.connections and not side.pool), at=AT, action=sampled_from(("close", "terminate"))
)
async def close(side: Side, at: int, action: str) -> Any:
    done = getattr(side.connection(at), action)()
    return await done if action == "close" else done


@step(lambda side: bool(side.pool) and len(side.connections) < 2)
async def acquire(side: Side) -> Any:
    side.entered(await side.pool.acquire())
    return sizes(side)


@step(lambda side: bool(side.pool and side.connections), at=AT)
async def release(side: Side, at: int) -> Any:
    await side.pool.release(side.left(at))
    return sizes(side)


@step(lambda side: bool(side.pool and len(side.connections) == 2))
async def acquire_in_vain(side: Side) -> Any:
    return await side.pool.acquire(timeout=0.01)


@step(lambda side: bool(side.pool) and len(side.connections) < 2, method=sampled_from(METHODS))
async def call_of_pool(side: Side, method: str) -> Any:
    side.current = None
    return await getattr(side.pool, method)(COUNT)


@step(lambda side: bool(side.former), at=AT)
async def use_after_release(side: Side, at: int) -> Any:
    side.current = side.former[at % len(side.former)]
    return await side.current.fetch(COUNT)


PLANS = (
    *(call, wrong_call, executemany, control, several, at_once, transaction, end, leave, block, told, cursor),
    *(use_cursor, iterate, prepare, use_prepared, cancel, time_out, reset, lose, close, acquire, release),
    *(acquire_in_vain, call_of_pool, use_after_release),
)


def sizes(side: Side) -> list[int]:
    return [side.pool.get_size(), side.pool.get_idle_size()]


async def live(dsn: str, pooled: bool, side: Side) -> None:
    if pooled:
        side.pool = await asyncpg.create_pool(dsn, min_size=1, max_size=2)
    else:
        side.entered(await asyncpg.connect(dsn))


async def fake(pooled: bool, side: Side) -> Any:
    connection = fakes.FakeConnection()
    if pooled:
        side.pool = fakes.FakePool(connection, min_size=1, max_size=2)
    else:
        side.entered(connection)
    return connection


async def finish(side: Side) -> None:
    for connection in side.connections:
        with suppress(Exception):
            connection.terminate()
    if side.pool:
        side.pool.terminate()


async def probe(connection: Any) -> list[Any]:
    try:
        return [connection.is_closed(), not connection.is_closed() and connection.is_in_transaction()]
    except asyncpg.InterfaceError as problem:  # it was closed, and is no connection of the pool any more
        return [str(problem)]


async def pid(connection: Any) -> int:
    return int(connection.get_server_pid())


def wrong_type(place: int, value: Any) -> Exception:
    text = "'str' object cannot be interpreted as an integer"
    return asyncpg.DataError(f"invalid input for query argument ${place}: {value!r} ({text})")


ONE_TRANSACTION = Known(
    "a transaction of another isolation level right after a statement was prepared",
    "asyncpg prepares without an end, and to the server the BEGIN that follows is in the same implicit transaction",
    lambda said, really: "must be called before any query" in str(really),
    ends=True,
)
PREPARED = Known(
    "what needs no server is told of a statement that was prepared before, in an aborted transaction too",
    "asyncpg keeps what it has prepared and counts arguments on its own; the fake asks about the transaction first",
    lambda said, really: (
        "transaction is aborted" in str(said)
        and ("the server expects" in str(really) or really == ["NoneType", None])
    ),
)
LANE = Lane(
    name="asyncpg",
    plans=PLANS,
    live=live,
    fake=fake,
    close=finish,
    look=look,
    probe=probe,
    pid=pid,
    errors=fakes.errors,
    wrong_type=wrong_type,
    known=(PARSED_FIRST, SAME_OBJECT, TYPE_FIRST, ONE_TRANSACTION, PREPARED),
    lingers=True,
)
