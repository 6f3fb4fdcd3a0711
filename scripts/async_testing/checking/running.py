"""All files through the rules: from the cache where nothing changed, in one process or several."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from async_testing.checking.cache import Cache, folders_of
from async_testing.checking.examined import Examined
from async_testing.rules import Rule
from async_testing.userfolder import digest

if TYPE_CHECKING:
    from async_testing.facts.workspace import Workspace

WORTH = 3_000_000
"""Bytes of source for which starting more processes pays."""
COLLECTED = 6_000_000
"""Characters of other modules let go of between two collections of garbage; what is checked goes without it."""


class Report(NamedTuple):
    """What became of all files."""

    examined: tuple[Examined, ...]
    """Every file, and every configuration file in force for one of them, by path."""
    from_cache: int = 0
    """How many of the files did not have to be looked at again."""


class Work(NamedTuple):
    """What examining some files gave, as it travels between processes."""

    examined: list[Examined]
    states: dict[str, str | None]
    links: dict[str, list[str]]
    missed: dict[str, list[str]]


def run(
    root: str | os.PathLike[str],
    files: Sequence[str],
    rules: Sequence[Rule],
    *,
    cache: Cache | None = None,
    jobs: int = 0,
) -> Report:
    """Ask rules about files.

    Args:
        root: the project's root, resolved.
        files: relative to it.
        rules: those to ask; ``checking.rulebook.load()`` gives them without importing them.
        cache: results of earlier runs, brought up to date; None: every file is examined.
        jobs: how many processes; 0: as many as pay.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        return _run(root, list(dict.fromkeys(files)), rules, cache, jobs)
    finally:
        if enabled:
            gc.enable()


def _run(
    root: str | os.PathLike[str], files: list[str], rules: Sequence[Rule], cache: Cache | None, jobs: int
) -> Report:
    prefix = str(root).rstrip(os.sep) + os.sep
    done: list[Examined] = []
    size = 0
    if cache:
        digests: dict[str, str] = {}
        for path in files:
            data = _read(prefix + path)
            digests[path] = digest(data) if isinstance(data, bytes) else ""
            size += len(data) if isinstance(data, bytes) else 0
        cache.verify(digests)
        done = [found for path in files if (found := cache.result(path))]
    known = {one.path for one in done}
    left = [path for path in files if path not in known]
    configured = _known_configs(files, cache)
    if configured is not None and not left:
        return Report(tuple(sorted([*done, *configured], key=_path)), len(done))
    if not cache:
        size = sum(_size(prefix + path) for path in left)
    count = jobs or (os.cpu_count() or 1 if size * len(left) > WORTH * len(files) else 1)
    parts = chunks(left, count) if count > 1 else [left]
    configs, in_force, asked = _configs(root, files, rules, keep=cache is not None)
    works = [asked, *_work(prefix, parts, rules, keep=cache is not None)]
    examined = [one for work in works for one in work.examined]
    if cache:
        lasting = [one for one in [*examined, *configs] if not one.problem.startswith(PASSING)]
        _update(cache, lasting, in_force, works)
    return Report(tuple(sorted([*done, *configs, *examined], key=_path)), len(done))


PASSING = ("could not", "cannot be read")
"""How problems begin that another run may not have."""


def _update(cache: Cache, examined: list[Examined], in_force: dict[str, str], works: list[Work]) -> None:
    states: dict[str, str | None] = {}
    links: dict[str, list[str]] = {}
    missed: dict[str, list[str]] = {}
    for work in works:
        states.update({path: state for path, state in work.states.items() if state or not states.get(path)})
        for merged, more in ((links, work.links), (missed, work.missed)):
            for asker, paths in more.items():
                merged.setdefault(asker, []).extend(paths)
    cache.update(examined, in_force, states, links, missed)


def _known_configs(files: list[str], cache: Cache | None) -> list[Examined] | None:
    """What the cache knows of the configuration files in force, None where it does not know all of it."""
    found: dict[str, Examined] = {}
    for folder in folders_of(files) if cache else ():
        path = cache.config(folder) if cache else None
        one = cache.result(path) if cache and path else None
        if path is None or (path and one is None):
            return None
        if one:
            found[path] = one
    return list(found.values()) if cache else None


def _configs(
    root: str | os.PathLike[str], files: list[str], rules: Sequence[Rule], *, keep: bool
) -> tuple[list[Examined], dict[str, str], Work]:
    """Every configuration file in force asked once, by folder which one that is, and what that depended on."""
    from async_testing.checking.engine import examine_config
    from async_testing.detection.pytestconfig import Broken
    from async_testing.facts.workspace import Workspace

    workspace = Workspace(root)
    workspace.digest = digest if keep else None
    about = [rule for rule in rules if rule.check_config] if files else []
    found: dict[str, Examined] = {}
    in_force: dict[str, str] = {}
    for folder in folders_of(files):
        try:
            config = workspace.config(f"{folder}/conftest.py" if folder else "conftest.py")
        except Broken as error:
            found[error.path] = Examined(error.path, (), str(error))
            continue
        in_force[folder] = config.path
        if config.path and config.path not in found:
            workspace.link(config.path, config.path)
            found[config.path] = examine_config(config, workspace.text(config.path) or "", about)
    return list(found.values()), in_force, _result(workspace, [])


def _work(prefix: str, parts: list[list[str]], rules: Sequence[Rule], *, keep: bool) -> Iterator[Work]:
    if len(parts) < 2:
        for part in parts:
            yield work(prefix, part, rules, keep=keep)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    codes = [rule.code for rule in rules]
    try:
        with ProcessPoolExecutor(len(parts), get_context("spawn")) as pool:
            yield from pool.map(_in_process, [(prefix, part, codes, keep) for part in parts])
    except (OSError, RuntimeError, ImportError):  # no processes here: then in this one
        for part in parts:
            yield work(prefix, part, rules, keep=keep)


def _in_process(task: tuple[str, list[str], list[str], bool]) -> Work:
    from async_testing.checking import rulebook

    prefix, files, codes, keep = task
    gc.disable()
    return work(prefix, files, [rule for rule in rulebook.load() if rule.code in codes], keep=keep)


def work(prefix: str, files: list[str], rules: Sequence[Rule], *, keep: bool) -> Work:
    """Examine files one after another; a tree is dropped before the next is made.

    Args:
        prefix: the root with a separator behind it.
        files: relative to it.
        rules: those to ask.
        keep: whether to find out what the results depend on.
    """
    from async_testing.checking.engine import examine
    from async_testing.detection.pytestconfig import Broken
    from async_testing.facts.workspace import Workspace

    workspace = Workspace(prefix)
    workspace.digest = digest if keep else None
    found = []
    for path in files:
        data = _read(prefix + path)
        if isinstance(data, bytes):
            if keep:
                workspace.states[path] = digest(data)
            with contextlib.suppress(Broken):  # which is told of the configuration file, once
                workspace.config(path)
            found.append(examine(workspace, path, data, rules))
        else:
            found.append(Examined(path, (), f"cannot be read ({data})"))
        if workspace.dropped > COLLECTED:
            workspace.dropped = 0
            gc.collect()
    return _result(workspace, found)


def _result(workspace: Workspace, found: list[Examined]) -> Work:
    if workspace.digest is None:
        return Work(found, {}, {}, {})
    links = {asker: list(paths) for asker, paths in workspace.links.items()}
    missed = {folder: list(names) for folder, names in workspace.missed.items()}
    return Work(found, workspace.states, links, missed)


def chunks(files: list[str], count: int) -> list[list[str]]:
    """Files in runs of about the same number, neighbours together: they share conftests and helpers."""
    ordered = sorted(files)
    size = max(1, -(-len(ordered) // count))
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


def _read(full: str) -> bytes | str:
    """The bytes of a file, or why it cannot be read."""
    try:
        with open(full, "rb") as stream:  # noqa: PTH123
            return stream.read()
    except (OSError, ValueError) as error:
        return (error.strerror if isinstance(error, OSError) else "") or type(error).__name__


def _size(full: str) -> int:
    try:
        return os.stat(full).st_size  # noqa: PTH116
    except (OSError, ValueError):
        return 0


def _path(one: Examined) -> str:
    return one.path
