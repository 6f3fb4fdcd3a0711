"""What the tests of a module ask for: fixtures, fakes, pages to read, and where the tests belong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from async_testing.subjects.model import Function, Model, Need, Reference
from async_testing.subjects.wording import last, snake

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile
    from async_testing.subjects.suites import Suite

DRIVERS = ("asyncpg", "psqlpy", "psycopg", "aiomysql", "asyncmy")
_ORMS = ("sqlalchemy", "sqlmodel")
_PAGES = {
    "pattern-dao": "a method that sends SQL",
    "pattern-exceptions": "errors caught, mapped or passed on",
    "pattern-services": "a service and its collaborators",
    "pattern-connection-patching": "how a connection is taken and given back",
    "pattern-batch": "bulk writes and transactions",
    "pattern-endpoints": "a FastAPI route, its auth, its errors",
    "pattern-several-results": "one method asks several times",
    "pattern-parametrization": "the same behaviour for many inputs",
    "fixtures": "conftest: app, lifespan, clients, overrides, Faker",
    "fakes": "scripting a fake, or one fails a test",
    "driver-psqlpy": "psqlpy",
    "driver-asyncpg": "asyncpg",
    "driver-psycopg": "psycopg 3",
    "driver-aiomysql": "aiomysql, asyncmy",
    "driver-aiosqlite": "aiosqlite",
    "real-database": "SQL to be proven, or a driver without fake",
}
"""Pages by name, with the words of SKILL.md's table."""
_TWINS = {"asyncmy": "aiomysql"}
"""Drivers that share the page of another."""
_CLIENTS = ("async_client", "client", "http_client", "api_client", "test_client", "async_test_client")
_SESSIONS = (
    "session",
    "db_session",
    "database_session",
    "async_session",
    "db",
    "connection",
    "dbsession",
    "session_fixture",
)
_PREFIXES = ("Fake", "Dummy", "Stub", "Mock", "InMemory", "Recording", "Test")


def driver_of(source: SourceFile) -> str:
    """The driver or ORM that a module works with: by imports, those of modules it imports too, by requirements."""
    tops = {one.lstrip(".").partition(".")[0] for one in source.imports.values()}
    for name in (*DRIVERS, *_ORMS):
        if name in tops:
            return name
    seen = {source.path}
    waiting = [(source.path, one) for one in source.imports.values()]
    for _ in range(2):
        found: list[tuple[str, str]] = []
        for asker, dotted in waiting:
            for module in (dotted, dotted.rpartition(".")[0]):
                path = source.workspace.locate(asker, module) if module.strip(".") else None
                if path is None or path in seen:
                    continue
                seen.add(path)
                for name in (*DRIVERS, *_ORMS):
                    if source.workspace.mentions(path, f"import {name}") or source.workspace.mentions(
                        path, f"from {name}"
                    ):
                        return name
                found += [(path, one) for one in source.workspace.outline(path).imports.values()]
        waiting = found[:40]
    return _required(source)


def _required(source: SourceFile) -> str:
    for path in ("pyproject.toml", "requirements.txt", "requirements/base.txt"):
        text = (source.workspace.text(path) or "").lower()
        for name in (*DRIVERS, *_ORMS):
            if re.search(rf"(?m)^[\s\"']*{name}\b", text):
                return name
    return ""


def of(
    source: SourceFile, functions: Sequence[Function], models: Sequence[Model], suite: Suite
) -> tuple[Need, ...]:
    """The fixtures and fakes, each once, with where the project has it."""
    layers = {one.layer for one in functions}
    found: list[Need] = []
    if "dao" in layers:
        found += _of_daos(source, functions, suite)
    if "router" in layers and any(one.route for one in functions):
        found += _of_routes(functions, suite)
    if layers & {"service", ""}:
        found += _of_services(functions, suite)
    if functions or models:
        where = suite.fixtures.get("faker", "")
        if not where and any("faker" in file.words or "Faker" in file.words for file in suite.files):
            where = "Faker's plugin"
        found.append(Need("faker", "values, seeded", where))
    return tuple(dict.fromkeys(found))


def _of_daos(source: SourceFile, functions: Sequence[Function], suite: Suite) -> Iterator[Need]:
    driver = driver_of(source)
    if driver in _ORMS or any(each.form == "sqlalchemy" for one in functions for each in one.statements):
        where = next((suite.fixtures[one] for one in _SESSIONS if one in suite.fixtures), "")
        yield Need("session", "a session on a database of the tests' own", where)
        return
    seams = " ".join(one.seam for one in functions)
    for name, words in (("FakeConnection", ""), ("FakePool", "pool")):
        if not words or words in seams:
            yield Need(
                name,
                f"stands for {driver or 'the driver'}",
                suite.classes.get(name) or _exported(suite, name),
            )


def _exported(suite: Suite, name: str) -> str:
    """The file of the suite that hands out a fake which another module defines."""
    return next(
        (one.path for one in suite.files if name in one.words and one.path.endswith("fakes/__init__.py")), ""
    )


def _of_routes(functions: Sequence[Function], suite: Suite) -> Iterator[Need]:
    client = next((one for one in _CLIENTS if one in suite.fixtures), "")
    yield Need(client or "async_client", "sends requests to the application", suite.fixtures.get(client, ""))
    dependencies = [
        one.dependency for each in functions if each.route for one in each.route.given if one.dependency
    ]
    if dependencies:
        where = suite.fixtures.get("override_dependency", "")
        own = next((one.path for one in suite.files if "dependency_overrides" in one.words), "")
        if where or not own:
            yield Need("override_dependency", "replaces dependencies, and undoes it", where)
        else:
            yield Need("dependency_overrides", "replaces dependencies, to be undone after each test", own)


def _of_services(functions: Sequence[Function], suite: Suite) -> Iterator[Need]:
    for function in functions:
        if function.layer not in ("service", ""):
            continue
        for one in function.collaborators:
            kind = last(one.type)
            if not kind[:1].isupper() or kind in ("Callable", "Any", "AsyncClient"):
                continue
            yield Need(f"a fake {kind}", f"stands for {one.name}", _fake(suite, kind, one.name))


def _fake(suite: Suite, kind: str, name: str) -> str:
    """The file of a class of the suite that stands for a collaborator, by its name."""
    words = {*snake(kind).split("_"), *snake(last(name)).split("_")}
    words |= {one.removesuffix("s") for one in words}
    for made, path in suite.classes.items():
        parts = snake(made).split("_")
        if made.startswith(_PREFIXES) and not made.startswith("Test") and parts[-1] in words:
            return path
        if made in (f"{kind}Fake", f"{kind}Stub", f"{kind}Mock"):
            return path
    return ""


def references(
    source: SourceFile, functions: Sequence[Function], models: Sequence[Model]
) -> tuple[Reference, ...]:
    """The pages to load, those of the layer first."""
    names: list[str] = []
    layers = {one.layer for one in functions}
    if "dao" in layers:
        driver = _TWINS.get(driver_of(source), driver_of(source))
        names.append("pattern-dao")
        if f"driver-{driver}" in _PAGES:
            names.append(f"driver-{driver}")
        elif driver:
            names.append("real-database")
    names += ["pattern-endpoints"] if any(one.route for one in functions) else []
    names += ["pattern-services"] if "service" in layers else []
    if any(one.raises or one.mappings for one in functions):
        names.append("pattern-exceptions")
    if any(one.transactions or any(each.batch for each in one.calls) for one in functions):
        names.append("pattern-batch")
    if any(one.layer == "dao" and len(one.statements) > 1 for one in functions):
        names.append("pattern-several-results")
    if any(one.seam.startswith(("__wrapped__", "patched")) and one.layer == "dao" for one in functions):
        names.append("pattern-connection-patching")
    names += ["pattern-parametrization"] if models else []
    return tuple(Reference(f"references/{name}.md", _PAGES[name]) for name in dict.fromkeys(names))
