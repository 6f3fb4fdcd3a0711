"""Which drivers and ORMs the application's code talks through."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable

from async_testing.detection.packages import Declared
from async_testing.detection.tree import Source, Tree, is_side, join, within
from async_testing.model import Evidence

FAKED = ("psqlpy", "asyncpg", "psycopg", "aiomysql", "asyncmy", "aiosqlite")
"""The drivers that have a fake here."""
ASYNC_SIDE = {"psycopg": b"Async"}
"""Drivers with two sides, and what the text of code on the async one has: only that side has a fake."""
ALSO = {"psycopg_pool": "psycopg"}
"""What comes with a driver."""
LAYERS = (
    *(
        "sqlalchemy",
        "sqlmodel",
        "tortoise",
        "databases",
        "piccolo",
        "ormar",
        "gino",
        "beanie",
        "motor",
        "odmantic",
    ),
    *(
        "pymongo",
        "psycopg",
        "psycopg2",
        "aiopg",
        "aiomysql",
        "asyncmy",
        "aiosqlite",
        "edgedb",
        "gel",
        "peewee",
    ),
    *("pony", "mongoengine", "redis_om", "django"),
)
DISTRIBUTIONS = {"tortoise": "tortoise-orm", "psycopg2": "psycopg2-binary", "redis_om": "redis-om"}
WRAPPERS = frozenset({"sqlalchemy", "sqlmodel", "databases", "tortoise", "piccolo", "ormar", "gino"})
"""What uses a driver by itself: below one of these, a driver that the code only declares is not the code's own."""
_names = "|".join(sorted({*FAKED, *ALSO, *LAYERS}, key=len, reverse=True)).encode()
IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+|import[ \t]+(?:[\w.]+(?:[ \t]+as[ \t]+\w+)?[ \t]*,[ \t]*)*)(" + _names + rb")\b",
    re.MULTILINE,
)
MARKERS = tuple(name.encode() for name in (*FAKED, *LAYERS))


def find(
    tree: Tree, declared: Declared, import_root: str
) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    """The drivers that have a fake, and the ORMs and other drivers, those that most files use first.

    What the application imports decides; scripts and migrations count where there is nothing else.
    A driver that is only declared counts where the code imports no driver
    and no ORM and none is declared; one of which only exceptions are imported counts where there is no ORM.

    Args:
        tree: the project.
        declared: what its packaging files name.
        import_root: the folder of the application; drivers used there go before those used elsewhere.
    """
    used = _imports(tree)
    near = {source: names for source, names in used.items() if within(source.path, import_root)}
    for group in (near, used):
        drivers, layers = _weigh(group)
        if drivers or layers:
            return drivers, layers
    layers = tuple(
        Evidence(name, declared[dist].path, declared[dist].line)
        for name in LAYERS
        if (dist := DISTRIBUTIONS.get(name, name)) in declared
    )
    drivers = tuple(
        Evidence(name, declared[name].path, declared[name].line)
        for name in FAKED
        if name in declared and name not in ASYNC_SIDE
    )
    return (() if any(layer.name in WRAPPERS for layer in layers) else drivers), layers


def central(tree: Tree) -> str:
    """A file to judge the import root by where there is no application: one that uses a driver, else an ORM."""
    used = _imports(tree)
    for wanted in (FAKED, LAYERS):
        paths = [source.path for source, names in used.items() if not names.isdisjoint(wanted)]
        paths.sort(key=lambda path: (is_side(path), path.count("/"), path))
        if paths:
            return paths[0]
    return ""


def _imports(tree: Tree) -> dict[Source, set[str]]:
    used: dict[Source, set[str]] = {}
    own = {name for name in (*FAKED, *LAYERS) if _is_own(tree, name)}
    side = all(is_side(path) or source.aside for path, source in tree.sources.items())
    for source in tree.having(*MARKERS):
        if (is_side(source.path) and not side) or source.path.rpartition("/")[2] == "setup.py":
            continue
        found = {name.decode() for name in IMPORT.findall(source.data)}
        names = {ALSO.get(name, name) for name in found} - own
        if names:
            used[source] = names
    return used


def _is_own(tree: Tree, name: str) -> bool:
    """Whether the project is the driver itself, or has a package of its name at an import root."""
    places = [join(folder, name) for folder in (".", "src", "python", "lib")]
    return any(f"{place}/__init__.py" in tree.sources for place in places)


def _weigh(files: dict[Source, set[str]]) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    counts = Counter(name for names in files.values() for name in names)
    faked = [name for name in FAKED if _is_async(files, name)]
    others = [name for name in LAYERS if name not in faked]
    layers = tuple(_evidence(files, name) for name in _ordered(counts, others))
    wrapped = any(layer.name in WRAPPERS for layer in layers)
    drivers = []
    for name in _ordered(counts, faked):
        line = 0
        for source in sorted((one for one in files if name in files[one]), key=lambda one: one.path):
            line = _line_of_use(source, name, exceptions_count=not wrapped)
            if line:
                drivers.append(Evidence(name, source.path, line))
                break
    return tuple(drivers), tuple(layer for layer in layers if layer.line)


def _is_async(files: dict[Source, set[str]], name: str) -> bool:
    """Whether what the code uses of a driver has a fake: the async side, where there are two."""
    mark = ASYNC_SIDE.get(name)
    return mark is None or any(mark in source.data for source, names in files.items() if name in names)


def _ordered(counts: Counter[str], names: Iterable[str]) -> list[str]:
    return sorted((name for name in names if counts[name]), key=lambda name: -counts[name])


def _evidence(files: dict[Source, set[str]], name: str) -> Evidence:
    for source in sorted((one for one in files if name in files[one]), key=lambda one: one.path):
        line = _line_of_use(source, name, exceptions_count=True)
        if line:
            return Evidence(name, source.path, line)
    return Evidence(name, "", 0)


def _line_of_use(source: Source, name: str, *, exceptions_count: bool) -> int:
    """The line of an import of the package, 0 where the file has none that counts."""
    for origin, line in source.names.lines:
        if origin.level or ALSO.get(top := origin.module.partition(".")[0], top) != name:
            continue
        if exceptions_count or not _only_exceptions(source, name):
            return line
    return 0


def _only_exceptions(source: Source, name: str) -> bool:
    """Whether all that a file takes from a driver is its exceptions."""
    for origin, _ in source.names.lines:
        if origin.level or ALSO.get(top := origin.module.partition(".")[0], top) != name:
            continue
        if "exceptions" in origin.module or origin.attribute.endswith(("Error", "Exception", "exceptions")):
            continue
        if origin.attribute:
            return False
        if not _attributes_are_exceptions(source, name):
            return False
    return True


def _attributes_are_exceptions(source: Source, name: str) -> bool:
    for node in ast.walk(source.module) if source.module else ():
        if isinstance(node, ast.Attribute):
            first, _, rest = source.names.dotted(node).partition(".")
            if first == name and "exceptions" not in rest and not rest.endswith(("Error", "Exception")):
                return False
    return True
