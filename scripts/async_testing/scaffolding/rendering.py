"""The text of the files that a project gets."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from async_testing.scaffolding.choices import Choices
from async_testing.scaffolding.pieces import Pieces, joined, take_apart

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
DRIVERS = ("psqlpy", "asyncpg")
HOOK = "pytest_collection_modifyitems"
DECORATOR = "@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)"
INIT_BODY = ""


def fixtures(choices: Choices, locale: str, fakes: str | None, database: str | None) -> Pieces:
    """Everything that the conftest of a project may hold.

    Args:
        choices: the decisions.
        locale: Faker's locale.
        fakes: how the package of fakes is imported, None to do without.
        database: how the module of the real database is imported, None to do without.
    """
    names = []
    if choices.plugin == "anyio":
        names.append("anyio_backend")
    elif choices.loop_scope is not None:
        names.append("loop_scope")
    app = choices.app
    if app and not (app.is_async and choices.plugin is None):
        names.append("app_instance" if app.kind == "instance" else f"app_{'async_' * app.is_async}factory")
    if choices.has_app:
        names += ["lifespan"] if choices.plugin else []
        names += ["clients"] if choices.client and choices.plugin else []
        names += ["sync_clients"] if choices.client and not (app and app.is_async) else []
        names += ["overrides"] if choices.fastapi else []
    names += ["fake_data"] if choices.faker else []
    names += ["fake_database"] if fakes else []
    names += ["real_database"] if database else []
    names += [f"real_{choices.database}"] if database and choices.plugin else []
    found = Pieces((), frozenset(), frozenset())
    for name in names:
        text = _adapted(_template(f"fixtures/{name}.py"), choices, locale)
        text = text.replace("from ..fakes import", f"from ..{fakes} import")
        found += take_apart(text.replace("from ..database.server import", f"from ..{database} import"))
    return _absolute(found)


def conftest(pieces: Pieces) -> str:
    """The text of a conftest made of these pieces, without its header."""
    about = "Fixtures for the tests of this folder."
    return joined(pieces, f"{about} Yours to change: what is changed is never overwritten.")


def database_module(choices: Choices, schema: str | None) -> str:
    """The text of ``database.py``, without its header.

    Args:
        choices: the decisions.
        schema: the file that makes the tables, as seen from the tests folder.
    """
    text = _template("database/server.py")
    if schema is not None:
        up = schema.count("../")
        place = f'Path(__file__).parents[{up}] / "{schema.replace("../", "")}"'
        text = text.replace("SCHEMA: Path | None = None", f"SCHEMA: Path | None = {place}")
    pieces = take_apart(text) + take_apart(_template(f"database/{choices.database}.py"))
    kept = frozenset(one for one in pieces.imports if not one.local)
    about = "A real PostgreSQL for the tests marked ``integration``: a database of their own."
    return joined(Pieces(pieces.blocks, kept, pieces.typing), about)


def fakes(driver: str) -> dict[str, str]:
    """The files of the package of fakes for a driver, by name, without their headers."""
    found = {}
    for path in sorted((TEMPLATES / "fakes").glob("*.py")):
        if path.stem.partition("_")[0] not in set(DRIVERS) - {driver}:
            found[path.name] = path.read_text(encoding="utf-8")
    found["__init__.py"] = found["__init__.py"].replace(f"from .{DRIVERS[0]} import", f"from .{driver} import")
    return found


@lru_cache
def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _adapted(text: str, choices: Choices, locale: str) -> str:
    """A template with the project's application, plugin, framework and locale in it."""
    if choices.plugin == "anyio":
        text = text.replace(DECORATOR, "@pytest.fixture").replace("import pytest_asyncio", "import pytest")
    elif choices.loop_scope is None:
        text = text.replace(DECORATOR, "@pytest_asyncio.fixture")
    else:
        text = text.replace('LOOP_SCOPE: Final = "function"', f'LOOP_SCOPE: Final = "{choices.loop_scope}"')
    if choices.client == "httpx2":
        text = text.replace("    import httpx\n", "    import httpx2 as httpx\n")
    if not choices.fastapi:
        text = text.replace("from fastapi import FastAPI", "from starlette.applications import Starlette")
        text = text.replace("FastAPI", "Starlette")
        text = re.sub(r".*overrides = .*\n", "", text).replace("its overrides and state", "its state")
    text = text.replace('"en_US"', f'"{locale}"')
    app = choices.app
    if app is None:
        return text
    if app.kind == "factory":
        return re.sub(r"\bcreate_app(_async)?\b", app.attribute, text).replace(".placeholders", app.module)
    alias = "" if app.attribute == "application" else f"{app.attribute} as "
    return text.replace("from .placeholders import ", f"from {app.module} import {alias}")


def _absolute(pieces: Pieces) -> Pieces:
    """Without the templates' imports of one another; those of the fakes and the database under the project's name."""
    kept = set()
    for one in pieces.imports:
        if not one.local:
            kept.add(one)
        elif one.module.startswith(".."):
            module = one.module[2:]
            kept.add(type(one)(module, one.name, one.alias, local=True))
    return Pieces(pieces.blocks, frozenset(kept), pieces.typing)
