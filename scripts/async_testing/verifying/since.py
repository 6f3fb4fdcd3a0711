"""The lines that were changed since a commit, as git tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from async_testing.finding import UsageError
from async_testing.git import ask, base_of, untracked

_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")
_DIFF = ("diff", "--relative", "--no-ext-diff", "--no-textconv", "--no-color", "--find-renames", "--submodule=short",
         "--ignore-submodules=all", "--diff-filter=ACMRT")  # fmt: skip


def changed_lines(root: Path, ref: str) -> dict[str, frozenset[int]]:
    """By file, relative to the root, the lines that are new or other than at the merge base with a commit.

    Where lines were only taken out, the two around the place count. Of a renamed file only what changed in it does; an
    untracked one is new as a whole.

    Raises:
        UsageError: no repository, no such commit, no common ancestor, or no git.
    """
    base = base_of(root, ref)
    names = _names(ask(root, "--since: git diff failed", *_DIFF, "--name-status", "-z", base, "--"))
    patch = ask(root, "--since: git diff failed", *_DIFF, "--unified=0", base, "--")
    found = dict(zip(names, _lines(patch), strict=False))
    if len(found) != patch.count("\ndiff --git ") + patch.startswith("diff --git "):
        raise UsageError("--since: the files changed while git looked at them; try again")
    for path in untracked(root):
        found[path] = _whole(root / path)
    return found


def _names(told: str) -> list[str]:
    """The paths of ``--name-status -z``; of a renamed or copied file the new one."""
    parts = iter(told.split("\0"))
    names = []
    for status in parts:
        if status:
            name = next(parts, "")
            names.append(next(parts, "") if status[0] in "RC" else name)
    return names


def _lines(patch: str) -> Iterator[frozenset[int]]:
    """Of each file in a patch, in its order, the lines that it has afterwards and not before."""
    lines: set[int] | None = None
    for line in patch.split("\n"):
        if line.startswith("diff --git "):
            if lines is not None:
                yield frozenset(lines)
            lines = set()
        elif lines is not None and (hunk := _HUNK.match(line)):
            first, length = int(hunk[1]), int(hunk[2] or 1)
            lines.update(range(first, first + length) if length else (max(first, 1), first + 1))
    if lines is not None:
        yield frozenset(lines)


def _whole(path: Path) -> frozenset[int]:
    """Every line of a file; none where it is no readable file."""
    try:
        return frozenset(range(1, path.read_bytes().count(b"\n") + 2))
    except OSError:
        return frozenset()
