"""The distributions that a project declares, locks and has installed."""

from __future__ import annotations

import ast
import configparser
import contextlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

from async_testing.detection.tree import Tree, join
from async_testing.model import Evidence

Declared = dict[str, Evidence]
"""Normalised distribution name → where it is declared."""
EXTRAS = {
    ("fastapi", "standard"): ("httpx",),
    ("fastapi", "all"): ("httpx",),
    ("starlette", "full"): ("httpx",),
    ("sqlalchemy", "asyncio"): ("greenlet",),
}
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
ENVIRONMENTS = (".venv", "venv", "env")
REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")


def normal(name: str) -> str:
    """A distribution's name as the package index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(tree: Tree, folders: Iterable[str]) -> Declared:
    """What the packaging files in these folders name, in whatever group; the first folder wins."""
    found: Declared = {}
    for folder in folders:
        for path, requirements in _requirements(tree, folder):
            text = tree.text(path) or ""
            for requirement in requirements:
                match = REQUIREMENT.match(requirement)
                if not match:
                    continue
                name = normal(match[1])
                extras = [extra.strip().lower() for extra in (match[2] or "").split(",")]
                for one in (name, *(more for extra in extras for more in EXTRAS.get((name, extra), ()))):
                    found.setdefault(one, Evidence(one, path, _line(text, match[1])))
    return found


def locked(tree: Tree, folders: Iterable[str]) -> dict[str, str]:
    """Distribution name → version in the nearest lock file."""
    for folder in folders:
        for lock in LOCKS:
            versions = dict(_locked(tree.text(join(folder, lock)) or ""))
            if versions:
                return versions
        versions = _pipfile_lock(tree, join(folder, "Pipfile.lock"))
        if versions:
            return versions
    return {}


def _locked(text: str) -> Iterator[tuple[str, str]]:
    """The packages of a lock file, read line by line: parsing TOML of this length takes longer than all the rest."""
    name = ""
    for line in text.splitlines():
        if line.startswith("["):
            name = "?" if line.rstrip() in ("[[package]]", "[[packages]]") else ""
        elif name and line.startswith(("name = ", "version = ")):
            value = line.partition("=")[2].strip().strip("\"'")
            if line.startswith("name"):
                name = value
                yield normal(name), ""
            else:
                yield normal(name), value


def installed(tree: Tree, folders: Iterable[str]) -> tuple[dict[str, str], str]:
    """Distribution name → version in the nearest virtual environment, and its interpreter's path."""
    for folder in folders:
        for name in ENVIRONMENTS:
            with contextlib.suppress(OSError):
                found = _environment(tree, join(folder, name))
                if found:
                    return found
    return {}, ""


def _environment(tree: Tree, base: str) -> tuple[dict[str, str], str] | None:
    if not (tree.root / base / "pyvenv.cfg").is_file():
        return None
    versions = dict(_dist_infos(tree, base))
    for python in (f"{base}/bin/python", f"{base}/Scripts/python.exe"):
        if (tree.root / python).exists():
            return versions, python
    return (versions, "") if versions else None


def _dist_infos(tree: Tree, base: str) -> Iterator[tuple[str, str]]:
    """The distributions of an environment, which may be a link to one that several checkouts share."""
    environment = tree.root / base
    for library in [*environment.glob("lib/python*/site-packages"), environment / "Lib" / "site-packages"]:
        for path in library.glob("*.dist-info"):
            stem, dot, suffix = path.name.rpartition(".")
            distribution, dash, version = stem.partition("-")
            if dot and dash and suffix == "dist-info":
                yield normal(distribution), version


def _requirements(tree: Tree, folder: str) -> Iterator[tuple[str, list[str]]]:
    path = join(folder, "pyproject.toml")
    document = _toml(tree, path)
    if document:
        yield path, [*_pyproject(document)]
    path = join(folder, "Pipfile")
    document = _toml(tree, path)
    if document:
        yield path, [name for key in ("packages", "dev-packages") for name in _table(document, key)]
    names = tree.names_in(folder)
    files = [join(folder, name) for name in names if re.fullmatch(r".*requirements.*\.(txt|in)", name)]
    if "requirements" in names:
        inner = join(folder, "requirements")
        files += [join(inner, name) for name in tree.names_in(inner) if name.endswith((".txt", ".in"))]
    for path in files:
        yield (
            path,
            [
                line
                for line in (tree.text(path) or "").splitlines()
                if not line.lstrip().startswith(("-", "#"))
            ],
        )
    if "setup.cfg" in names:
        yield join(folder, "setup.cfg"), [*_setup_cfg(tree, join(folder, "setup.cfg"))]
    if "setup.py" in names:
        yield join(folder, "setup.py"), [*_setup_py(tree, join(folder, "setup.py"))]


def _pyproject(document: dict[str, Any]) -> Iterator[str]:
    project = _table(document, "project")
    yield from _strings(project.get("dependencies"))
    for group in (
        *_table(project, "optional-dependencies").values(),
        *_table(document, "dependency-groups").values(),
    ):
        yield from _strings(group)
    tool = _table(document, "tool")
    yield from _strings(_table(tool, "uv").get("dev-dependencies"))
    for group in _table(_table(tool, "pdm"), "dev-dependencies").values():
        yield from _strings(group)
    for environment in _table(_table(tool, "hatch"), "envs").values():
        if isinstance(environment, dict):
            yield from _strings(environment.get("dependencies"))
            yield from _strings(environment.get("extra-dependencies"))
    poetry = _table(tool, "poetry")
    groups = [group for group in _table(poetry, "group").values() if isinstance(group, dict)]
    for table in (poetry, *groups):
        for key in ("dependencies", "dev-dependencies"):
            for name, value in _table(table, key).items():
                extras = value.get("extras") if isinstance(value, dict) else None
                yield f"{name}[{','.join(_strings(extras))}]"


def _setup_cfg(tree: Tree, path: str) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(tree.text(path) or "")
    except configparser.Error:
        return
    for section, keys in (
        ("options", ("install_requires", "tests_require")),
        ("options.extras_require", None),
    ):
        if parser.has_section(section):
            for key in keys or parser.options(section):
                yield from parser.get(section, key, fallback="").splitlines()


def _setup_py(tree: Tree, path: str) -> Iterator[str]:
    source = tree.sources.get(path)
    if source is None:
        return
    for call in source.calls:
        for keyword in call.keywords:
            if keyword.arg in ("install_requires", "extras_require", "tests_require"):
                for node in ast.walk(keyword.value):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield node.value


def _pipfile_lock(tree: Tree, path: str) -> dict[str, str]:
    try:
        document = json.loads(tree.text(path) or "{}")
    except (ValueError, RecursionError):
        tree.note("not read: not JSON", path)
        return {}
    versions = {}
    for group in ("default", "develop"):
        for name, entry in _table(document, group).items():
            version = entry.get("version", "") if isinstance(entry, dict) else ""
            versions[normal(name)] = str(version).removeprefix("==")
    return versions


def _toml(tree: Tree, path: str) -> dict[str, Any]:
    text = tree.text(path)
    if not text:
        return {}
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        tree.note(f"not read: not valid TOML ({error})", path)
        return {}


def _table(document: object, key: str) -> dict[str, Any]:
    value = document.get(key) if isinstance(document, dict) else None
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _line(text: str, name: str) -> int:
    pattern = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
    match = pattern.search(text)
    return text.count("\n", 0, match.start()) + 1 if match else 0
