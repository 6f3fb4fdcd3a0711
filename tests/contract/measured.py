"""What was measured on live servers, in a file that a page is made of: references/driver-fidelity.md."""

import asyncio
import json
import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contract.harness import Driver, both
from tests.contract.sequences.lockstep import Lane
from tests.contract.sequences.run import Ran

FILE = Path(__file__).with_name("fidelity.json")


def topics(driver: Driver) -> dict[str, str]:
    """The topic of each behaviour: the module that it stands in."""
    return {
        name: function.__module__.rpartition(".")[2].removeprefix("only_")
        for name, function in driver.behaviours().items()
    }


def measured(driver: Driver, dsn: str) -> dict[str, Any]:
    """Run all behaviours of a driver. Returns its entry in the file."""
    asyncio.run(driver.prepare(dsn))
    differs = []
    for name in driver.behaviours():
        fake, live = asyncio.run(both(driver, name, dsn))
        if fake != live:
            differs.append(name)
    return {
        "version": version(driver.name),
        "server": server(driver.server, dsn),
        "behaviours": topics(driver),
        "differs": {name: driver.known.get(name, "UNKNOWN") for name in differs},
    }


def sequences(lane: Lane, done: Ran) -> dict[str, Any]:
    """What is kept of a run of generated calls."""
    reasons = {known.name: known.reason for known in lane.known if known.name in done.known}
    return {"run": done.sequences, "steps": done.steps, "known": reasons}


def server(kind: str, dsn: str) -> str:
    """Name and version of a server."""
    if kind == "postgresql":
        import psycopg

        with psycopg.connect(dsn) as connection:
            return f"PostgreSQL {connection.info.server_version // 10_000}.{connection.info.server_version % 10_000}"
    if kind == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    import pymysql

    parts = urlsplit(dsn)
    socket = parse_qs(parts.query).get("unix_socket", parse_qs(parts.query).get("socket", [None]))[0]
    given: dict[str, Any] = (
        {"unix_socket": socket} if socket else {"host": parts.hostname, "port": parts.port or 3306}
    )
    with pymysql.connect(user=parts.username or "root", password=parts.password or "", **given) as connection:
        return f"MariaDB {connection.get_server_info().removeprefix('5.5.5-').partition('-')[0]}"


def kept() -> dict[str, Any]:
    """The file as it is."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
    return found


def write(found: dict[str, Any]) -> None:
    """Renew the entries of what was measured; the others stay."""
    entries = kept()
    for name, entry in found.items():
        entries[name] = {**entries.get(name, {}), **entry}
    FILE.write_text(
        json.dumps(entries, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
