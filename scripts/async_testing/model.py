"""What travels between detection, the verbs and the reports: frozen data, no behaviour that needs a project.

Every path is relative to the project's root and spelled with ``/``. JSON output is these classes, field by field.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from async_testing.finding import Finding, UsageError

__all__ = [
    "App",
    "Change",
    "Dependency",
    "Evidence",
    "Finding",
    "Fixture",
    "Note",
    "Project",
    "PytestConfig",
    "Sessions",
    "UsageError",
]


@dataclass(frozen=True, slots=True)
class App:
    """An ASGI application found in the code: a factory to call, or a module-level instance."""

    module: str
    attribute: str
    kind: Literal["factory", "instance"]
    framework: str
    lifespan: bool
    path: str
    line: int
    is_async: bool = False
    arguments: tuple[str, ...] = ()
    """Names of the factory's parameters that have no default."""
    rank: int = 0
    """How plausible it is as the one to test: lower is better, equal ranks are equally plausible."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """A FastAPI dependency that hands out a session, connection or pool."""

    module: str
    name: str
    provides: Literal["session", "connection", "pool"]
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Served:
    """What a fixture gives of a database server."""

    how: Literal["url", "container"]
    kind: str
    """``postgresql`` or ``mysql``."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """A pytest fixture that a test in the tests folder can already ask for."""

    name: str
    path: str
    line: int
    scope: str = "function"
    is_async: bool = False
    autouse: bool = False
    gives: Literal["", "client", "started"] = ""
    """Of a fixture ``app``: a client instead, or an application whose lifespan the fixture itself starts."""
    server: Served | None = None
    """The database server that it gives."""


@dataclass(frozen=True, slots=True)
class PytestConfig:
    """The pytest configuration in force: where it lives and what of it matters to async tests."""

    path: str | None = None
    asyncio_mode: Literal["strict", "auto"] = "strict"
    plugin: Literal["pytest-asyncio", "anyio"] | None = None
    """The plugin that runs async tests here; None where nothing tells."""
    import_mode: Literal["prepend", "append", "importlib"] = "prepend"
    pythonpath: tuple[str, ...] = ()
    testpaths: tuple[str, ...] = ()
    fixture_loop_scope: str | None = None
    test_loop_scope: str | None = None
    filterwarnings: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    """Registered markers, each with its description."""
    options: tuple[str, ...] = ()
    """Names of the options that the file sets at all."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact and where it was seen."""

    name: str
    path: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Sessions:
    """The async sessions of SQLAlchemy or SQLModel that the application works with."""

    package: Literal["sqlalchemy", "sqlmodel"]
    driver: str
    """The driver below them: ``asyncpg``, ``psycopg``, ``aiosqlite`` …, empty where nothing tells."""
    metadata: str
    """MODULE:NAME of what describes the tables, empty where none was found."""
    models: tuple[str, ...]
    """The modules to import for it to be complete."""
    options: tuple[tuple[str, bool], ...]
    """What the application gives to its session maker, of what changes how a session behaves."""
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something the user should know that changes nothing: a dead fixture, a file that could not be read."""

    message: str
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Project:
    """What parsing alone tells of a project. ``apps`` and ``drivers`` hold every candidate, best first."""

    root: str
    """Absolute path of the project."""
    import_root: str = "."
    """The folder that has to be on ``sys.path`` for the application's modules to import."""
    tests: str = "tests"
    tests_exist: bool = False
    apps: tuple[App, ...] = ()
    drivers: tuple[Evidence, ...] = ()
    """Async drivers with a fake of ours (``psqlpy``, ``asyncpg``)."""
    orms: tuple[Evidence, ...] = ()
    """ORMs and drivers that have no fake: ``sqlalchemy``, ``tortoise``, ``psycopg`` …"""
    sessions: Sessions | None = None
    dependencies: tuple[Dependency, ...] = ()
    pytest: PytestConfig = field(default_factory=PytestConfig)
    fixtures: tuple[Fixture, ...] = ()
    """Fixtures visible in ``tests``: of its conftest and of those above it."""
    packages: dict[str, str] = field(default_factory=dict)
    """Distribution name (normalised) → installed version, else the locked one, else ``""`` when only declared."""
    interpreter: str = ""
    """The project's own Python, when a virtual environment in the root tells, else empty."""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What scaffold would do to one file."""

    path: str
    state: Literal["create", "identical", "conflict", "outdated", "merge", "remove", "modified"]
    content: str = ""
    reason: str = ""
    diff: str = ""
