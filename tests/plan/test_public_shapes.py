"""Shapes that public applications have, each once told wrongly."""

from __future__ import annotations

from tests.plan.conftest import Project


def test_connection_behind_a_property_of_a_base_is_the_constructors_argument(project: Project) -> None:
    project.write("db/__init__.py", "")
    project.write(
        "db/base.py",
        "class Base:\n    def __init__(self, conn):\n        self._conn = conn\n\n"
        "    @property\n    def connection(self):\n        return self._conn\n",
    )
    planned = project.plan(
        "from db.base import Base\n\n\nclass Users(Base):\n    async def clear(self):\n"
        "        await self.connection.execute('DELETE FROM users')\n",
        "db/users.py",
    )
    assert planned.function("Users.clear")["seam"] == "constructor argument conn"


def test_subquery_keeps_its_parameter_to_itself(project: Project) -> None:
    planned = project.plan(
        "async def drop(conn, name):\n    await conn.execute(\n"
        "        'DELETE FROM favourites WHERE user_id = (SELECT id FROM users WHERE name = $1)', name)\n"
    )
    assert planned.statements("drop") == [
        (
            "DELETE",
            ["favourites", "users"],
            [("where", "user_id", "(select id from users where name = name)"), ("where", "name", "name")],
        )
    ]


def test_what_comes_after_a_return_is_on_its_other_side(project: Project) -> None:
    planned = project.plan(
        "async def find(conn, key):\n    row = await conn.fetchrow('SELECT a FROM b WHERE id = $1', key)\n"
        "    if row:\n        return row\n    raise LookupError(key)\n"
    )
    raised = planned.function("find")["raises"][0]
    assert (raised["exception"], raised["condition"]) == ("LookupError", "not row")
    assert "test_find_raises_lookup_error_without_row" in planned.cases


def test_statement_that_a_helper_builds_is_read(project: Project) -> None:
    planned = project.plan(
        "from sqlalchemy import select\n\nfrom src.models import User\n\n\nclass Users:\n"
        "    async def get(self, session, key):\n"
        "        return await session.scalar(self._visible().where(User.id == key))\n\n"
        "    def _visible(self):\n        return select(User).where(User.deleted_at.is_(None))\n",
        "src/users.py",
    )
    assert planned.statements("Users.get") == [
        ("SELECT", ["User"], [("where", "User.deleted_at", "None"), ("where", "User.id", "key")])
    ]


def test_model_that_is_named_through_an_object_is_the_table(project: Project) -> None:
    planned = project.plan(
        "import sqlalchemy as sa\n\n\nasync def rename(db, session, key, values):\n"
        "    await session.execute(sa.update(db.User).where(db.User.id == key).values(**values))\n"
    )
    statement = planned.function("rename")["statements"][0]
    assert (statement["verb"], statement["tables"], statement["complete"]) == ("UPDATE", ["db.User"], False)


def test_session_that_is_entered_from_a_factory_is_patched_there(project: Project) -> None:
    planned = project.plan(
        "from sqlalchemy import delete\n\nfrom core.db import session_factory\nfrom src.models import User\n\n\n"
        "async def clear():\n    async with session_factory() as write_session:\n"
        "        await write_session.execute(delete(User))\n"
    )
    assert planned.function("clear")["seam"] == "patched session_factory"
    assert planned.statements("clear") == [("DELETE", ["User"], [])]


def test_status_is_that_of_the_errors_class_and_of_helpers(project: Project) -> None:
    planned = project.plan(
        "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\nclass Gone(Exception):\n"
        "    def __init__(self, message='gone', status_code=410):\n        super().__init__(message)\n\n\n"
        "async def get_or_gone(items, key):\n    if key not in items:\n        raise Gone()\n"
        "    return items[key]\n\n\n"
        "@router.get('/{key}')\nasync def one(key: str, items: Items):\n    return await get_or_gone(items, key)\n"
    )
    assert planned.function("one")["route"]["statuses"] == [410, 422]


def test_dependency_of_litestar_is_known_by_its_name(project: Project) -> None:
    planned = project.plan(
        "from litestar import post\n\n\n@post('/users')\nasync def add(data: NewUser, users: Users) -> User:\n"
        "    return await users.add(data)\n"
    )
    route = planned.function("add")["route"]
    assert [(one["name"], one["place"]) for one in route["given"]] == [
        ("data", "body"),
        ("users", "dependency"),
    ]
    assert planned.function("add")["seam"] == "dependency override of users"


def test_guard_is_known_by_the_parameter_it_gives(project: Project) -> None:
    planned = project.plan(
        "from typing import Annotated\n\nfrom fastapi import APIRouter, Depends\n\nrouter = APIRouter()\n"
        "_Read = Authenticator(scopes={'read'})\nReader = Annotated[Subject, Depends(_Read)]\n\n\n"
        "@router.get('/')\nasync def everything(auth_subject: Reader):\n    return []\n"
    )
    assert planned.function("everything")["route"]["auth"] == ["Depends(_Read)"]


def test_client_that_the_function_makes_itself_is_a_collaborator(project: Project) -> None:
    planned = project.plan(
        "from app import clients\n\n\nasync def emit(event):\n"
        "    async with clients.Events() as events:\n        await events.emit(event)\n"
    )
    found = planned.function("emit")["collaborators"]
    assert [(one["name"], one["calls"]) for one in found] == [("Events", ["emit"])]


def test_session_of_something_else_than_a_database_sends_nothing(project: Project) -> None:
    planned = project.plan(
        "class Fetcher:\n    def __init__(self, session):\n        self._session = session\n\n"
        "    async def manifest(self, url):\n        async with self._session.get(url) as response:\n"
        "            return await response.json()\n\n"
        "    async def stop(self):\n        await self._session.close()\n"
    )
    assert [one["calls"] for one in planned.data["functions"]] == [[], []]
    assert {one["layer"] for one in planned.data["functions"]} <= {"service", ""}
