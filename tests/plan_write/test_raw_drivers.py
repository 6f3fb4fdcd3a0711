"""Modules that talk to a driver themselves: pools, composed statements, counts, loops, what connections keep."""

from __future__ import annotations

import re

import pytest

from tests.plan_write.conftest import Project


def written(project: Project, content: str, *, driver: str = "psycopg", schema: str = "") -> str:
    """The tests that plan.py writes for a module, which pass."""
    project.write(
        "pyproject.toml", f'{project.read("pyproject.toml")}\n[project]\nname = "x"\nversion = "1"\n'
    )
    project.write("src/__init__.py", "")
    project.write("src/store.py", content)
    if schema:
        project.write("schema.sql", schema)
    project.scaffold()
    result = project.plan("src/store.py", "--write")
    assert result.code == 0, result.err
    path = re.findall(r"written to ([\w/.]+\.py)", result.out)[0]
    ran = project.pytest(path)
    assert ran.code == 0, ran.out
    assert f"import {driver}" in content or f"from {driver}" in content
    return project.read(path)


RENAME = """
    async with {pool}.connection() as conn:
        async with conn.transaction():
            cur = await conn.execute("UPDATE users SET name = %s WHERE id = %s", (name, user_id))
            return cur.rowcount == 1
"""


@pytest.mark.parametrize(
    "content",
    [
        "from psycopg_pool import AsyncConnectionPool\n\n\n"
        "async def rename(pool: AsyncConnectionPool, user_id: int, name: str) -> bool:"
        + RENAME.format(pool="pool"),
        "from psycopg import AsyncConnection\n\n\n"
        "async def rename(pool, user_id: int, name: str) -> bool:" + RENAME.format(pool="pool"),
        "from psycopg_pool import AsyncConnectionPool\n\n\nclass Users:\n"
        "    def __init__(self, pool: AsyncConnectionPool) -> None:\n        self._pool = pool\n\n"
        "    async def rename(self, user_id: int, name: str) -> bool:"
        + RENAME.format(pool="self._pool").replace("\n    ", "\n        "),
    ],
    ids=["parameter", "unannotated", "attribute"],
)
def test_a_pool_of_psycopg_gets_the_fake_and_its_transactions_are_asserted(
    project: Project, content: str
) -> None:
    text = written(project, content)

    assert "FakePool(conn)" in text
    assert "MagicMock" not in text
    assert "conn.committed == conn.calls" in text
    assert '"rollback"' in text
    assert "_returns_true" in text
    assert "_returns_false" in text


COMPOSED = """
from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row


def counting(table: str, column: str) -> tuple[sql.Composed, list[int]]:
    return sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)) + sql.SQL(" WHERE {} = %s").format(
        sql.Identifier(column)
    ), [1]


class Products:
    _columns = sql.SQL(", ").join(map(sql.Identifier, ("id", "sku")))

    def __init__(self, conn: AsyncConnection, schema: str = "public") -> None:
        self._conn = conn
        self._table = sql.Identifier(schema, "products")

    async def get(self, product_id: int) -> dict | None:

        query = sql.SQL("SELECT {} FROM {} WHERE id = {} AND kind = {}").format(
            self._columns, self._table, sql.Placeholder("id"), sql.Literal("it's")
        )
        async with self._conn.cursor(row_factory=dict_row) as cur:
            await cur.execute(query, {"id": product_id})
            return await cur.fetchone()
"""


def test_statements_that_are_composed_are_worked_out(project: Project) -> None:
    text = written(project, COMPOSED)

    assert "skip" not in text
    assert 'where={"id": 102, "kind": "it\'s"}' in text
    assert ".products" in text
    assert re.search(r"assert result\[0\]\.as_string\(None\) == .SELECT count", text)
    names = re.findall(r"def (test_\w+)", text)
    assert len([one for one in names if "schema" in one]) == 1, names


ERRORS = """
import asyncpg


class Taken(Exception):
    pass


async def add(conn: asyncpg.Connection, name: str) -> int:
    try:
        return await conn.fetchval("INSERT INTO users (name) VALUES ($1) RETURNING id", name)
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != "users_name_key":
            raise
        raise Taken(name) from error


async def drop(conn: asyncpg.Connection, user_id: int) -> None:
    await conn.execute("DELETE FROM users WHERE id = $1", user_id)
"""


def test_errors_that_take_one_way_make_one_test(project: Project) -> None:
    text = written(project, ERRORS, driver="asyncpg")

    names = re.findall(r"def test_(\w+)", text)
    assert [one for one in names if one.startswith("drop_when")] == [
        "drop_when_database_fails_raises_postgres_error"
    ]
    assert "add_when_unique_violation_of_users_name_key_raises_taken" in names
    raised = [one for one in names if one.startswith("add_when")]
    assert len(raised) <= 4, raised
    assert any("foreign_key_violation" in one for one in raised), (
        "an error that is nearly the one that is caught"
    )


MYSQL = """
from decimal import Decimal

import aiomysql
import pymysql
from pymysql.constants import ER


class Exists(Exception):
    pass


async def create(pool: aiomysql.Pool, number: str) -> int:
    async with pool.acquire() as conn, conn.cursor() as cur:
        try:
            await cur.execute("INSERT INTO invoices (number) VALUES (%s)", (number,))
        except pymysql.err.IntegrityError as error:
            if error.args[0] == ER.DUP_ENTRY:
                raise Exists(number) from error
            raise
        return cur.lastrowid


async def export(pool: aiomysql.Pool):
    async with pool.acquire() as conn, conn.cursor(aiomysql.SSDictCursor) as cur:
        await cur.execute("SELECT number, total, paid_at FROM invoices ORDER BY id")
        while rows := await cur.fetchmany(100):
            for row in rows:
                yield row


async def unpaid(pool: aiomysql.Pool, *customer_ids: int) -> list:
    marks = ", ".join(["%s"] * len(customer_ids))
    query = "SELECT number FROM invoices" + (f" WHERE customer_id IN ({marks})" if customer_ids else "")
    async with pool.acquire() as conn, conn.cursor() as cur:
        await cur.execute(query, customer_ids)
        return list(await cur.fetchall())
"""
INVOICES = """CREATE TABLE invoices (
    id INT AUTO_INCREMENT PRIMARY KEY, -- a key, a number
    number VARCHAR(20) NOT NULL, total DECIMAL(12, 2) NOT NULL, paid_at DATETIME NULL,
    UNIQUE KEY uq (number)
);"""


def test_cursors_and_error_numbers_of_mysql_are_known(project: Project) -> None:
    text = written(project, MYSQL, driver="aiomysql", schema=INVOICES)

    assert "test_create_when_unique_violation_raises_exists" in text
    assert re.search(r"result == \[\s*\{", text), "rows of a DictCursor are dictionaries"
    assert re.search(r'"total": Decimal\("[\d.]+"\)', text)
    assert "tzinfo" not in text
    assert re.search(r"unpaid\(pool, \d+, \d+\)", text)


QUEUE = """
import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import asyncpg


class Job(NamedTuple):
    id: int
    kind: str
    attempts: int
    payload: dict

    @classmethod
    def of(cls, record: asyncpg.Record) -> "Job":
        return cls(**{name: record[name] for name in cls._fields})


class Queue:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.wakeup = asyncio.Event()

    async def claim(self) -> Job | None:
        record = await self.pool.fetchrow(
            "UPDATE jobs SET state = 'running' WHERE state = 'queued' RETURNING id, kind, attempts, payload"
        )
        return Job.of(record) if record else None

    async def finish(self, job_id: int) -> bool:
        return await self.pool.execute("UPDATE jobs SET state = 'done' WHERE id = $1", job_id) == "UPDATE 1"

    async def work(self, handler: Callable[[Job], Awaitable[None]]) -> int:
        done = 0
        while (job := await self.claim()) is not None:
            try:
                await handler(job)
            except Exception:
                continue
            await self.finish(job.id)
            done += 1
        return done

    def woken(self, conn, pid, channel, payload) -> None:
        self.wakeup.set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Event]:
        async with self.pool.acquire() as conn:
            await conn.add_listener("jobs", self.woken)
            yield self.wakeup
            await conn.remove_listener("jobs", self.woken)


async def prepare(conn: asyncpg.Connection) -> None:
    await conn.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


async def counts(conn: asyncpg.Connection) -> dict[str, int]:
    return {row["state"]: row["n"] for row in await conn.fetch("SELECT state, count(*) AS n FROM jobs GROUP BY state")}
"""


@pytest.fixture
def queue(project: Project) -> str:
    """The tests of a queue of jobs."""
    return written(project, QUEUE, driver="asyncpg")


def test_a_loop_that_ends_when_nothing_is_left_is_gone_through(queue: str) -> None:
    work = queue[queue.index("def test_work_returns_int") :].partition("\n\n\n")[0]
    assert "assert result == 2" in work
    assert "handler.await_args_list" in work


def test_an_event_of_the_object_keeps_no_method_from_its_tests(queue: str) -> None:
    assert "skip" not in queue
    assert "test_finish_returns_true" in queue
    assert "test_finish_with_nothing_changed_returns_false" in queue


def test_rows_have_the_types_of_what_they_become(queue: str) -> None:
    claim = queue[queue.index("def test_claim_returns_job") :].partition("\n\n\n")[0]
    assert re.search(r'"attempts": \d+', claim)
    assert re.search(r'"payload": \{', claim)
    assert re.search(r'"n": \d+', queue)


def test_what_a_connection_keeps_is_asserted(queue: str) -> None:
    assert re.search(r'conn\.codecs == \{\s*\("pg_catalog", "jsonb"\): \{\s*"encoder": json\.dumps', queue)
    assert 'assert conn.listeners == [("jobs", queue.woken)]' in queue
    assert "assert conn.listeners == []" in queue


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('conn.add_listener("jobs"', 'conn.add_listener("job"'),
        ('await conn.remove_listener("jobs", self.woken)', "pass"),
        ("encoder=json.dumps", "encoder=str"),
        ("done += 1", "done += 2"),
        ('== "UPDATE 1"', '!= "UPDATE 1"'),
        ("except Exception", "except KeyError"),
    ],
)
def test_bugs_in_the_queue_are_noticed(project: Project, before: str, after: str) -> None:
    written(project, QUEUE, driver="asyncpg")
    assert before in QUEUE
    project.write("src/store.py", QUEUE.replace(before, after, 1))

    assert project.pytest("tests").code == 1


COPIES = """
from collections.abc import AsyncIterator

from psycopg_pool import AsyncConnectionPool


async def load(pool: AsyncConnectionPool, rows: list[tuple[str, int]]) -> int:
    async with pool.connection() as conn, conn.cursor() as cur:
        async with cur.copy("COPY products (sku, stock) FROM STDIN") as copy:
            for row in rows:
                await copy.write_row(row)
        return cur.rowcount


async def dump(pool: AsyncConnectionPool) -> AsyncIterator[bytes]:
    async with pool.connection() as conn, conn.cursor() as cur:
        async with cur.copy("COPY products TO STDOUT (FORMAT csv)") as copy:
            async for block in copy:
                yield bytes(block)


async def add_many(pool: AsyncConnectionPool, names: list[str]) -> list[int]:
    found = []
    async with pool.connection() as conn, conn.cursor() as cur:
        await cur.executemany(
            "INSERT INTO users (name) VALUES (%s) RETURNING id", [(one,) for one in names], returning=True
        )
        while True:
            found.append((await cur.fetchone())[0])
            if not cur.nextset():
                return found
"""


def test_copies_and_batches_that_return_are_followed(project: Project) -> None:
    text = written(project, COPIES)

    assert "COPY products (sku, stock) FROM STDIN" in text
    dump = text[text.index("def test_dump_returns_list") :].partition("\n\n\n")[0]
    assert "conn.copy_return = [" in dump
    assert re.search(r"assert result == \[\s*b", dump)
    assert "test_add_many_with_one_item_in_names_returns_list" in text


LOST = """
import asyncpg


async def save(conn: asyncpg.Connection, name: str) -> str:
    try:
        await conn.execute("INSERT INTO users (name) VALUES ($1)", name)
    except asyncpg.UniqueViolationError as error:
        return f"{error.__traceback__}"
    return "saved"
"""


def test_a_way_that_cannot_be_followed_is_skipped_with_its_reason(project: Project) -> None:
    text = written(project, LOST, driver="asyncpg")

    assert 'result == "saved"' in text
    skips = re.findall(r"reason=\"cannot be told by parsing: ([^\"]+)\"", text)
    assert skips == ["__traceback__ is not followed"]
