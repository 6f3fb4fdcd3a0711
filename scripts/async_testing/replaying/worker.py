"""Replay a record; run by the interpreter of the user's project, which has the drivers: JSON in, JSON lines out."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from async_testing.finding import UsageError
from async_testing.replaying.judging import Judge, Problem
from async_testing.replaying.live import SERVERS, Open, Rejected, opener
from async_testing.replaying.record import Sent, distinct, read
from async_testing.replaying.servers import NoServer, connected, database, server

SAME_SERVER = {"postgresql": ("asyncpg", "psycopg", "psqlpy"), "mysql": ("aiomysql", "asyncmy")}
"""The drivers that can have a server look at another driver's statements, those that tell most first."""


def main() -> int:
    """Replay what standard input says; the last line tells how it went."""
    job = json.loads(sys.stdin.read())
    try:
        sent = distinct(read(job["name"], job["text"]))
        for kind in dict.fromkeys(SERVERS.values()):
            drivers = [
                one for one in SERVERS if SERVERS[one] == kind and any(one == each.driver for each in sent)
            ]
            if drivers:
                given = job["dsn"] if _kind_of(job["dsn"]) == kind else ""
                with server(kind, given) as found:
                    for driver in drivers:
                        asyncio.run(
                            _replay(job, found, driver, [one for one in sent if one.driver == driver])
                        )
    except (UsageError, NoServer, Rejected) as error:
        _tell({"refused": " ".join(str(error).split())})
    return 0


async def _replay(job: dict[str, Any], found: str, driver: str, sent: list[Sent]) -> None:
    kind = SERVERS[driver]
    through, open_ = _through(driver, kind)
    async with database(kind, found, through, open_) as dsn:
        live = await connected(through, dsn, open_)
        try:
            await _schema(live, job)
            _tell({"server": live.version, "started": not found or found != job["dsn"]})
            judge = Judge(live, binds=through == driver)
            for one in sent:
                _tell({"sent": one._asdict(), "problems": await _judged(judge, one)})
        finally:
            await live.close()


async def _judged(judge: Judge, sent: Sent) -> list[Problem]:
    try:
        return await judge.problems(sent)
    except Rejected as error:
        return [Problem("unassessed", f"the server could not be asked ({error})")]


async def _schema(live: Any, job: dict[str, Any]) -> None:
    for name, text in job["schemas"]:
        try:
            await live.script(text)
        except Rejected as error:
            told = f"the server does not take {name} ({error}): give the schema of these statements"
            raise UsageError(told) from None


def _through(driver: str, kind: str) -> tuple[str, Open]:
    """The driver to use: the one that sent the statements, else another one for the same server."""
    for one in (driver, *SAME_SERVER.get(kind, ())):
        try:
            return one, opener(one)
        except ImportError:
            continue
    raise NoServer(
        f"{sys.executable} has no {driver}: give --python with the interpreter that runs the project's tests"
    )


def _kind_of(dsn: str) -> str:
    scheme = dsn.partition(":")[0].partition("+")[0]
    return {"postgres": "postgresql", "mariadb": "mysql"}.get(scheme, scheme)


def _tell(told: dict[str, Any]) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    sys.exit(main())
