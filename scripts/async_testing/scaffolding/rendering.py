"""The text of the files that a project gets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath

from async_testing.model import Sessions
from async_testing.scaffolding.choices import Choices
from async_testing.scaffolding.pieces import Pieces, joined, take_apart
from async_testing.scaffolding.sources import Source

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
WIDTH = 110
MYSQL = ("aiomysql", "asyncmy")
"""The drivers of MySQL and MariaDB."""
_SERVER_FIXTURES = {
    "started": "server_started",
    "url": "server_url",
    "container": "server_container",
    "process": "server_process",
    "image": "server_started",
}
NARROW = 88
DECORATOR = re.compile(r"@pytest_asyncio\.fixture\((scope=LOOP_SCOPE, )?loop_scope=LOOP_SCOPE\)")


def fixtures(choices: Choices, locale: str, modules: Mapping[str, str]) -> Pieces:
    """Everything that the conftest of a project may hold.

    Args:
        choices: the decisions.
        locale: Faker's locale.
        modules: how ``app_clients``, ``fakes`` and ``real_database`` are imported; those that are not there are
            done without.
    """
    names = []
    if choices.plugin == "anyio":
        names.append("anyio_backend")
    elif choices.loop_scope is not None:
        names.append("loop_scope")
    app = choices.app
    if app:
        names.append("app_instance" if app.kind == "instance" else f"app_{'async_' * app.is_async}factory")
    if "app_clients" in modules:
        names += ["lifespan"] if choices.plugin else []
        names += ["clients"] if choices.client and choices.plugin else []
        names += ["sync_clients"] if choices.sync_client else []
        names += ["overrides"] if choices.fastapi else []
    names += ["fake_data"] if choices.faker else []
    if "fakes" in modules and choices.driver:
        names += ["fake_database" if _has_pool(choices.driver) else "fake_connection"]
    if "real_database" in modules:
        names += [_SERVER_FIXTURES[choices.source.how], "real_database", *_real(choices, modules)]
    found = Pieces((), frozenset(), frozenset())
    for name in names:
        text = _adapted(_template(f"fixtures/{name}.py"), choices, locale)
        text = re.sub(r"from \.\.real_database\.\w+ import", "from ..real_database import", text)
        text = re.sub(r"\bown_server\b", choices.source.name, text)
        for module, spelled in modules.items():
            text = text.replace(f"from ..{module} import", f"from ..{spelled} import")
        found += take_apart(text)
    return _absolute(found)


def _has_pool(driver: str) -> bool:
    return '"FakePool"' in _template(f"fakes/{driver}/__init__.py")


def _real(choices: Choices, modules: Mapping[str, str]) -> list[str]:
    """The templates of connections and sessions of a real database."""
    if not choices.plugin:
        return []
    direct = f"real_{choices.database}" if choices.driver or not choices.sessions else ""
    sessions = "real_sqlalchemy" if choices.sessions and "statement_counts" in modules else ""
    return [name for name in (direct, sessions) if name]


def conftest(pieces: Pieces) -> str:
    """The text of a conftest made of these pieces, without its header."""
    return joined(pieces, "Fixtures of the tests; yours to change, as scaffold never overwrites changes.")


def real_database(choices: Choices, schema: str | None) -> str:
    """The text of ``real_database.py``, without its header.

    Args:
        choices: the decisions.
        schema: the file that makes the tables, as seen from the tests folder.
    """
    sessions = choices.sessions
    sqlite, mysql = choices.database == "aiosqlite", choices.database in MYSQL
    kind = "sqlalchemy_" if sessions else "sqlite_" if sqlite else "mysql_" if mysql else ""
    names = [f"{kind}schema"]
    names += ["sqlite" if sqlite else "mariadb" if mysql else "server", str(choices.database), "threads"]
    names += ["watching"] if sqlite else _source(choices.source, "mysql" if mysql else "postgresql")
    names += ["mysql_dsn"] * mysql + ["mysql_units"] * bool(mysql and (choices.driver or not sessions))
    if sessions:
        server = "sqlite" if sqlite else "mysql" if mysql else "postgresql"
        names += [f"sqlalchemy_{server}", "sqlalchemy_sessions"]
    text = "\n".join(_template(f"real_database/{name}.py") for name in names)
    text = _at_source(text, choices.source, "mysql" if mysql else "postgresql")
    if schema is not None:
        up = schema.count("../")
        place = f'Path(__file__).parents[{up}] / "{schema.replace("../", "")}"'
        text = text.replace("SCHEMA: Path | None = None", f"SCHEMA: Path | None = {place}")
    if sessions:
        text = _with_sessions(text, sessions, described=schema is None)
    pieces = take_apart(text)
    kept = frozenset(one for one in pieces.imports if not one.local)
    what = "SQLite" if sqlite else "MySQL or MariaDB" if mysql else "PostgreSQL"
    about = f"A real {what} for the tests marked ``integration``: a database of their own."
    return joined(Pieces(pieces.blocks, kept, pieces.typing), about)


def _source(source: Source, kind: str) -> list[str]:
    """The templates of the server."""
    if source.how == "started":
        return ["private_mariadb" if kind == "mysql" else "embedded", "endings", "watching"]
    there = {"process": "process", "image": f"container_{kind}"}
    return [there.get(source.how, "given"), "endings"]


def _at_source(text: str, source: Source, kind: str) -> str:
    """The text with the names that the project has for its server."""
    if source.how in ("url", "container"):
        return text.replace("postgresql://{given", f"{kind}://{{given")
    if source.name:
        text = re.sub(r'^((?:PROCESS|IMAGE) = )".*"$', rf'\1"{source.name}"', text, flags=re.MULTILINE)
    return text


def _with_sessions(text: str, sessions: Sessions, *, described: bool) -> str:
    """The text with the application's dialect, models and session options in it."""
    text = re.sub(
        r'(?<=^DIALECT = ")(postgresql|mysql)\+\w+', rf"\1+{sessions.driver}", text, flags=re.MULTILINE
    )
    if described and sessions.metadata:
        text = text.replace('METADATA = ""', f'METADATA = "{sessions.metadata}"')
        text = text.replace(
            "MODELS: tuple[str, ...] = ()", _assigned("MODELS: tuple[str, ...]", sessions.models)
        )
    options = {"expire_on_commit": False, **dict(sessions.options)}
    listed = ", ".join(f'"{name}": {value}' for name, value in options.items())
    text = text.replace('{"expire_on_commit": False}', "{" + listed + "}")
    return _session_class(text, sessions)


def _session_class(text: str, sessions: Sessions) -> str:
    """The text with SQLModel's own sessions where the application works with them."""
    if sessions.package != "sqlmodel":
        return text
    mine = "from sqlmodel.ext.asyncio.session import AsyncSession"
    theirs = re.compile(r"^(from sqlalchemy\.ext\.asyncio import .*)AsyncSession, ", re.MULTILINE)
    return theirs.sub(rf"{mine}\n\1", text)


def _assigned(target: str, values: Sequence[str]) -> str:
    """A tuple of strings assigned to a target, as ruff lays it out."""
    shown = ", ".join(f'"{one}"' for one in values)
    line = f"{target} = ({shown}{',' * (len(values) == 1)})"
    if len(line) <= NARROW:
        return line
    return f"{target} = (\n" + "".join(f'    "{one}",\n' for one in values) + ")"


def statement_counts() -> str:
    """The text of ``statement_counts.py``, without its header."""
    return _template("statement_counts.py")


def app_clients(choices: Choices) -> str:
    """The text of ``app_clients.py``, without its header."""
    return _types_of(choices, _template("app_clients.py"))


def fakes(driver: str) -> dict[str, str]:
    """The files of the package of fakes for a driver, by path, without their headers: those it imports, no others."""
    texts = {"__init__.py": _exporting(driver)}
    waiting = ["__init__.py"]
    while waiting:
        path = waiting.pop()
        for found in _imported(path, texts[path]):
            if found not in texts:
                texts[found] = _template(f"fakes/{found}")
                waiting.append(found)
    return dict(sorted(texts.items()))


def _exporting(driver: str) -> str:
    """The package's own module: it exports the fakes of one driver, and its errors."""
    text = _template("fakes/__init__.py")
    names = [
        one
        for one in _exported(_template(f"fakes/{driver}/__init__.py"))
        if one.startswith("Fake") or one == "errors"
    ]
    line = f"from .{driver} import {', '.join(names)}"
    if len(line) > WIDTH:
        listed = "".join(f"    {name},\n" for name in names)
        line = f"from .{driver} import (\n{listed})"
    text = re.sub(r"^from \.psqlpy import \([^)]*\)\n", "", text, flags=re.MULTILINE)
    # In the order that a linter of imports asks for.
    beyond = r"^(?=from \.core)" if driver < "core" else r"^(?<=\n)(?=\nif TYPE_CHECKING)"
    text = re.sub(beyond, lambda _: f"{line}\n", text, count=1, flags=re.MULTILINE)
    head, _, exported = text.partition("__all__ = [\n")
    others = re.findall(r'^    "(?!Fake|errors)(\w+)",$', exported, re.MULTILINE)
    ordered = sorted([*names, *others], key=lambda name: (not name.isupper(), name[0].islower(), name))
    return head + "__all__ = [\n" + "".join(f'    "{name}",\n' for name in ordered) + "]\n"


def _exported(text: str) -> list[str]:
    """What a module's ``__all__`` lists."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def _imported(path: str, text: str) -> Iterator[str]:
    """The files that a module of the fakes imports, with the packages that they lie in."""
    for dots, name in re.findall(r"^ *from (\.+)([\w.]*) import", text, re.MULTILINE):
        folder = PurePosixPath(path)
        for _ in dots:
            folder = folder.parent
        module = folder.joinpath(*name.split("."))
        is_package = (TEMPLATES / "fakes" / module).is_dir()
        yield str(module / "__init__.py" if is_package else module.with_suffix(".py"))
        yield from (str(parent / "__init__.py") for parent in module.parents)


@lru_cache
def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _adapted(text: str, choices: Choices, locale: str) -> str:
    """A template with the project's application, plugin, framework and locale in it."""
    if choices.plugin == "anyio":
        text = DECORATOR.sub("@pytest.fixture", text).replace("import pytest_asyncio", "import pytest")
    elif choices.loop_scope is None:
        text = DECORATOR.sub("@pytest_asyncio.fixture", text)
    else:
        text = text.replace('LOOP_SCOPE: Final = "function"', f'LOOP_SCOPE: Final = "{choices.loop_scope}"')
    text = _types_of(choices, text)
    if choices.sessions:
        text = _session_class(text, choices.sessions)
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


def _types_of(choices: Choices, text: str) -> str:
    return (
        text.replace("    import httpx\n", "    import httpx2 as httpx\n")
        if choices.client == "httpx2"
        else text
    )


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
