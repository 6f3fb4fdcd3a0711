"""Generated calls of psqlpy."""

from __future__ import annotations

import asyncio
import gc
import re
from contextlib import suppress
from typing import Any

import psqlpy
from async_testing.templates.fakes import psqlpy as fakes
from hypothesis.strategies import booleans, none, one_of, sampled_from

from tests.contract.on_psqlpy.adapter import look
from tests.contract.sequences.calls import BATCHES, CALLS, WRONG_CALLS, shifted
from tests.contract.sequences.differences import PARSED_FIRST, SAME_OBJECT, Known
from tests.contract.sequences.lockstep import Lane
from tests.contract.sequences.sides import AT, RARELY, Side, cancelled, has, step
from tests.contract.sequences.table import CONTROLS, COUNT, KILL, NAP, ROW, ROWS, SEVERAL

METHODS = ("execute", "fetch", "fetch_row", "fetch_val")


@step(at=AT, call=CALLS, method=sampled_from(METHODS))
async def call(side: Side, at: int, call: Any, method: str) -> Any:
    connection = side.connection(at)
    statement, parameters = shifted(call, side.base(at))
    return await getattr(connection, method)(statement, parameters or None)


@step(at=AT, call=WRONG_CALLS, method=sampled_from(METHODS))
async def wrong_call(side: Side, at: int, call: Any, method: str) -> Any:
    statement, parameters = shifted(call, side.base(at))
    return await getattr(side.connection(at), method)(statement, parameters)


@step(at=AT, batch=BATCHES)
async def execute_many(side: Side, at: int, batch: Any) -> Any:
    statement, sets = batch
    base = side.base(at)
    return await side.connection(at).execute_many(
        statement, [shifted((statement, each), base)[1] for each in sets]
    )


@step(at=AT, text=sampled_from(CONTROLS), method=sampled_from(("execute", "fetch", "execute_batch")))
async def control(side: Side, at: int, text: str, method: str) -> Any:
    return await getattr(side.connection(at), method)(text)


@step(at=AT, method=sampled_from(METHODS))
async def several(side: Side, at: int, method: str) -> Any:
    return await getattr(side.connection(at), method)(SEVERAL)


@step(at=AT, calls=sampled_from([(COUNT, ROWS), (ROWS, COUNT), (COUNT, COUNT)]))
async def at_once(side: Side, at: int, calls: tuple[str, ...]) -> Any:
    connection = side.connection(at)
    return await asyncio.gather(*(connection.fetch(text) for text in calls), return_exceptions=True)


@step(at=AT, read=sampled_from((None, "ReadOnly", "ReadWrite")))
async def transaction(side: Side, at: int, read: str | None) -> Any:
    variant = getattr(psqlpy.ReadVariant, read) if read else None
    made = side.connection(at).transaction(read_variant=variant)
    side.things("transactions").append((made, side.current))
    return made


@step(has("transactions"), at=AT, action=sampled_from(("begin", "commit", "rollback", "__aenter__")))
async def end(side: Side, at: int, action: str) -> Any:
    made, side.current = side.thing("transactions", at)
    return await getattr(made, action)()


@step(has("transactions"), at=AT, failing=booleans())
async def leave(side: Side, at: int, failing: bool) -> Any:
    made, side.current = side.thing("transactions", at)
    error = KeyError("no") if failing else None
    with suppress(KeyError):  # to raise it once more, or to let it pass, is the same to a block
        await made.__aexit__(type(error) if error else None, error, None)


@step(
    has("transactions"),
    at=AT,
    action=sampled_from(("create_savepoint", "release_savepoint", "rollback_savepoint")),
    name=sampled_from(("a", "b")),
)
async def savepoint(side: Side, at: int, action: str, name: str) -> Any:
    made, side.current = side.thing("transactions", at)
    return await getattr(made, action)(name)


@step(has("transactions"), at=AT, call=CALLS, method=sampled_from(METHODS))
async def call_in_transaction(side: Side, at: int, call: Any, method: str) -> Any:
    made, side.current = side.thing("transactions", at)
    base = side.places[side.connections.index(side.current)] * 10 if side.current in side.connections else 40
    statement, parameters = shifted(call, base)
    return await getattr(made, method)(statement, parameters or None)


@step(has("transactions"), at=AT, calls=sampled_from([((COUNT, []),), ((ROW, [1]), (COUNT, []))]))
async def pipeline(side: Side, at: int, calls: Any) -> Any:
    made, side.current = side.thing("transactions", at)
    return await made.pipeline(list(calls))


@step(has("transactions"), at=AT)
async def is_closed(side: Side, at: int) -> Any:
    return side.thing("transactions", at)[0].is_closed()


@step(at=AT, call=CALLS)
async def prepare(side: Side, at: int, call: Any) -> Any:
    statement, parameters = shifted(call, side.base(at))
    side.preparing = statement
    prepared = await side.connection(at).prepare(statement, parameters or None)
    side.things("prepared").append((prepared, side.current))
    return None


@step(has("prepared"), at=AT)
async def execute_prepared(side: Side, at: int) -> Any:
    prepared, side.current = side.thing("prepared", at)
    return await prepared.execute()


@step(at=AT, size=one_of(none(), sampled_from((1, 2))))
async def cursor(side: Side, at: int, size: int | None) -> Any:
    made = side.connection(at).cursor(ROWS, None, size)
    side.things("cursors").append((made, side.current))
    return made.is_closed()


@step(has("cursors"), at=AT, action=sampled_from(("start", "fetchone", "fetchmany", "fetchall")))
async def use_cursor(side: Side, at: int, action: str) -> Any:
    made, side.current = side.thing("cursors", at)
    return await getattr(made, action)()


@step(has("cursors"), at=AT)
async def close_cursor(side: Side, at: int) -> Any:
    return side.thing("cursors", at)[0].close()


@step(at=AT, really=RARELY)
async def cancel(side: Side, at: int, really: bool) -> Any:
    return really and await cancelled(side, side.connection(at).execute(NAP))


@step(at=AT)
async def lose(side: Side, at: int) -> Any:
    connection = side.connection(at)
    try:
        return await connection.execute(KILL)
    except psqlpy.exceptions.Error as problem:
        if side.live and "terminating connection" in str(problem):
            await _noticed(connection)
        raise


async def _noticed(connection: Any) -> None:
    """Wait until a connection knows that it is lost: only then does its pool see it."""
    for _ in range(2_000):
        try:
            await connection.execute("SELECT 1")
        except psqlpy.exceptions.Error as problem:
            if str(problem).endswith("connection closed"):
                return
        await asyncio.sleep(0.001)


@step(lambda side: bool(side.connections and not side.pool), at=AT)
async def close(side: Side, at: int) -> Any:
    return side.connection(at).close()


@step(lambda side: bool(side.pool) and len(side.connections) < 2, entered=booleans())
async def acquire(side: Side, entered: bool) -> Any:
    if entered:
        connection = await side.pool.acquire().__aenter__()
    else:
        connection = await side.pool.connection()
    side.entered(connection)
    return [side.pool.status().size, side.pool.status().available]


@step(lambda side: bool(side.pool and side.connections), at=AT)
async def release(side: Side, at: int) -> Any:
    connection = side.left(at)
    for kind in side.open:  # psqlpy keeps the place for as long as something made of the connection is there
        side.open[kind] = [each for each in side.open[kind] if each[1] is not connection]
    connection.close()
    gc.collect(1)
    return [side.pool.status().size, side.pool.status().available]


@step(lambda side: bool(side.former), at=AT)
async def use_after_release(side: Side, at: int) -> Any:
    side.current = side.former[at % len(side.former)]
    return await side.current.fetch(COUNT)


PLANS = (
    *(call, wrong_call, execute_many, control, several, at_once, transaction, end, leave, savepoint),
    *(call_in_transaction, pipeline, is_closed, prepare, execute_prepared, cursor, use_cursor, close_cursor),
    *(cancel, lose, close, acquire, release, use_after_release),
)


async def live(dsn: str, pooled: bool, side: Side) -> None:
    if pooled:
        side.pool = psqlpy.ConnectionPool(dsn=dsn, max_db_pool_size=2)
    else:
        side.entered(await psqlpy.connect(dsn=dsn))


async def fake(pooled: bool, side: Side) -> Any:
    connection = fakes.FakeConnection()
    if pooled:
        side.pool = fakes.FakePool(connection, max_size=2)
    else:
        side.entered(connection)
    return connection


async def finish(side: Side) -> None:
    for connection in side.connections:
        with suppress(Exception):
            connection.close()
    side.open.clear()
    if side.pool:
        side.pool.close()


async def probe(connection: Any) -> list[Any]:
    return [connection.is_closed(), await connection.in_transaction()]


async def pid(connection: Any) -> int:
    try:
        return int(await connection.fetch_val("SELECT pg_backend_pid()"))
    except psqlpy.exceptions.Error:  # it came from the pool in an aborted transaction
        return 0


def wrong_type(place: int, value: Any) -> Exception:
    return TypeError("'str' object cannot be interpreted as an integer")


def plain(found: dict[str, Any]) -> dict[str, Any]:
    return found | {"text": re.sub(r'portal "p\d+"', 'portal "p1"', found["text"])}


TYPE_FIRST = Known(
    "a wrong type is told before the state of the transaction",
    "psqlpy compares types before it runs a statement that it has prepared; the fake knows no types",
    lambda said, really: really == {"raised": ["TypeError"], "text": str(wrong_type(0, ""))},
    ends=True,
)
LANE = Lane(
    name="psqlpy",
    plans=PLANS,
    live=live,
    fake=fake,
    close=finish,
    look=look,
    probe=probe,
    pid=pid,
    errors=fakes.errors,
    wrong_type=wrong_type,
    plain=plain,
    known=(PARSED_FIRST, SAME_OBJECT, TYPE_FIRST),
)
