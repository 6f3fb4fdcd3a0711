"""What the answers of verify depend on, as digests: where these are the same, the answers are.

Not seen are files outside of the root, packages edited in place, other environment variables than those given, and the
content of databases.
"""

from __future__ import annotations

import ast
import fnmatch
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from async_testing.detection.paths import foreign, skipped, within
from async_testing.userfolder import digest, sources_digest

KINDS = frozenset(
    {
        "py",
        "pyi",
        "sql",
        "toml",
        "cfg",
        "ini",
        "json",
        "jsonl",
        "yaml",
        "yml",
        "txt",
        "csv",
        "tsv",
        "xml",
        "html",
        "env",
    }
    | {"jinja", "jinja2", "j2", "mako", "tmpl", "graphql", "proto"}
)
MOST_FILES = 20_000
LARGEST = 2_000_000
"""Bytes: of a larger file size and time have to tell enough."""
_IMPORTED = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([^#\n(]+(?:\([^)]*\))?)", re.MULTILINE)
_WORD = re.compile(rb"\w+")
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_ASK = """
import os, sys
print(sys.version, sys.prefix)
for folder in sys.path:
    if os.path.isdir(folder) and ("-packages" in folder):
        print(sorted(n for n in os.listdir(folder) if n.endswith((".dist-info", ".egg-info", ".egg-link", ".pth"))))
"""


class State:
    """The digests.

    Args:
        ground: of all but the tests: code, conftests, data, configuration, packages, and what is asked to run.
        files: the files of tests, with what they hold.
    """

    def __init__(self, ground: str, files: Mapping[str, bytes]) -> None:
        self.ground = ground
        self._files = dict(sorted(files.items()))
        told = "\n".join([ground, *(f"{path}\0{digest(data)}" for path, data in self._files.items())])
        self.everything = digest(told.encode(errors="surrogateescape"))
        """Of all that matters."""

    @cached_property
    def tests(self) -> dict[str, str]:
        """By node ID without parameters: of the test's own text and what its file and class have around it."""
        return {name: one for path, data in self._files.items() for name, one in tests_of(path, data).items()}


def state_of(
    root: Path,
    interpreter: str,
    arguments: Sequence[str],
    environment: Iterable[tuple[str, str]] = (),
    ignored: Iterable[Path] = (),
) -> State | None:
    """The state of a project; None where it cannot be told: too many files, unreadable ones, no such interpreter.

    Args:
        root: the project's folder.
        interpreter: what runs its tests.
        arguments: those of pytest.
        environment: variables that matter.
        ignored: files of ours in the project, such as the report.
    """
    try:
        files = dict(_files(root, {os.path.realpath(one) for one in ignored}))
        told = [sources_digest(), sys.version, _interpreter(interpreter), repr(list(arguments))]
    except (OSError, OverflowError, subprocess.SubprocessError, ValueError):
        return None
    asked = [name for name in ("PYTHONPATH", "PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ]
    told += [repr(sorted([*environment, *((name, os.environ[name]) for name in asked)]))]
    modules = {path: data for path, data in files.items() if path.endswith(".py")}
    words = {
        word
        for data in modules.values()
        for names in _IMPORTED.findall(data)
        for word in _WORD.findall(names)
    }
    chosen = _chosen(arguments)
    tests: dict[str, bytes] = {}
    ground = []
    for path, data in sorted(files.items()):
        if not _holds_tests(path) or Path(path).stem.encode() in words:
            ground.append(f"{path}\0{digest(data)}")
        elif any(within(path, one) for one in chosen):
            tests[path] = data
    return State(digest("\n".join([*told, *ground]).encode(errors="surrogateescape")), tests)


def tests_of(path: str, data: bytes) -> dict[str, str]:
    """By node ID without parameters, the digests of the tests in a file; one of the file's name where it is odd."""
    try:
        tree = ast.parse(data)
        lines = data.decode("utf-8-sig").split("\n")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {path: digest(data)}
    mentioned = _mentioned(tree)
    frame = _Frame(lines)
    inner: dict[str, tuple[_Frame, dict[str, str]]] = {}
    for node in tree.body:
        if (
            isinstance(node, ast.ClassDef)
            and not node.bases
            and not node.keywords
            and node.name not in mentioned
        ):
            around = _Frame(lines, *frame.take_out(node))
            inner[node.name] = around, {one.name: around.cut(one) for one in _functions(node.body, mentioned)}
    own = {one.name: frame.cut(one) for one in _functions(tree.body, mentioned)}
    found = {path: frame.text()}
    found |= {f"{path}::{name}": f"{text}\0{frame.text()}" for name, text in own.items()}
    for name, (around, methods) in inner.items():
        found[f"{path}::{name}"] = f"{around.text()}\0{frame.text()}"
        found |= {
            f"{path}::{name}::{one}": f"{text}\0{around.text()}\0{frame.text()}"
            for one, text in methods.items()
        }
    return {name: digest(text.encode("utf-8", "surrogatepass")) for name, text in found.items()}


class _Frame:
    """The lines of a file or class that are left when its tests are taken out."""

    def __init__(self, lines: list[str], start: int = 0, end: int | None = None) -> None:
        self._lines = lines
        self._left = dict.fromkeys(range(start, len(lines) if end is None else end))

    def take_out(self, node: ast.stmt) -> tuple[int, int]:
        """Leave out the lines of a definition with its decorators, and say which they are."""
        decorators = getattr(node, "decorator_list", [])
        start = min([node.lineno, *(one.lineno for one in decorators)]) - 1
        end = node.end_lineno or node.lineno
        for line in range(start, end):
            self._left.pop(line, None)
        return start, end

    def cut(self, node: ast.stmt) -> str:
        """Leave out a definition, and return its text."""
        start, end = self.take_out(node)
        return "\n".join(self._lines[start:end])

    def text(self) -> str:
        """What is left, without blank lines."""
        return "\n".join(self._lines[one] for one in self._left if self._lines[one].strip())


def _functions(body: Sequence[ast.stmt], mentioned: frozenset[str]) -> list[_Function]:
    """The tests of a body that nothing in the file speaks of, so that no other test can depend on them."""
    functions = [one for one in body if isinstance(one, _Function)]
    names = Counter(one.name for one in functions)
    return [
        one
        for one in functions
        if one.name.startswith("test") and one.name not in mentioned and names[one.name] == 1
    ]


def _mentioned(tree: ast.Module) -> frozenset[str]:
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.Constant(value=str() as name):
                found.add(name)
            case ast.alias(name=name, asname=other):
                found.add(other or name)
    return frozenset(found)


def _files(root: Path, ignored: set[str]) -> Iterator[tuple[str, bytes]]:
    """The files of a project that can matter to its tests, with what they hold.

    Raises:
        OSError: one cannot be read.
        OverflowError: there are too many.
    """
    pending, count = [""], 0
    while pending:
        folder = pending.pop()
        with os.scandir(root / folder) as listing:
            entries = list(listing)
        if folder and foreign(str(root / folder), {entry.name for entry in entries}):
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if not skipped(entry.name):
                    pending.append(path)
            elif _matters(entry.name) and entry.is_file() and os.path.realpath(entry.path) not in ignored:
                count += 1
                if count > MOST_FILES:
                    raise OverflowError(root)
                yield path, _content(entry)


def _content(entry: os.DirEntry[str]) -> bytes:
    status = entry.stat()
    if status.st_size > LARGEST:
        return f"{status.st_size} {status.st_mtime_ns}".encode()
    return Path(entry.path).read_bytes()


def _matters(name: str) -> bool:
    if name.startswith(".env"):
        return True
    return not skipped(name) and name.rpartition(".")[2].lower() in KINDS


def _holds_tests(path: str) -> bool:
    name = path.rpartition("/")[2]
    return fnmatch.fnmatch(name, "test_*.py") or fnmatch.fnmatch(name, "*_test.py")


def _chosen(arguments: Sequence[str]) -> list[str]:
    """The paths among pytest's arguments; the whole project where there is none."""
    paths = [one.partition("::")[0].replace(os.sep, "/") for one in arguments if not one.startswith("-")]
    cleaned = [os.path.normpath(one).replace(os.sep, "/") for one in paths]
    return [one for one in cleaned if one] or ["."]


def _interpreter(interpreter: str) -> str:
    """What tells one environment from another: its Python, and the packages in it with their versions."""
    done = subprocess.run(
        [interpreter, "-I", "-c", _ASK], capture_output=True, timeout=20, stdin=subprocess.DEVNULL, check=True
    )
    return digest(done.stdout)
