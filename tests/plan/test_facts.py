"""The facts of functions: statements however they are put together, calls, errors, collaborators, seams."""

from __future__ import annotations

import pytest

from tests.plan.conftest import Project

FORMS = {
    "literal": 'await self.db.fetch("SELECT id FROM users WHERE email = $1", email)',
    "constant": "await self.db.fetch(QUERY, email)",
    "class constant": "await self.db.fetch(self.QUERY, email)",
    "imported constant": "await self.db.fetch(queries.BY_EMAIL, email)",
    "f-string": 'await self.db.fetch(f"SELECT id FROM {TABLE} WHERE email = $1", email)',
    "format": 'await self.db.fetch("SELECT id FROM {} WHERE email = $1".format(TABLE), email)',
    "named format": 'await self.db.fetch("SELECT id FROM {table} WHERE email = $1".format(table=TABLE), email)',
    "concatenation": 'await self.db.fetch("SELECT id " + "FROM users " + "WHERE email = $1", email)',
    "variable": 'query = "SELECT id FROM users WHERE email = $1"\n        await self.db.fetch(query, email)',
    "join": 'await self.db.fetch(" ".join(["SELECT id FROM users", "WHERE email = $1"]), email)',
    "sequence": 'await self.db.fetch("SELECT id FROM users WHERE email = %s", (email,))',
    "mapping": 'await self.db.fetch("SELECT id FROM users WHERE email = :email", {"email": email})',
    "text": 'await self.db.execute(text("SELECT id FROM users WHERE email = :email"), dict(email=email))',
}
DAO = """
from sqlalchemy import text

from src import queries

TABLE = "users"
QUERY = "SELECT id FROM users WHERE email = $1"


class UserRepository:
    QUERY = "SELECT id FROM users WHERE email = $1"

    def __init__(self, db):
        self.db = db

    async def find(self, email: str) -> int:
        {}
"""


@pytest.mark.parametrize("form", FORMS)
def test_statement_is_read_however_it_is_put_together(project: Project, form: str) -> None:
    project.write("src/__init__.py", "")
    project.write("src/queries.py", 'BY_EMAIL = "SELECT id FROM users WHERE email = $1"\n')
    planned = project.plan(DAO.format(FORMS[form]), "src/repository.py")
    assert planned.statements("UserRepository.find") == [("SELECT", ["users"], [("where", "email", "email")])]
    assert planned.function("UserRepository.find")["statements"][0]["complete"]
    assert planned.function("UserRepository.find")["layer"] == "dao"
    assert planned.function("UserRepository.find")["seam"] == "constructor argument db"


def test_statement_of_which_a_part_is_only_known_at_run_time_says_so(project: Project) -> None:
    planned = project.plan(
        "async def find(conn, where):\n    return await conn.fetch(f'SELECT id FROM users WHERE {where}', 1)\n"
    )
    statement = planned.function("find")["statements"][0]
    assert (statement["verb"], statement["complete"]) == ("SELECT", False)
    assert statement["text"] == "SELECT id FROM users WHERE {where}"


def test_columns_are_matched_with_parameters_in_order(project: Project) -> None:
    planned = project.plan(
        "async def save(conn, user, now):\n"
        "    await conn.execute(\n"
        "        'INSERT INTO users (name, email, created_at) VALUES ($2, lower($1), now())', user.email, user.name)\n"
        "    await conn.execute('UPDATE users SET seen = $1, hits = hits + 1 WHERE id = $2', now, user.id)\n"
        "    await conn.execute('DELETE FROM tokens WHERE user_id = ANY($1) AND used IS NOT NULL', [user.id])\n"
    )
    assert planned.statements("save") == [
        (
            "INSERT",
            ["users"],
            [
                ("values", "name", "user.name"),
                ("values", "email", "lower(user.email)"),
                ("values", "created_at", "now()"),
            ],
        ),
        (
            "UPDATE",
            ["users"],
            [("set", "seen", "now"), ("set", "hits", "hits + 1"), ("where", "id", "user.id")],
        ),
        ("DELETE", ["tokens"], [("where", "user_id", "any(user.id)"), ("where", "used", "null")]),
    ]


def test_query_files_are_read(project: Project) -> None:
    project.write("db/__init__.py", "")
    project.write(
        "db/sql/users.sql",
        "-- name: get-user-by-email^\nSELECT id FROM users WHERE email = :email;\n\n"
        "-- name: delete_user!\nDELETE FROM users WHERE id = :id;\n",
    )
    project.write(
        "db/queries.py",
        "import pathlib\n\nimport aiosql\n\n"
        "queries = aiosql.from_path(pathlib.Path(__file__).parent / 'sql', 'asyncpg')\n",
    )
    planned = project.plan(
        "from db.queries import queries\n\n\nclass Repo:\n    def __init__(self, conn):\n        self._conn = conn\n\n"
        "    async def get(self, address: str):\n"
        "        return await queries.get_user_by_email(self._conn, email=address)\n",
        "db/repo.py",
    )
    assert planned.statements("Repo.get") == [("SELECT", ["users"], [("where", "email", "address")])]
    assert planned.function("Repo.get")["statements"][0]["form"] == "query file"


def test_statements_of_sqlalchemy_are_read(project: Project) -> None:
    planned = project.plan(
        "from sqlalchemy import select, update\nfrom sqlalchemy.ext.asyncio import AsyncSession\n\n"
        "from src.models import User\n\n\n"
        "class UserRepository:\n    def __init__(self, session: AsyncSession) -> None:\n"
        "        self.session = session\n\n"
        "    async def search(self, name: str | None, limit: int) -> list[User]:\n"
        "        query = select(User).where(User.active.is_(True))\n"
        "        if name:\n            query = query.where(User.name == name)\n"
        "        return (await self.session.scalars(query.limit(limit))).all()\n\n"
        "    async def rename(self, user_id: int, name: str) -> None:\n"
        "        await self.session.execute(update(User).where(User.id == user_id).values(name=name))\n\n"
        "    async def get(self, user_id: int) -> User | None:\n"
        "        return await self.session.get(User, user_id)\n\n"
        "    async def add(self, name: str) -> None:\n"
        "        user = User(name=name)\n        self.session.add(user)\n        await self.session.commit()\n",
        "src/users.py",
    )
    assert planned.statements("UserRepository.search") == [
        (
            "SELECT",
            ["User"],
            [("where", "User.active", "True"), ("where", "User.name", "name"), ("limit", "", "limit")],
        )
    ]
    assert planned.statements("UserRepository.rename") == [
        ("UPDATE", ["User"], [("where", "User.id", "user_id"), ("set", "name", "name")])
    ]
    assert planned.statements("UserRepository.get") == [
        ("SELECT", ["User"], [("where", "primary key", "user_id")])
    ]
    assert planned.statements("UserRepository.add") == [("INSERT", ["User"], [("values", "name", "name")])]
    calls = planned.function("UserRepository.add")["calls"]
    assert [(one["method"], one["awaited"]) for one in calls] == [("add", False), ("commit", True)]
    assert planned.function("UserRepository.search")["collaborators"] == []


def test_calls_tell_transaction_batch_loop_and_helper(project: Project) -> None:
    planned = project.plan(
        "class Dao:\n    def __init__(self, pool):\n        self.pool = pool\n\n"
        "    async def sync(self, items):\n"
        "        async with self.pool.acquire() as conn, conn.transaction():\n"
        "            await conn.executemany('INSERT INTO a (b) VALUES ($1)', [(item.b,) for item in items])\n"
        "            for item in items:\n                await self._touch(conn, item)\n\n"
        "    async def _touch(self, conn, item):\n"
        "        await conn.execute('UPDATE a SET c = $1', item.c)\n"
    )
    calls = planned.function("Dao.sync")["calls"]
    assert [
        (one["method"], bool(one["transaction"]), one["batch"], one["loop"], one["via"]) for one in calls
    ] == [
        ("acquire", False, False, False, ""),
        ("transaction", False, False, False, ""),
        ("executemany", True, True, False, ""),
        ("execute", True, False, True, "_touch"),
    ]
    assert planned.statements("Dao.sync")[0] == ("INSERT", ["a"], [("values", "b", "item.b")])
    assert planned.function("Dao.sync")["seam"] == "constructor argument pool"


SEAMS = {
    "argument conn": "async def f(conn):\n    await conn.execute('SELECT 1')\n",
    "patched pool": "from src.db import pool\n\n\nasync def f():\n    async with pool.acquire() as conn:\n"
    "        await conn.execute('SELECT 1')\n",
    "patched get_connection": "from src.db import get_connection\n\n\nasync def f():\n"
    "    async with get_connection() as conn:\n        await conn.execute('SELECT 1')\n",
    "patched notify": "from src.mail import notify\n\n\nasync def f():\n    await notify('a')\n",
    "__wrapped__ of @connected": "import functools\n\n\ndef connected(method):\n    @functools.wraps(method)\n"
    "    async def inner(*args):\n        return await method(None, *args)\n\n    return inner\n\n\n"
    "@connected\nasync def f(conn):\n    await conn.execute('SELECT 1')\n",
    "dependency override of get_db": "from fastapi import APIRouter, Depends\n\nrouter = APIRouter()\n\n\n"
    "def get_db():\n    yield None\n\n\n@router.get('/a')\nasync def f(db=Depends(get_db)):\n"
    "    await db.execute('SELECT 1')\n",
    "container override of FromDishka[Users]": "from dishka.integrations.fastapi import FromDishka\n\n\n"
    "async def f(users: FromDishka[Users]):\n    return await users.all()\n",
    "container override of Provide[Container.users]": "from dependency_injector.wiring import Provide, inject\n\n\n"
    "@inject\nasync def f(users: Users = Provide[Container.users]):\n    return await users.all()\n",
}


@pytest.mark.parametrize("seam", SEAMS)
def test_seam_is_told(project: Project, seam: str) -> None:
    assert project.plan(SEAMS[seam]).function("f")["seam"] == seam


@pytest.mark.parametrize("attribute", ["connection", "db", "_conn", "session", "_pool"])
def test_connection_that_the_constructor_is_given_is_the_seam(project: Project, attribute: str) -> None:
    planned = project.plan(
        f"class Dao:\n    def __init__(self, given):\n        self.{attribute} = given\n\n"
        f"    async def f(self):\n        await self.{attribute}.execute('DELETE FROM a')\n"
    )
    assert planned.function("Dao.f")["seam"] == "constructor argument given"


def test_errors_are_told_with_condition_status_and_what_becomes_of_caught_ones(project: Project) -> None:
    planned = project.plan(
        "import asyncpg\n\n\nclass NotFound(Exception):\n    status_code = 404\n\n\n"
        "class Dao:\n    def __init__(self, conn):\n        self.conn = conn\n\n"
        "    async def get(self, key):\n"
        "        try:\n            row = await self.conn.fetchrow('SELECT a FROM b WHERE id = $1', key)\n"
        "        except asyncpg.UniqueViolationError as error:\n            raise Conflict(409, 'taken') from error\n"
        "        except asyncpg.PostgresError:\n            log()\n            raise\n"
        "        except OSError:\n            return None\n"
        "        if row is None:\n            raise NotFound(key)\n        return row\n"
    )
    function = planned.function("Dao.get")
    assert [(one["exception"], one["status"], one["condition"]) for one in function["raises"]] == [
        ("NotFound", 404, "row is None")
    ]
    assert [
        (one["catches"], one["outcome"], one["raises"], one["status"]) for one in function["mappings"]
    ] == [
        (["asyncpg.UniqueViolationError"], "raises", "Conflict", 409),
        (["asyncpg.PostgresError"], "reraised", "", None),
        (["OSError"], "returns", "None", None),
    ]
    assert "test_get_raises_404_when_row_is_none" in planned.cases


def test_error_mapping_of_a_context_manager_of_another_module_counts(users: Project) -> None:
    result = users.run("--output-format", "json", "src/domain/dal/dao/user.py")
    create = next(one for one in result.data["functions"] if one["name"] == "UserDAO.create")
    assert [(one["catches"], one["raises"], one["via"]) for one in create["mappings"]] == [
        (["psqlpy.Error"], "DAOException.from_driver", "driver_errors")
    ]
    assert create["seam"] == "__wrapped__ of @DAL.connected"


def test_collaborators_tell_how_they_are_injected(project: Project) -> None:
    planned = project.plan(
        "from src.mail import send\n\n\nclass Service:\n    def __init__(self, *, users: Users, clock: Clock):\n"
        "        self._users = users\n        self._clock = clock\n        self._cache = Cache()\n\n"
        "    async def join(self, name):\n        user = await self._users.add(name, self._clock.now())\n"
        "        await self._cache.put(user)\n        await send(user)\n        return user\n",
        "src/service.py",
    )
    found = planned.function("Service.join")["collaborators"]
    assert [(one["name"], one["type"], one["injected"], one["calls"]) for one in found] == [
        ("self._clock", "Clock", "constructor argument clock", ["now"]),
        ("self._users", "Users", "constructor argument users", ["add"]),
        ("self._cache", "Cache", "made in the constructor: Cache()", ["put"]),
        ("send", "src.mail.send", "named in the code: patch send in this module", ["()"]),
    ]
    assert planned.function("Service.join")["layer"] == "service"


def test_protocols_private_and_abstract_functions_are_left_out(project: Project) -> None:
    planned = project.plan(
        "from typing import Protocol\n\n\nclass Users(Protocol):\n    async def add(self) -> None: ...\n\n\n"
        "class Base:\n    async def run(self):\n        raise NotImplementedError\n\n    async def _inner(self):\n"
        "        return 1\n\n    async def go(self):\n        return await self._inner()\n\n\nclass _Hidden:\n"
        "    def f(self):\n        return 1\n"
    )
    assert [one["name"] for one in planned.data["functions"]] == ["Base.go"]
