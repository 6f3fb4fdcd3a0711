"""Where everything is that verify was asked about: the project, its tests, the modules, the schema."""

from __future__ import annotations

import ast
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from async_testing.cli.paths import located
from async_testing.finding import UsageError, unparsed
from async_testing.subjects import modules
from async_testing.verifying import subject
from async_testing.verifying.since import changed_lines

MOST = 6


class Places(NamedTuple):
    """What the command line names."""

    root: Path
    tests: tuple[str, ...]
    """Relative to the root, node IDs among them; empty for all."""
    modules: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """What of the tests was not told by what."""


def places_of(options: Namespace) -> Places:
    """Find what the command line names, and what it leaves out.

    Raises:
        UsageError: something is not there, or lies outside of the project.
    """
    root = _root(options)
    tests = tuple(_test(root, one) for one in options.tests)
    if options.module:
        return Places(root, tests, tuple(dict.fromkeys(_module(root, one) for one in options.module)))
    if options.since:
        changed = changed_lines(root, options.since)
        known = set(modules.find(str(root)))
        return Places(root, tests, tuple(sorted(one for one in changed if one in known)))
    if set(options.checks) <= {"steady", "replay"}:
        return Places(root, tests, ())
    return _about(root, tests)


def _root(options: Namespace) -> Path:
    if options.root is not None:
        root = Path(options.root).resolve()
        if not root.is_dir():
            raise UsageError(f"--root {options.root}: no such folder")
        return root
    first = [*(one.partition("::")[0] for one in options.tests), *(options.module or ()), "."][0]
    here = modules.root_above(str(Path.cwd()))
    place = Path(located(first, here)).resolve()
    return Path(modules.root_above(str(place if place.is_dir() else place.parent)))


def _inside(root: Path, given: str, what: str) -> str:
    """A path relative to the root."""
    full = Path(located(given, str(root))).resolve()
    if not full.exists():
        raise UsageError(f"{what} {given}: no such file or folder")
    if not full.is_relative_to(root):
        raise UsageError(f"{what} {given} lies outside of {root}: give another --root")
    return full.relative_to(root).as_posix()


def _test(root: Path, given: str) -> str:
    path, colons, name = given.partition("::")
    if not path:
        raise UsageError(f"TESTS {given!r}: a file, a folder or a node ID is expected")
    return f"{_inside(root, path, 'TESTS')}{colons}{name}"


def _module(root: Path, given: str) -> str:
    path = _inside(root, given, "--module")
    if (root / path).is_dir():
        raise UsageError(f"--module {given} is a folder: name a file")
    if not path.endswith((".py", ".sql")):
        raise UsageError(f"--module {given}: a .py or .sql file is expected")
    if path.endswith(".py"):
        try:
            ast.parse((root / path).read_bytes())
        except SyntaxError as error:
            raise UsageError(f"--module {given}:{error.lineno or 0}: {unparsed(error)}") from None
        except ValueError as error:
            raise UsageError(f"--module {given} cannot be parsed: {error}") from None
    return path


def _about(root: Path, tests: tuple[str, ...]) -> Places:
    files = list(_files(root, tests))
    if not files:
        raise UsageError(f"no test file in {', '.join(tests) or root}: name files that hold tests")
    found = subject.of_tests(root, files)
    if not found.modules:
        named = " ".join(f"--module {one}" for one in found.possible[:MOST]) or "--module FILE"
        raise UsageError(f"which module is under test? {files[0]} does not tell; give {named}")
    if not found.untold:
        return Places(root, tests, tuple(found.modules))
    told = f"{', '.join(found.untold[:MOST])}{' and more' if len(found.untold) > MOST else ''}"
    note = f"which module is under test is not told by {told}: what those are about is judged with --module"
    return Places(root, tests, tuple(found.modules), (note,))


def _files(root: Path, tests: Sequence[str]) -> Iterator[str]:
    paths = dict.fromkeys(one.partition("::")[0] for one in tests) or modules.tests(str(root))[0]
    for path in paths:
        full = root / path
        found = sorted(full.rglob("*.py")) if full.is_dir() else [full]
        for one in found:
            if one.name.startswith("test_") or one.stem.endswith("_test") or (one == full and path in tests):
                yield one.relative_to(root).as_posix()


def schemas_of(options: Namespace, root: Path) -> list[Path]:
    """The files that make the tables: those of ``--schema``, else the one that the tests' real_database.py names.

    Raises:
        UsageError: a given one is missing.
    """
    given = [Path(located(one, str(root))) for one in options.schema or ()]
    for one, full in zip(options.schema or (), given, strict=True):
        if not full.is_file():
            raise UsageError(f"--schema {one}: no such file")
    if given:
        return given
    for folder in ("tests", "test", "."):
        found = _named_by(root / folder / "real_database.py")
        if found is not None:
            return [found]
    return []


def _named_by(file: Path) -> Path | None:
    """What ``SCHEMA: Path | None = Path(__file__).parents[1] / "schema.sql"`` says."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    for node in tree.body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(node, ast.AnnAssign) and isinstance(target, ast.Name) and target.id == "SCHEMA":
            parts: list[str] = []
            value = node.value
            while isinstance(value, ast.BinOp) and isinstance(value.right, ast.Constant):
                parts.insert(0, str(value.right.value))
                value = value.left
            above = value.slice if isinstance(value, ast.Subscript) else None
            if isinstance(above, ast.Constant) and isinstance(above.value, int) and parts:
                full = file.resolve().parents[above.value].joinpath(*parts)
                return full if full.is_file() else None
    return None
