"""DAOs, services and models of public applications that were told wrongly: what they send, and with whom they work."""

from __future__ import annotations

from tests.plan.conftest import Project


def test_methods_of_a_table_build_statements(project: Project) -> None:
    project.write("app/__init__.py", "")
    project.write(
        "app/db.py", "from sqlalchemy import MetaData, Table\n\nnotes = Table('notes', MetaData())\n"
    )
    planned = project.plan(
        "from app.db import database, notes\n\n\nasync def put(key, title):\n"
        "    query = notes.update().where(key == notes.c.id).values(title=title).returning(notes.c.id)\n"
        "    return await database.execute(query=query)\n",
        "app/crud.py",
    )
    assert planned.statements("put") == [
        ("UPDATE", ["notes"], [("where", "notes.c.id", "key"), ("set", "title", "title")])
    ]


def test_query_of_a_session_grows_by_its_variable(project: Project) -> None:
    planned = project.plan(
        "from sqlalchemy import func\n\n\nclass Trees:\n    def __init__(self, db):\n        self.db = db\n\n"
        "    def count(self, lang, active):\n        found = self.db.query(Tree.state, func.count(Tree.id))\n"
        "        if lang:\n            found = found.join(Message).filter(Message.lang == lang)\n"
        "        if active:\n            found = found.filter(Tree.active)\n        return found.all()\n\n"
        "    def drop(self, key):\n        self.db.query(Tree).filter(Tree.id == key).delete()\n"
    )
    statement = planned.function("Trees.count")["statements"][0]
    assert (statement["verb"], statement["complete"]) == ("SELECT", False)
    assert planned.statements("Trees.count")[0][1:] == (
        ["Tree", "Message"],
        [("where", "Message.lang", "lang"), ("where", "Tree.active", "True")],
    )
    assert planned.statements("Trees.drop") == [("DELETE", ["Tree"], [("where", "Tree.id", "key")])]


def test_conditions_that_are_handed_in_leave_a_statement_open(project: Project) -> None:
    planned = project.plan(
        "from sqlalchemy import select\n\n\nasync def find(session, *given, **named):\n"
        "    return await session.scalar(select(User).filter(*given).filter_by(**named))\n"
    )
    function = planned.function("find")
    assert function["statements"][0]["complete"] is False
    assert function["starred"] == ["*given", "**named"]


def test_object_that_is_changed_before_it_is_added_is_updated(project: Project) -> None:
    planned = project.plan(
        "from sqlalchemy.ext.asyncio import AsyncSession\n\n\n"
        "async def rename(session: AsyncSession, user: User, name: str):\n    user.name = name\n"
        "    session.add(user)\n\n\n"
        "async def drop(session: AsyncSession, user: User):\n    user.set_deleted_at()\n"
        "    session.add(user)\n\n\n"
        "async def save(session: AsyncSession, user: User):\n    session.add(user)\n\n\n"
        "async def create(session: AsyncSession, name: str):\n    user = User(name=name)\n"
        "    session.add(user)\n"
    )
    assert planned.statements("rename") == [("UPDATE", ["User"], [("set", "name", "name")])]
    assert [planned.statements(one)[0][0] for one in ("drop", "save", "create")] == [
        "UPDATE",
        "INSERT",
        "INSERT",
    ]


def test_function_that_runs_its_work_in_a_transaction(project: Project) -> None:
    project.write("app/__init__.py", "")
    project.write(
        "app/db.py",
        "async def retried(connection, work):\n    while True:\n"
        "        async with connection.transaction(isolation='serializable'):\n"
        "            return await work()\n",
    )
    planned = project.plan(
        "from app.db import retried\n\n\nclass Orders:\n    def __init__(self, connection):\n"
        "        self._connection = connection\n\n    async def place(self, order):\n"
        "        return await retried(self._connection, lambda: self._place(order))\n\n"
        "    async def cancel_all(self):\n        return await retried(self._connection, self._cancel)\n\n"
        "    async def _place(self, order):\n"
        "        await self._connection.execute('INSERT INTO orders (a) VALUES ($1)', order)\n\n"
        "    async def _cancel(self):\n        await self._connection.execute('DELETE FROM orders')\n",
        "app/orders.py",
    )
    for name in ("place", "cancel_all"):
        found = planned.function(f"Orders.{name}")
        assert found["transactions"] == ["connection.transaction(isolation='serializable')"]
        assert [one["transaction"] for one in found["calls"]] == found["transactions"]
    assert "test_place_commits" in planned.cases


def test_decorator_that_is_a_class_begins_a_transaction_and_keeps_the_function(project: Project) -> None:
    project.write("app/__init__.py", "")
    project.write(
        "app/db.py",
        "from functools import wraps\n\n\nclass Transactional:\n    def __call__(self, function):\n"
        "        @wraps(function)\n        async def inner(*given):\n"
        "            return await function(*given)\n\n"
        "        return inner\n",
    )
    planned = project.plan(
        "from app.db import Transactional\n\n\nclass TaskController:\n    def __init__(self, tasks: Tasks):\n"
        "        self.tasks = tasks\n\n    @Transactional()\n    async def add(self, title: str):\n"
        "        return await self.tasks.create(title)\n",
        "app/tasks.py",
    )
    function = planned.function("TaskController.add")
    assert (function["seam"], function["transactions"]) == (
        "__wrapped__ of @Transactional",
        ["@Transactional()"],
    )
    assert function["layer"] == "service"


def test_attributes_and_methods_of_bases_that_are_not_here(project: Project) -> None:
    planned = project.plan(
        "from dataclasses import dataclass, field\n\nfrom elsewhere import RepositoryService\n\n\n"
        "class Roles(RepositoryService[Role]):\n    async def slug(self, name):\n"
        "        return await self.repository.get_available_slug(name)\n\n"
        "    async def recent(self):\n        return await self.list(limit=3)\n\n\n"
        "@dataclass\nclass Users:\n    connection: Connection\n"
        "    users: UserRepository = field(init=False)\n\n"
        "    def __post_init__(self):\n        self.users = UserRepository(self.connection)\n\n"
        "    async def one(self, key):\n        return await self.users.get(key)\n"
    )
    assert planned.function("Roles.slug")["seam"] == "attribute repository"
    recent = planned.function("Roles.recent")
    assert (recent["seam"], recent["collaborators"][0]["calls"]) == ("patched self.list", ["list"])
    assert planned.function("Users.one")["seam"] == "attribute users (set by __post_init__)"


def test_object_of_the_project_that_is_called_like_a_database(project: Project) -> None:
    project.write("app/__init__.py", "")
    project.write(
        "app/db.py", "class Database:\n    def __init__(self, chats):\n        self.chats = chats\n"
    )
    planned = project.plan(
        "from app.db import Database\n\n\nasync def top(db: Database):\n"
        "    return await db.chats.get_top()\n",
        "app/top.py",
    )
    found = planned.function("top")["collaborators"]
    assert [(one["name"], one["calls"]) for one in found] == [("db", ["chats.get_top"])]


def test_plain_function_works_with_the_dao_that_it_makes(project: Project) -> None:
    project.write("app/__init__.py", "")
    project.write(
        "app/repo.py", "class MessageRepository:\n    def __init__(self, db):\n        self.db = db\n"
    )
    planned = project.plan(
        "from app.repo import MessageRepository\n\n\ndef purge(db, user):\n"
        "    messages = MessageRepository(db)\n"
        "    messages.mark_deleted(user)\n",
        "app/purge.py",
    )
    found = planned.function("purge")["collaborators"]
    assert [(one["name"], one["calls"]) for one in found] == [("MessageRepository", ["mark_deleted"])]


def test_pydantic_1_takes_numbers_for_texts(project: Project) -> None:
    model = (
        "from pydantic import BaseModel\n\n\nclass User(BaseModel):\n"
        "    name: str\n    age: int\n    pair: tuple[str, int]\n"
    )
    assert project.plan(model).model("User")["name"]["invalid"] == [["type", "123"], ["none", "None"]]
    assert project.plan(model).model("User")["pair"]["valid"] == "['text', 1]"
    old = f"{model}\n    class Config:\n        orm_mode = True\n"
    assert project.plan(old).model("User")["name"]["invalid"] == [["none", "None"]]
    for pins in ("pydantic[email]==1.10.2\n", "fastapi==0.87.0\nuvicorn\n", 'pydantic = "^1.9"\n'):
        project.write("requirements.txt", pins)
        fields = project.plan(model).model("User")
        assert fields["name"]["invalid"] == [["none", "None"]]
        assert fields["age"]["invalid"] == [["type", "'no number'"], ["none", "None"]]
    project.write("requirements.txt", "pydantic==2.7\n")
    assert project.plan(old).model("User")["name"]["invalid"] == [["type", "123"], ["none", "None"]]


def test_statement_that_a_method_of_a_base_is_handed(project: Project) -> None:
    planned = project.plan(
        "from kit.repository import RepositoryBase\nfrom sqlalchemy import select\n\n\n"
        "class Keys(RepositoryBase[Key]):\n    async def one(self, key):\n"
        "        statement = self.get_base_statement(deleted=False).where(Key.id == key)\n"
        "        return await self.get_one_or_none(statement)\n\n"
        "    async def every(self):\n        return await self.get_all(select(Key))\n"
    )
    assert planned.statements("Keys.one") == [("SELECT", ["Key"], [("where", "Key.id", "key")])]
    assert planned.statements("Keys.every") == [("SELECT", ["Key"], [])]
    assert planned.function("Keys.one")["layer"] == "dao"


def test_objects_that_arguments_and_modules_give(project: Project) -> None:
    project.write("app/__init__.py", "")
    project.write("app/queueing.py", "def message_queue(key):\n    return Queue(key)\n")
    planned = project.plan(
        "from app import queueing\n\n\nasync def tell(stores, message):\n    store = stores.get('a')\n"
        "    await store.delete('b')\n    queue = queueing.message_queue(message.id)\n"
        "    await queue.enqueue(message)\n",
        "app/tell.py",
    )
    found = planned.function("tell")["collaborators"]
    assert [(one["name"], one["calls"]) for one in found] == [
        ("stores.get()", ["delete"]),
        ("queueing.message_queue()", ["enqueue"]),
    ]


def test_attribute_that_is_called_or_set_later(project: Project) -> None:
    planned = project.plan(
        "class Middleware:\n    def __init__(self, app):\n        self.app = app\n        self.backend = None\n\n"
        "    def init(self, backend: Backend):\n        self.backend = backend\n\n"
        "    async def __call__(self, scope):\n        await self.app(scope)\n\n"
        "    async def clear(self):\n        await self.backend.clear()\n"
    )
    called = planned.function("Middleware.__call__")
    assert (called["seam"], called["collaborators"][0]["calls"]) == ("constructor argument app", ["()"])
    assert planned.function("Middleware.clear")["seam"] == "attribute backend (set by init)"
