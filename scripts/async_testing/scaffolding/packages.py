"""A package that scaffold writes, over one that an earlier version wrote: whole in either form, never half."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from async_testing import files
from async_testing.model import Change
from async_testing.scaffolding import headers


def modules(root: Path, folder: str) -> list[str]:
    """The Python files of a folder and below, whoever wrote them, as seen from the root."""
    return sorted(path.relative_to(root).as_posix() for path in (root / folder).rglob("*.py"))


def renewed(root: Path, folder: str, planned: Sequence[Change], *, update: bool) -> list[Change]:
    """What to do to a package, left-over files included.

    A file that is no longer part of it goes with --update if nobody changed it; a changed one stays, and files that
    scaffold did not write are not looked at. Nothing is written at all where somebody's module would be hidden by
    a folder of its name, or where a changed ``__init__.py`` may import what would go. Without --update no
    file is added to outdated ones: they would not fit together.

    Args:
        root: the project's folder.
        folder: the package, as seen from the root.
        planned: each file that belongs to it.
        update: whether outdated files are replaced.
    """
    left = _left_over(root, folder, {one.path for one in planned}, update=update)
    held = _hidden(root, planned)
    own = [one for one in planned if one.state == "conflict" and one.path == f"{folder}/__init__.py"]
    if held or (own and left):
        return held or own
    found = [*planned, *left]
    if not update and any(one.state == "outdated" for one in found):
        return [one for one in found if one.state != "create"]
    return found


def _left_over(root: Path, folder: str, planned: set[str], *, update: bool) -> list[Change]:
    """What an earlier version, or one for another driver, wrote and this one does not."""
    found = []
    for path in modules(root, folder):
        source = files.read(root, path) if path not in planned else None
        sealed = headers.unseal(source.text) if source else None
        if sealed is None:
            continue
        if not sealed.unmodified:
            found.append(Change(path, "modified", reason="no longer used, but changed since: it stays"))
        elif update:
            found.append(Change(path, "remove"))
        else:
            reason = f"written by {sealed.version}, no longer used: --update removes it"
            found.append(Change(path, "outdated", reason=reason))
    return found


def _hidden(root: Path, planned: Sequence[Change]) -> list[Change]:
    """Somebody's modules that a folder of their name would hide from whoever imports them."""
    found = []
    for folder in sorted({str(PurePosixPath(one.path).parent) for one in planned}):
        source = files.read(root, f"{folder}.py")
        sealed = headers.unseal(source.text) if source else None
        if source is not None and not (sealed and sealed.unmodified):
            reason = f"the folder {PurePosixPath(folder).name}/ would hide it: rename it, then scaffold again"
            found.append(Change(f"{folder}.py", "conflict", reason=reason))
    return found
