"""Which drivers and ORMs the code talks through, and which distributions there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from async_testing.model import UsageError
from async_testing.project import choose_driver, detect

Write = Callable[[Mapping[str, str | bytes]], Path]


def pyproject(*names: str) -> str:
    return f'[project]\nname = "shop"\nversion = "1"\ndependencies = [{", ".join(map(repr, names))}]\n'


USE = "import asyncpg\npool = asyncpg.create_pool()\n"
CASES: dict[str, tuple[dict[str, str], list[str], list[str]]] = {
    "imported": ({"db.py": "import asyncpg\n"}, ["asyncpg"], []),
    "imported from": ({"db.py": "from psqlpy import ConnectionPool\n"}, ["psqlpy"], []),
    "a driver of MySQL": ({"db.py": "import aiomysql\n"}, ["aiomysql"], []),
    "its twin": ({"db.py": "from asyncmy.cursors import DictCursor\n"}, ["asyncmy"], []),
    "a driver of SQLite": ({"db.py": "import aiosqlite\n"}, ["aiosqlite"], []),
    "imported in a list": ({"db.py": "import os, asyncpg as pg\npg.connect()\n"}, ["asyncpg"], []),
    "imported inside a function": ({"db.py": "def f():\n    import psqlpy\n"}, ["psqlpy"], []),
    "imported, not declared": ({"db.py": USE, "pyproject.toml": pyproject("fastapi")}, ["asyncpg"], []),
    "declared only": ({"pyproject.toml": pyproject("psqlpy>=0.11")}, ["psqlpy"], []),
    "both declared, one imported": (
        {"db.py": USE, "pyproject.toml": pyproject("psqlpy", "asyncpg")},
        ["asyncpg"],
        [],
    ),
    "SQLAlchemy with an asyncpg URL": (
        {
            "db.py": "from sqlalchemy.ext.asyncio import create_async_engine\n"
            "engine = create_async_engine('postgresql+asyncpg://localhost/shop')\n",
            "pyproject.toml": pyproject("sqlalchemy[asyncio]", "asyncpg"),
        },
        [],
        ["sqlalchemy"],
    ),
    "SQLAlchemy and the exceptions of its driver": (
        {"db.py": "import sqlalchemy\nfrom asyncpg.exceptions import UniqueViolationError\n"},
        [],
        ["sqlalchemy"],
    ),
    "the exceptions as attributes": (
        {"db.py": "import sqlalchemy\nimport asyncpg\nE = asyncpg.exceptions.DataError\n"},
        [],
        ["sqlalchemy"],
    ),
    "SQLAlchemy beside a driver really used": (
        {"a.py": "import sqlalchemy\n", "b.py": USE},
        ["asyncpg"],
        ["sqlalchemy"],
    ),
    "an ORM declared only": ({"pyproject.toml": pyproject("SQLModel", "asyncpg")}, [], ["sqlmodel"]),
    "a distribution of another name": (
        {"pyproject.toml": pyproject("tortoise_orm[asyncpg]")},
        [],
        ["tortoise"],
    ),
    "scripts and migrations do not count": (
        {"app/db.py": "import psqlpy\n", "scripts/load.py": USE, "migrations/env.py": "import sqlalchemy\n"},
        ["psqlpy"],
        [],
    ),
    "nor do tests": ({"db.py": "import psqlpy\n", "tests/test_db.py": USE}, ["psqlpy"], []),
    "nor does text": ({"db.py": "TEXT = '''\nimport asyncpg\n'''\n# import psqlpy\n"}, [], []),
    "the driver's own repository": (
        {"asyncpg/__init__.py": "", "asyncpg/pool.py": "from asyncpg import connection\n"},
        [],
        [],
    ),
    "the driver's own repository, in Rust": (
        {"python/psqlpy/__init__.py": "from psqlpy._internal import Connection\n", "pyproject.toml": ""},
        [],
        [],
    ),
    "neither": ({"main.py": "import os\n"}, [], []),
}


@pytest.mark.parametrize(("files", "drivers", "orms"), CASES.values(), ids=CASES)
def test_drivers_and_orms(write: Write, files: dict[str, str], drivers: list[str], orms: list[str]) -> None:
    project = detect(write(files))

    assert [one.name for one in project.drivers] == drivers
    assert [one.name for one in project.orms] == orms
    chosen = choose_driver(project)
    assert (chosen.name if chosen else None) == (drivers[0] if drivers else None)


def test_the_evidence_is_the_line_of_the_import(write: Write) -> None:
    found = detect(write({"app/db.py": "import os\n\nimport asyncpg\n"})).drivers[0]

    assert (found.path, found.line) == ("app/db.py", 3)


def test_the_evidence_of_a_declaration_is_its_line(write: Write) -> None:
    found = detect(write({"requirements.txt": "fastapi\n# asyncpg is fast\nasyncpg==0.30\n"})).drivers[0]

    assert found.path == "requirements.txt"
    assert found.line in (2, 3)


def test_two_drivers_are_named_with_the_flag_that_decides(write: Write) -> None:
    root = write({"a.py": "import psqlpy\n", "b.py": USE})

    with pytest.raises(UsageError) as caught:
        choose_driver(detect(root))
    message = str(caught.value)
    assert message.startswith("two drivers found: ")
    assert "psqlpy (a.py:1)" in message
    assert "asyncpg (b.py:1)" in message
    assert "--driver " in message
    assert "\n" not in message
    chosen = choose_driver(detect(root, driver="asyncpg"))
    assert chosen
    assert (chosen.name, chosen.path) == ("asyncpg", "b.py")


def test_a_driver_that_the_user_names_needs_no_evidence(write: Write) -> None:
    assert [one.name for one in detect(write({"a.py": ""}), driver="psqlpy").drivers] == ["psqlpy"]


def test_a_driver_without_a_fake(write: Write) -> None:
    there = "psqlpy, asyncpg, psycopg, aiomysql, asyncmy and aiosqlite"
    with pytest.raises(UsageError, match=f"unknown driver 'aiopg': there are fakes for {there}"):
        detect(write({"a.py": ""}), driver="aiopg")


def test_only_the_async_side_of_psycopg_has_a_fake(write: Write) -> None:
    project = detect(write({"a.py": "import psycopg\npsycopg.connect('')\n"}))
    assert project.drivers == ()
    project = detect(write({"a.py": "from psycopg_pool import AsyncConnectionPool\n"}))
    assert [one.name for one in project.drivers] == ["psycopg"]
    assert choose_driver(project)


DECLARATIONS: dict[str, dict[str, str | bytes]] = {
    "project": {"pyproject.toml": pyproject("asyncpg>=0.29 ; python_version > '3'")},
    "optional": {"pyproject.toml": "[project.optional-dependencies]\ndb = ['asyncpg']\n"},
    "group": {"pyproject.toml": "[dependency-groups]\ndev = [{include-group = 'x'}, 'asyncpg']\n"},
    "poetry": {"pyproject.toml": "[tool.poetry.dependencies]\npython = '^3.11'\nasyncpg = '^0.29'\n"},
    "poetry group": {"pyproject.toml": "[tool.poetry.group.dev.dependencies]\nasyncpg = {version = '*'}\n"},
    "uv": {"pyproject.toml": "[tool.uv]\ndev-dependencies = ['asyncpg']\n"},
    "pdm": {"pyproject.toml": "[tool.pdm.dev-dependencies]\ntest = ['asyncpg']\n"},
    "hatch": {"pyproject.toml": "[tool.hatch.envs.default]\ndependencies = ['asyncpg']\n"},
    "Pipfile": {"Pipfile": "[packages]\nasyncpg = '*'\n"},
    "setup.cfg": {"setup.cfg": "[options]\ninstall_requires =\n    fastapi\n    asyncpg\n"},
    "setup.py": {"setup.py": "from setuptools import setup\nsetup(extras_require={'pg': ['asyncpg>0.2']})\n"},
    "requirements": {"requirements.txt": "-r other.txt\n# text\nAsyncPG==0.30.0\n"},
    "requirements of another name": {"dev-requirements.in": "asyncpg\n"},
    "requirements folder": {"requirements/base.txt": "asyncpg\n"},
    "requirements with a mark": {"requirements.txt": b"\xef\xbb\xbfasyncpg\n"},
    "requirements in UTF-16": {"requirements.txt": "fastapi==0.115\r\nasyncpg==0.30\r\n".encode("utf-16")},
    "requirements in UTF-16, big endian": {
        "requirements.txt": b"\xfe\xff" + "fastapi==0.115\r\nasyncpg==0.30\r\n".encode("utf-16-be")
    },
}


@pytest.mark.parametrize("files", DECLARATIONS.values(), ids=DECLARATIONS)
def test_every_place_that_declares_a_distribution(write: Write, files: dict[str, str | bytes]) -> None:
    project = detect(write(files))

    assert project.packages.get("asyncpg") == ""
    assert [one.name for one in project.drivers] == ["asyncpg"]
    assert project.notes == ()


@pytest.mark.parametrize(
    ("declared", "brought"), [("fastapi[standard]", "httpx"), ("SQLAlchemy[asyncio]>=2", "greenlet")]
)
def test_what_an_extra_brings(write: Write, declared: str, brought: str) -> None:
    assert brought in detect(write({"pyproject.toml": pyproject(declared)})).packages


LOCKS = {
    "uv.lock": 'version = 1\n[[package]]\nname = "pytest"\nversion = "8.3.4"\n',
    "poetry.lock": '[[package]]\nname = "pytest"\nversion = "8.3.4"\n[metadata]\nname = "no"\n',
    "pylock.toml": '[[packages]]\nname = "pytest"\nversion = "8.3.4"\n',
    "Pipfile.lock": '{"develop": {"pytest": {"version": "==8.3.4"}}}',
}


@pytest.mark.parametrize("lock", LOCKS)
def test_versions_of_a_lock_file(write: Write, lock: str) -> None:
    packages = detect(write({"main.py": "", "requirements.txt": "fastapi\n", lock: LOCKS[lock]})).packages

    assert packages == {"pytest": "8.3.4", "fastapi": ""}


def environment(folder: str, *distributions: str) -> dict[str, str]:
    site = f"{folder}/lib/python3.12/site-packages"
    files = {f"{site}/{name}.dist-info/METADATA": "" for name in distributions}
    return {f"{folder}/pyvenv.cfg": "", f"{folder}/bin/python": "", **files}


@pytest.mark.parametrize("folder", [".venv", "venv", "env"])
def test_versions_of_the_environment_go_before_those_of_the_lock(write: Write, folder: str) -> None:
    files = environment(folder, "pytest-9.0.1", "pytest_asyncio-1.2.0")
    project = detect(write({"main.py": "", "uv.lock": LOCKS["uv.lock"], **files}))

    assert project.packages == {"pytest": "9.0.1", "pytest-asyncio": "1.2.0"}
    assert project.interpreter == f"{folder}/bin/python"


def test_an_environment_on_windows(write: Write) -> None:
    files = {
        ".venv/pyvenv.cfg": "",
        ".venv/Scripts/python.exe": "",
        ".venv/Lib/site-packages/pytest-9.0.1.dist-info/METADATA": "",
    }
    project = detect(write({"main.py": "", **files}))

    assert (project.packages, project.interpreter) == ({"pytest": "9.0.1"}, ".venv/Scripts/python.exe")


def test_a_folder_called_env_that_is_no_environment(write: Write) -> None:
    project = detect(write({"main.py": "", "env/bin/python": "", "env/settings.py": "import psqlpy\n"}))

    assert project.interpreter == ""
    assert [one.path for one in project.drivers] == ["env/settings.py"]
