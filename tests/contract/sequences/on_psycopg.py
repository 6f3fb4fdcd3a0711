"""Generated calls of psycopg."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import Any

import psycopg
import psycopg_pool
from async_testing.templates.fakes import psycopg as fakes
from hypothesis.strategies import booleans, none, one_of, sampled_from

from tests.contract.on_psycopg.adapter import look
from tests.contract.sequences.calls import BATCHES, CALLS, WRONG_CALLS, shifted
from tests.contract.sequences.differences import PARSED_FIRST, TYPE_FIRST, Known
from tests.contract.sequences.lockstep import Lane
from tests.contract.sequences.sides import AT, RARELY, Side, cancelled, has, step
from tests.contract.sequences.table import CONTROLS, COUNT, KILL, ROW, ROWS, SEVERAL, SLEEP


def spelled(statement: str) -> str:
    return re.sub(r"\$\d", "%s", statement)


async def gave(cursor: Any) -> Any:
    """What a cursor has after a statement."""
    rows = await cursor.fetchall() if cursor.description is not None else None
    return [cursor.rowcount, cursor.statusmessage, cursor.rownumber, rows]


@step(at=AT, call=CALLS, plain=booleans())
async def call(side: Side, at: int, call: Any, plain: bool) -> Any:
    statement, parameters = shifted(call, side.base(at))
    return await gave(
        await side.connection(at).execute(spelled(statement), parameters or (None if plain else ()))
    )


@step(at=AT, call=WRONG_CALLS)
async def wrong_call(side: Side, at: int, call: Any) -> Any:
    statement, parameters = shifted(call, side.base(at))
    return await gave(await side.connection(at).execute(spelled(statement), parameters))


@step(at=AT, batch=BATCHES, returning=booleans())
async def executemany(side: Side, at: int, batch: Any, returning: bool) -> Any:
    statement, sets = batch
    base = side.base(at)
    cursor = side.connection(at).cursor()
    shift = [shifted((statement, each), base)[1] for each in sets]
    await cursor.executemany(spelled(statement), shift)
    return cursor.rowcount


@step(at=AT, text=sampled_from(CONTROLS))
async def control(side: Side, at: int, text: str) -> Any:
    return await gave(await side.connection(at).execute(text))


@step(at=AT, parameters=sampled_from((None, ())))
async def several(side: Side, at: int, parameters: Any) -> Any:
    cursor = await side.connection(at).execute(SEVERAL, parameters)
    return cursor.statusmessage


@step(at=AT, calls=sampled_from([(COUNT, ROWS), (ROWS, COUNT), (COUNT, COUNT)]))
async def at_once(side: Side, at: int, calls: tuple[str, ...]) -> Any:
    connection = side.connection(at)

    async def one(text: str) -> Any:
        return await (await connection.execute(text)).fetchall()

    done = await asyncio.gather(*map(one, calls), return_exceptions=True)
    return [repr(each) if isinstance(each, BaseException) else each for each in done]


@step(at=AT, name=sampled_from((None, None, "mine")), force=sampled_from((False, False, True)))
async def enter(side: Side, at: int, name: str | None, force: bool) -> Any:
    made = side.connection(at).transaction(name, force)
    entered = await made.__aenter__()
    side.things("blocks").append((made, side.current))
    return entered.savepoint_name


@step(has("blocks"), at=AT, failing=sampled_from((None, None, KeyError, psycopg.Rollback)), last=RARELY)
async def leave(side: Side, at: int, failing: Any, last: bool) -> Any:
    blocks = side.things("blocks")
    made, side.current = side.thing("blocks", at) if last else blocks[-1]
    blocks.remove((made, side.current))
    error = failing() if failing else None
    return await made.__aexit__(failing, error, None)


@step(at=AT, failing=booleans(), call=CALLS)
async def block(side: Side, at: int, failing: bool, call: Any) -> Any:
    statement, parameters = shifted(call, side.base(at))
    connection = side.connection(at)
    with suppress(KeyError):
        async with connection.transaction():
            await connection.execute(spelled(statement), parameters or None)
            if failing:
                raise KeyError("no")


@step(at=AT, action=sampled_from(("commit", "rollback")))
async def end(side: Side, at: int, action: str) -> Any:
    return await getattr(side.connection(at), action)()


@step(at=AT, name=sampled_from(("autocommit", "read_only", "deferrable")), value=booleans())
async def setting(side: Side, at: int, name: str, value: bool) -> Any:
    return await getattr(side.connection(at), f"set_{name}")(value)


NAMED = sampled_from((None, None, {"name": "c"}, {"name": "c", "withhold": True}))


@step(at=AT, named=NAMED)
async def cursor(side: Side, at: int, named: dict[str, Any] | None) -> Any:
    made = side.connection(at).cursor(**named or {})
    side.things("cursors").append((made, side.current))
    side.things("every cursor").append(made)
    return told(made)


def told(cursor: Any) -> list[Any]:
    """What a cursor says of itself."""
    return [cursor.rowcount, cursor.arraysize, cursor.statusmessage, cursor.rownumber, cursor.closed]


@step(has("cursors"), at=AT, call=sampled_from(((ROWS, ()), (ROW, (1,)), (COUNT, ()))))
async def execute(side: Side, at: int, call: Any) -> Any:
    made, side.current = side.thing("cursors", at)
    await made.execute(spelled(call[0]), call[1] or None)
    return told(made)


@step(has("cursors"), at=AT, action=sampled_from(("fetchone", "fetchmany", "fetchall", "close", "__anext__")))
async def use_cursor(side: Side, at: int, action: str) -> Any:
    made, side.current = side.thing("cursors", at)
    try:
        return [await getattr(made, action)(), told(made)]
    except StopAsyncIteration:
        return ["over", told(made)]


@step(has("cursors"), at=AT, by=sampled_from((1, 2, 9)), mode=sampled_from(("relative", "absolute", "no")))
async def scroll(side: Side, at: int, by: int, mode: str) -> Any:
    made, side.current = side.thing("cursors", at)
    return [await made.scroll(by, mode), told(made)]


@step(at=AT, size=one_of(none(), sampled_from((1, 2))))
async def stream(side: Side, at: int, size: int | None) -> Any:
    return [row async for row in side.connection(at).cursor().stream(ROWS)]


@step(at=AT, really=RARELY)
async def cancel(side: Side, at: int, really: bool) -> Any:
    return really and await cancelled(side, side.connection(at).execute(SLEEP))


@step(at=AT)
async def lose(side: Side, at: int) -> Any:
    return await side.connection(at).execute(KILL)


@step(lambda side: bool(side.connections and not side.pool), at=AT, failing=sampled_from((None, KeyError)))
async def end_of_connection(side: Side, at: int, failing: Any) -> Any:
    return await side.connection(at).__aexit__(failing, failing and failing(), None)


@step(at=AT)
async def close(side: Side, at: int) -> Any:
    return await side.connection(at).close()


@step(lambda side: bool(side.pool) and len(side.connections) < 2)
async def acquire(side: Side) -> Any:
    side.entered(await side.pool.getconn())


@step(lambda side: bool(side.pool and side.connections), at=AT)
async def release(side: Side, at: int) -> Any:
    connection = side.left(at)
    for kind in ("blocks", "cursors"):
        side.open[kind] = [each for each in side.things(kind) if each[1] is not connection]
    await side.pool.putconn(connection)


@step(lambda side: bool(side.pool and len(side.connections) == 2))
async def acquire_in_vain(side: Side) -> Any:
    return await side.pool.getconn(timeout=0.01)


PLANS = (
    *(call, wrong_call, executemany, control, several, at_once, enter, leave, block, end, setting, cursor),
    *(
        execute,
        use_cursor,
        scroll,
        stream,
        cancel,
        lose,
        end_of_connection,
        close,
        acquire,
        release,
        acquire_in_vain,
    ),
)


async def live(dsn: str, pooled: bool, side: Side) -> None:
    if pooled:
        side.pool = psycopg_pool.AsyncConnectionPool(dsn, min_size=1, max_size=2, open=False, name="pool-1")
        await side.pool.open(wait=True)
    else:
        side.entered(await psycopg.AsyncConnection.connect(dsn))


async def fake(pooled: bool, side: Side) -> Any:
    connection = fakes.FakeConnection()
    if pooled:
        side.pool = fakes.FakePool(connection, min_size=1, max_size=2)
    else:
        side.entered(connection)
    return connection


async def finish(side: Side) -> None:
    for made, _ in reversed(side.things("blocks")):
        with suppress(Exception):
            await made.__aexit__(KeyError, KeyError("end"), None)
    for connection in side.connections:
        with suppress(Exception):
            await connection.close()
    for connection in side.connections if side.pool else ():
        with suppress(Exception):
            await side.pool.putconn(connection)
    if side.pool:
        await side.pool.close()
    for cursor in side.things("every cursor"):
        with suppress(Exception):
            await cursor.close()


async def probe(connection: Any) -> list[Any]:
    return [connection.closed, connection.broken, connection.autocommit]


async def pid(connection: Any) -> int:
    return int(connection.info.backend_pid)


def wrong_type(place: int, value: Any) -> Exception:
    made: Exception = fakes.errors.server_error("22P02", f'invalid input syntax for type integer: "{value}"')
    return made


def plain(found: dict[str, Any]) -> dict[str, Any]:
    text = re.split(r"\n(?:LINE|CONTEXT)", found["text"])[0]
    return found | {"text": re.sub(r"( \(database=\w+\))? at 0x\w+", "", text)}


BACKWARD = Known(
    "a cursor that was not declared SCROLL goes back",
    "whether it may is up to the server's plan of the statement; the fake lets it",
    lambda said, really: "cursor can only scan forward" in str(really),
    ends=True,
)
LANE = Lane(
    name="psycopg",
    plans=PLANS,
    live=live,
    fake=fake,
    close=finish,
    look=look,
    probe=probe,
    pid=pid,
    errors=fakes.errors,
    wrong_type=wrong_type,
    spelled=spelled,
    plain=plain,
    known=(PARSED_FIRST, TYPE_FIRST, BACKWARD),
)
