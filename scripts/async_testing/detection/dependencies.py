"""The FastAPI dependencies that hand out a session, a connection or a pool."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Literal

from async_testing.detection.names import Function, own, statements
from async_testing.detection.tree import Source, Tree, module_name, within
from async_testing.model import Dependency

Provides = Literal["session", "connection", "pool"]
USED = re.compile(rb"\b(?:Depends|Security)\(\s*([\w.]+)")
HINT = re.compile(
    rb"->[^:]*(?:[Ss]ession|[Cc]onn|[Pp]ool)|\byield\b|\.acquire\(|\.connection\(|[Ss]ession|\bpool\b|\.pool\b"
)
TYPES: tuple[tuple[re.Pattern[str], Provides], ...] = (
    (re.compile(r"(?:Async|async_scoped_|scoped_)?[Ss]ession|AgnosticClientSession"), "session"),
    (re.compile(r"(?:Async)?Connection(?:Proxy)?|PoolConnectionProxy"), "connection"),
    (re.compile(r"(?:Async|Null|Async?Null)?(?:Connection)?Pool"), "pool"),
)
WORDS: tuple[tuple[re.Pattern[str], Provides], ...] = (
    (re.compile(r"(?:.*_)?session", re.IGNORECASE), "session"),
    (re.compile(r"(?:.*_)?(?:conn|connection)", re.IGNORECASE), "connection"),
    (re.compile(r"(?:.*_)?pool", re.IGNORECASE), "pool"),
)
DATABASE = re.compile(r"(?:.*_)?(?:db|database)", re.IGNORECASE)
WINDOW = 1500


def find(tree: Tree, import_root: str, *, orm: bool) -> tuple[Dependency, ...]:
    """The dependencies of the application's own code, in order of path and line.

    A function counts when routes depend on it (``Depends(name)``) and its return annotation, or what it yields or
    returns, is a session, a connection or a pool.

    Args:
        tree: the project.
        import_root: the folder its modules import from.
        orm: whether the application uses an ORM, which tells what a bare ``db`` is.
    """
    used = _used(tree)
    found = []
    if not used:
        return ()
    defined = re.compile(rb"def (" + b"|".join(sorted(map(re.escape, used))) + rb")\b")
    for source in tree.having(b"def "):
        if not within(source.path, import_root) or not _worth(source, defined):
            continue
        module = module_name(source.path, import_root)
        for name, node in _functions(source):
            if node.name.encode() in used:
                provides = _provides(source, node, orm=orm)
                if provides:
                    found.append(Dependency(module, name, provides, source.path, node.lineno))
    return tuple(found)


def _used(tree: Tree) -> set[bytes]:
    names: set[bytes] = set()
    for source in tree.having(b"Depends(", b"Security("):
        names.update(name.rpartition(b".")[2] for name in USED.findall(source.data))
    return names - {b""}


def _worth(source: Source, defined: re.Pattern[bytes]) -> bool:
    data = source.data
    return any(HINT.search(data, match.start(), match.start() + WINDOW) for match in defined.finditer(data))


def _functions(source: Source) -> Iterator[tuple[str, Function]]:
    """The functions of a module, and the methods of its module-level objects as ``object.method``."""
    body = source.module.body if source.module else []
    classes: dict[str, ast.ClassDef] = {}
    for node in statements(body):
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            classes[node.name] = node
        elif (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name)
        ):
            made = classes.get(node.value.func.id)
            for target in node.targets if made else ():
                if isinstance(target, ast.Name) and made:
                    methods = (part for part in made.body if isinstance(part, Function))
                    yield from ((f"{target.id}.{method.name}", method) for method in methods)


def _provides(source: Source, node: Function, *, orm: bool) -> Provides | None:
    annotated = _of_annotation(source, node.returns)
    if annotated:
        return annotated
    if node.returns is not None and _plain(node.returns):
        return None
    for part in own(node):
        value = part.value if isinstance(part, ast.Yield | ast.Return) else None
        if isinstance(value, ast.Await):
            value = value.value
        if isinstance(value, ast.Call):
            value = value.func
        name = (
            value.id
            if isinstance(value, ast.Name)
            else value.attr
            if isinstance(value, ast.Attribute)
            else ""
        )
        for pattern, provides in WORDS:
            if pattern.fullmatch(name):
                return provides
        if isinstance(part, ast.Yield) and DATABASE.fullmatch(name):
            return "session" if orm else "connection"
    return None


def _plain(node: ast.expr) -> bool:
    """Whether an annotation says that something else than a generator of anything is returned."""
    text = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    text |= {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return not any(name.endswith(("Generator", "Iterator", "Iterable", "Any")) for name in text)


def _of_annotation(source: Source, node: ast.expr | None) -> Provides | None:
    names: list[str] = []
    if isinstance(node, ast.Subscript) and source.names.dotted(node.value).endswith("Callable"):
        return None
    for part in ast.walk(node) if node else ():
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            names.extend(re.findall(r"\w+", part.value))
        elif isinstance(part, ast.Name):
            names.append(source.names.dotted(part).rpartition(".")[2])
        elif isinstance(part, ast.Attribute):
            names.append(part.attr)
    for name in names:
        for pattern, provides in TYPES:
            if pattern.fullmatch(name):
                return provides
    return None
