"""A planted bug in SQL is still SQL: a real server plans every statement of the examples with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import aiomysql
import asyncpg
import pytest
from async_testing.mutants import operators, registry
from async_testing.mutants.literals import HOLE, Literal
from async_testing.mutants.making import Mutant, mutants, read_sources
from async_testing.mutants.source import Source
from async_testing.replaying.servers import NoServer

from tests.contract.server import embedded_postgres, private_mariadb

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SQL = [operator for operator in registry.load(operators) if operator.name.startswith("sql-")]
HOLES = {
    "assignments": "name = $2",
    "marks": "%s, %s",
    '" AND ".join(conditions)': "name = $3",
    '" OR ".join(conditions)': "name = $3",
    "len(parameters) - 1": "1",
    "len(parameters)": "2",
    "low": "AND stock < reorder_at",
}
"""What stands in an f-string where the examples put a text together."""
MORE = """
async def fetch(c, a, b, d):
    await c.fetch("SELECT u.name AS who, r.name AS role FROM users u JOIN user_roles ON user_id = u.id "
                  "JOIN roles r ON r.id = role_id WHERE r.scope = $1 AND u.status <> 'inactive' "
                  "ORDER BY u.name NULLS LAST, r.name DESC LIMIT $2 OFFSET $3", a, b, d)
    await c.fetch("SELECT status, count(DISTINCT name) AS n FROM users WHERE created_at > $1 GROUP BY status "
                  "HAVING count(*) > $2 ORDER BY 1", a, b)
    await c.fetch("WITH old AS (SELECT id, name FROM users WHERE updated_at < $1 FOR UPDATE) "
                  "SELECT name FROM old UNION SELECT name FROM roles WHERE scope = $2", a, b)
    await c.fetch("SELECT id FROM users WHERE id IN (SELECT user_id FROM user_roles WHERE role_id = $1) "
                  "OR NOT EXISTS (SELECT 1 FROM roles WHERE scope = lower($2))", a, b)
    await c.execute("INSERT INTO user_roles (user_id, role_id) SELECT id, $1 FROM users WHERE email = $2 "
                    "ON CONFLICT (user_id, role_id) DO UPDATE SET assigned_by = EXCLUDED.assigned_by", a, b)
    await c.execute("UPDATE users SET name = $2, status = 'approved', cpf = NULL WHERE id = $1 AND email ILIKE $3",
                    a, b, d)
    await c.fetch("SELECT DISTINCT ON (status) status, name FROM users ORDER BY status, created_at - interval '1 day'")
    await c.execute("DELETE FROM roles USING user_roles WHERE id = role_id AND user_id = ANY($1::int[])", a)
"""
"""Statements of more kinds than the examples of PostgreSQL have, on the tables of `users`."""


def statements(source: Source) -> dict[str, int]:
    """Return the whole statements of a file and how often each is there."""
    found: dict[str, int] = {}
    for node, blocks in source.statements.items():
        if any(block.is_outermost and block.verb != "FRAGMENT" for block in blocks):
            text = _filled(blocks[0].literal, node, source)
            found[text] = found.get(text, 0) + 1
    return found


def _filled(literal: Literal, node: ast.AST, source: Source) -> str:
    """Return the text of a literal with something in the place of each hole."""
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    holes = (source.code(part.value) for part in parts if isinstance(part, ast.FormattedValue))
    return re.sub(HOLE, lambda _: HOLES[next(holes)], literal.text)


def planted(example: str) -> Iterator[tuple[Mutant, str]]:
    """Yield each bug in the SQL of an example, with the statement that it makes."""
    sources = read_sources(EXAMPLES / example, "src")
    if example == "users":
        sources.append(Source("more.py", MORE, sources[0].schema))
    for source in sources:
        before = statements(source)
        for mutant in mutants([source], SQL):
            changed = Source(mutant.path, mutant.text, source.schema)
            for text, count in statements(changed).items():
                if count > before.get(text, 0):
                    yield mutant, text


@pytest.mark.asyncio
async def test_postgresql_plans_every_one() -> None:
    refused, count = [], 0
    with embedded_postgres() as dsn:
        connection = await asyncpg.connect(dsn)
        for example in ("users", "warehouse"):
            await connection.execute((EXAMPLES / example / "schema.sql").read_text())
            for mutant, text in planted(example):
                count += 1
                try:
                    await connection.execute(f"EXPLAIN (GENERIC_PLAN) {text}")
                except asyncpg.PostgresError as error:
                    refused.append(f"{mutant.operator} {mutant.line}: {error}\n{text}")
        await connection.close()
    assert not refused, f"{len(refused)} of {count}\n" + "\n".join(refused)
    assert count > 200


@pytest.mark.asyncio
async def test_mariadb_prepares_every_one() -> None:
    refused, count = [], 0
    try:
        with private_mariadb() as dsn:
            socket = urlsplit(dsn).query.partition("=")[2]
            connection = await aiomysql.connect(unix_socket=socket, user="root", autocommit=True)
            cursor = await connection.cursor()
            await cursor.execute("CREATE DATABASE bank")
            await connection.select_db("bank")
            for statement in (EXAMPLES / "bank" / "schema.sql").read_text().split(";")[:-1]:
                await cursor.execute(statement)
            for mutant, text in planted("bank"):
                count += 1
                try:
                    await cursor.execute("PREPARE planted FROM %s", (text.replace("%s", "?"),))
                except aiomysql.Error as error:
                    refused.append(f"{mutant.operator} {mutant.line}: {error}\n{text}")
            connection.close()
    except NoServer as error:
        pytest.skip(str(error))
    assert not refused, f"{len(refused)} of {count}\n" + "\n".join(refused)
    assert count > 50
