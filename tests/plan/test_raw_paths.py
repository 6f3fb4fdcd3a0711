"""Paths of modules that talk to a driver themselves, and which test takes which."""

from __future__ import annotations

from tests.plan.conftest import Project

MODULE = """
import asyncpg


class Taken(Exception):
    pass


class Queue:
    def __init__(self, conn: asyncpg.Connection) -> None:
        self.conn = conn

    async def enqueue(self, kind: str) -> int:
        async with self.conn.transaction():
            try:
                job_id = await self.conn.fetchval("INSERT INTO jobs (kind) VALUES ($1) RETURNING id", kind)
            except asyncpg.UniqueViolationError as error:
                if error.constraint_name != "jobs_key":
                    raise
                raise Taken(kind) from error
            await self.conn.execute("INSERT INTO log (job_id) VALUES ($1)", job_id)
        return job_id

    async def finish(self, job_id: int) -> bool:
        return await self.conn.execute("UPDATE jobs SET state = 'done' WHERE id = $1", job_id) == "UPDATE 1"

    async def first(self, n: int) -> list[dict]:
        async with self.conn.transaction():
            cur = await self.conn.cursor("SELECT id FROM jobs WHERE state = $1", "failed")
            return [dict(one) for one in await cur.fetch(n)]

    async def attempts(self, ids: list[int]) -> list[int]:
        stmt = await self.conn.prepare("SELECT attempts FROM jobs WHERE id = $1")
        return [await stmt.fetchval(one) for one in ids]
"""
COPYING = """
from psycopg import AsyncConnection


async def load(conn: AsyncConnection, rows: list[tuple]) -> None:
    async with conn.cursor() as cur:
        async with cur.copy("COPY products (sku, stock) FROM STDIN") as copy:
            for row in rows:
                await copy.write_row(row)
"""
TESTS = """
import pytest

from {module} import Queue


async def test_enqueue_returns_int() -> None:
    conn = FakeConnection()
    assert await Queue(conn).enqueue("a") == 1
    assert conn.committed == conn.calls
"""


def test_queries_of_cursors_and_prepared_statements_are_told_once(project: Project) -> None:
    plan = project.plan(MODULE, "src/queue.py")

    assert [one[:2] for one in plan.statements("Queue.first")] == [("SELECT", ["jobs"])]
    assert [one[:2] for one in plan.statements("Queue.attempts")] == [("SELECT", ["jobs"])]


def test_a_copy_is_a_statement(project: Project) -> None:
    plan = project.plan(COPYING, "src/load.py")

    assert [one[:2] for one in plan.statements("load")] == [("COPY", ["products"])]
    assert "test_load_copies_products" in plan.cases


def test_errors_of_other_constraints_and_the_other_answer_are_paths(project: Project) -> None:
    cases = project.plan(MODULE, "src/queue.py").cases

    assert "test_enqueue_maps_unique_violation_error_to_taken" in cases
    assert "test_enqueue_passes_on_unique_violation_error" in cases
    assert "test_finish_returns_false" in cases


def test_a_test_in_which_nothing_fails_shows_no_rollback(project: Project) -> None:
    project.write("tests/test_queue.py", TESTS.format(module="src.queue"))

    cases = project.plan(MODULE, "src/queue.py").cases

    assert cases["test_enqueue_commits"].endswith("test_enqueue_returns_int")
    assert cases["test_enqueue_rolls_back"] == ""


def test_a_class_of_the_same_name_elsewhere_covers_nothing(project: Project) -> None:
    project.write("tests/test_queue.py", TESTS.format(module="other.line"))

    assert not any(project.plan(MODULE, "src/queue.py").cases.values())
    assert any(project.plan(MODULE, "other/line.py").cases.values())


def test_a_class_that_its_package_hands_on_is_covered(project: Project) -> None:
    project.write("src/__init__.py", "from src.queue import Queue\n")
    project.write("tests/test_queue.py", TESTS.format(module="src"))

    assert any(project.plan(MODULE, "src/queue.py").cases.values())
