"""The async sessions of SQLAlchemy or SQLModel that the application works with, and where its tables are described."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterator

from async_testing.detection.names import statements
from async_testing.detection.tree import Source, Tree, is_side, module_name, within
from async_testing.model import Sessions

ASYNC = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(sqlalchemy|sqlmodel)\.ext\.asyncio\b", re.MULTILINE)
DIALECT = re.compile(rb"\b(postgresql|postgres|sqlite|mysql|mariadb)\+(\w+)")
TABLES = re.compile(
    rb"\b__table(?:name)?__[ ]*[=:]|=[ ]*(?:\w+\.)?Table\(|\btable[ ]*=[ ]*True|\bmapped_column\("
)
LIBRARY = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(?:sqlalchemy|sqlmodel)\b", re.MULTILINE)
BASES = (b"DeclarativeBase", b"declarative_base", b"as_declarative", b"generate_base", b"MetaData(")
SETTINGS = ("alembic.ini", ".env.example", "docker-compose.yml", "compose.yaml", "compose.yml")
PREFERRED = ("asyncpg", "psycopg", "aiosqlite", "asyncmy", "aiomysql")
"""Drivers of SQLAlchemy's async side: PostgreSQL, which production more likely runs on, first."""
ALIASES = {"psycopg_async": "psycopg"}
OPTIONS = frozenset({"expire_on_commit", "autoflush", "autobegin"})
SQLMODEL = "sqlmodel:SQLModel.metadata"


def find(tree: Tree, known: Collection[str], import_root: str) -> Sessions | None:
    """What tells how to give the application real sessions; None where it has no async ones.

    Args:
        tree: the project.
        known: the distributions that it declares or has installed.
        import_root: the folder its modules import from.
    """
    about = [source for source in tree.having(b"sqlalchemy", b"sqlmodel") if not is_side(source.path)]
    own = [source for source in about if b".ext.asyncio" in source.data]
    users = [(source, match) for source in own for match in ASYNC.finditer(source.data)]
    if not users:
        return None
    packages = {match[1].decode() for _, match in users}
    source, match = users[0]
    described = [
        one
        for one in about
        if within(one.path, import_root) and TABLES.search(one.data) and LIBRARY.search(one.data)
    ]
    near = [one for one in about if within(one.path, import_root)]
    metadata = _metadata(tree, near, described, import_root)
    return Sessions(
        package="sqlmodel" if "sqlmodel" in packages else "sqlalchemy",
        driver=_driver(tree, known),
        metadata=metadata,
        models=tuple(sorted(module_name(one.path, import_root) for one in described)) if metadata else (),
        options=_options(own),
        path=source.path,
        line=source.data.count(b"\n", 0, match.start(1)) + 1,
    )


def _driver(tree: Tree, known: Collection[str]) -> str:
    """The driver below the sessions: as a URL in the code or its settings says, else one that is installed."""
    said: set[str] = set()
    for data in [
        *(one.data for one in tree.having(*(b"+" + name.encode() for name in PREFERRED))),
        *(tree.read(name) or b"" for name in SETTINGS),
    ]:
        for _, name in DIALECT.findall(data):
            said.add(ALIASES.get(name.decode(), name.decode()))
    return next((name for group in (said, known) for name in PREFERRED if name in group), "")


def _metadata(tree: Tree, near: list[Source], described: list[Source], import_root: str) -> str:
    """MODULE:NAME of what holds the tables: of several the one that most modules of tables name."""
    if any(re.search(rb"\bSQLModel\b", one.data) for one in described):
        return SQLMODEL
    candidates: list[tuple[str, str, str]] = []
    for source in near:
        if any(word in source.data for word in BASES):
            module = module_name(source.path, import_root)
            candidates += [(name, f"{module}:{spelled}", source.path) for name, spelled in _bases(source)]
    if not candidates:
        return ""
    counts = Counter(
        name for name, _, _ in candidates for one in described if re.search(rf"\b{name}\b".encode(), one.data)
    )
    best = max(candidates, key=lambda one: (one[1].endswith(".metadata"), counts[one[0]]))
    others = sorted({one[1] for one in candidates if one[1].endswith(".metadata")} - {best[1]})
    if others:
        tree.note(f"tables are made of {best[1]} alone; there is also {', '.join(others)}", best[2])
    return best[1]


def _bases(source: Source) -> Iterator[tuple[str, str]]:
    """Names of a module that hold tables, and how their metadata is reached."""
    for node in statements(source.module.body if source.module else []):
        if isinstance(node, ast.ClassDef):
            parents = {source.names.dotted(one).rpartition(".")[2] for one in node.bases}
            decorators = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
            marks = {source.names.dotted(one).rpartition(".")[2] for one in decorators}
            if parents & {"DeclarativeBase", "DeclarativeBaseNoMeta"} or "as_declarative" in marks:
                yield node.name, f"{node.name}.metadata"
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            made = source.names.dotted(node.value.func).rpartition(".")[2]
            if isinstance(target, ast.Name) and made in ("declarative_base", "generate_base"):
                yield target.id, f"{target.id}.metadata"
            elif isinstance(target, ast.Name) and made == "MetaData":
                yield target.id, target.id


def _options(own: list[Source]) -> tuple[tuple[str, bool], ...]:
    """What the application gives its session maker, of what changes how a session behaves."""
    for source in own:
        for call in source.calls if b"sessionmaker(" in source.data else ():
            name = source.names.dotted(call.func).rpartition(".")[2]
            if name not in ("async_sessionmaker", "sessionmaker"):
                continue
            found = {
                one.arg: one.value.value
                for one in call.keywords
                if one.arg in OPTIONS
                and isinstance(one.value, ast.Constant)
                and isinstance(one.value.value, bool)
            }
            return tuple(sorted((str(key), bool(value)) for key, value in found.items()))
    return ()
