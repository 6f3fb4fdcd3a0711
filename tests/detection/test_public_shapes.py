"""Shapes that public repositories have and that a simpler detection gets wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from async_testing.project import choose_app, detect

Write = Callable[[Mapping[str, str | bytes]], Path]
IMPORT = "from fastapi import FastAPI\n"
FIXTURE = "import pytest\n@pytest.fixture\ndef database(): ...\n"


def chosen(root: Path) -> str:
    app = choose_app(detect(root))
    return f"{app.module}:{app.attribute}" if app else ""


def test_a_factorys_own_variable_is_not_the_modules(write: Write) -> None:
    factory = "def create_app():\n    app = FastAPI()\n    app.include_router(None)\n    return app\n"

    assert chosen(write({"main.py": IMPORT + factory + "app = create_app()\n"})) == "main:create_app"


def test_an_application_of_another_module_served_under_a_host_is_a_part(write: Write) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/links/__init__.py": "from .app import app\n",
        "shop/links/app.py": IMPORT + "app = FastAPI()\n",
        "shop/app.py": IMPORT
        + "from shop.links import app as links\n"
        + "def create_app():\n    app = FastAPI()\n    app.host('links', links)\n    return app\n",
    }

    assert chosen(write(files)) == "shop.app:create_app"


def test_an_application_held_by_another_object(write: Write) -> None:
    code = IMPORT + "from stac import Api\napi = Api(app=FastAPI(lifespan=print))\napp = api.app\n"

    found = detect(write({"main.py": code})).apps

    assert [(one.attribute, one.lifespan) for one in found] == [("app", True)]


def test_a_subclass_of_another_module(write: Write) -> None:
    files = {
        "base.py": IMPORT + "class Service(FastAPI):\n    pass\n",
        "main.py": "from base import Service\napplication = Service()\n",
    }

    assert chosen(write(files)) == "main:application"


def test_a_method_of_a_modules_object_is_a_dependency(write: Write) -> None:
    files = {
        "db.py": "class Database:\n    async def session(self):\n        yield self.session_\n"
        "    async def open(self):\n        async with pool.acquire() as conn:\n            yield conn\n"
        "database = Database()\n",
        "main.py": IMPORT
        + "from fastapi import Depends\nfrom db import database\napp = FastAPI()\n"
        + "@app.get('/')\ndef home(conn=Depends(database.open)): ...\n",
    }

    found = detect(write(files)).dependencies

    assert [(one.module, one.name, one.provides) for one in found] == [
        ("db", "database.open", "connection"),
    ]


def test_a_function_that_makes_dependencies_is_none(write: Write) -> None:
    files = {
        "main.py": IMPORT
        + "from typing import Callable\nfrom fastapi import Depends\nfrom asyncpg import Connection\n"
        + "def repository(kind) -> Callable[[Connection], object]:\n    return kind\n"
        + "app = FastAPI()\n@app.get('/')\ndef home(users=Depends(repository(int))): ...\n",
    }

    assert detect(write(files)).dependencies == ()


def test_the_only_tests_folder_counts_wherever_it_lies(write: Write) -> None:
    root = write({"main.py": IMPORT + "app = FastAPI()\n", "python/tests/conftest.py": FIXTURE})
    found = detect(root)
    assert (found.tests, [one.name for one in found.fixtures]) == ("python/tests", ["database"])

    (root / "ruby" / "tests").mkdir(parents=True)
    assert detect(root).tests == "tests"


def test_fixtures_of_a_module_that_the_configuration_loads(write: Write) -> None:
    options = "[pytest]\naddopts = -p no:asyncio -p checks.plugin -pchecks.other\n"
    other = FIXTURE.replace("database", "cache")

    root = write({"pytest.ini": options, "checks/plugin.py": FIXTURE, "checks/other.py": other})

    assert {one.name for one in detect(root).fixtures} == {"database", "cache"}


def test_marks_beside_the_code_tell_the_plugin_where_there_is_no_tests_folder(write: Write) -> None:
    marked = "import pytest\n@pytest.mark.anyio\nasync def test_a(): ...\n"

    assert detect(write({"app/users_test.py": marked})).pytest.plugin == "anyio"


def test_requirements_as_windows_writes_them(write: Write) -> None:
    root = write({"requirements.txt": "fastapi==0.115\r\nasyncpg\r\n".encode("utf-16")})

    assert set(detect(root).packages) == {"fastapi", "asyncpg"}


def test_files_that_mention_nothing_are_not_parsed(write: Write) -> None:
    root = write(
        {"main.py": IMPORT + "app = FastAPI()\n", "other.py": "def (\n", "tests/test_a.py": "def (\n"}
    )

    assert detect(root).notes == ()
