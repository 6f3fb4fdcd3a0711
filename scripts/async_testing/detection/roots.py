"""Where a project's modules import from, and where its tests lie."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable

from async_testing.detection.pytestconfig import Settings
from async_testing.detection.tree import Source, Tree, ancestors, join, parent, within

IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import\b|import[ \t]+([\w.]+))", re.MULTILINE)
ENOUGH = 80
"""Files read for their imports: more of them have never changed the answer."""


def import_root(tree: Tree, anchor: str, known: Collection[str], pythonpath: Collection[str]) -> str:
    """The folder that has to be on ``sys.path`` for a file's package to import.

    The absolute imports of the file and of those around it vote: each names a folder from which it resolves. Where
    none does, the folder above the outermost package is taken, and what the configuration puts on the path first.

    Args:
        tree: the project.
        anchor: a file of the application.
        known: names of distributions, whose imports are no votes.
        pythonpath: folders that the pytest configuration puts on the path.
    """
    places = list(ancestors(parent(anchor)))
    votes: Counter[str] = Counter()
    foreign = {name.replace("-", "_") for name in known} | sys.stdlib_module_names
    for source in _around(tree, anchor):
        weight = 3 if source.path == anchor else 1
        for module in imports(source):
            for place in places if module.partition(".")[0] not in foreign else ():
                if _resolves(tree, place, module):
                    votes[place] += weight
    natural = _natural(tree, anchor)
    preferred = [place for place in places if place in pythonpath]
    if not votes:
        return preferred[0] if preferred else natural
    best = max(votes.values())
    ahead = [place for place in places if votes[place] == best]
    for choice in (*preferred, natural):
        if choice in ahead:
            return choice
    return ahead[-1]


def imports(source: Source) -> Iterable[str]:
    """The modules that a file imports by absolute name, as its lines say."""
    for match in IMPORT.finditer(source.data):
        module = (match[1] or match[2] or b"").decode("ascii", "ignore")
        if module and not module.startswith("."):
            yield module


def tests_folder(tree: Tree, home: str, anchor: str, settings: Settings | None) -> str:
    """The folder of the tests: what the configuration names, else the nearest ``tests`` or ``test``, else a new one.

    Args:
        tree: the project.
        home: the import root.
        anchor: a file of the application, empty where there is none.
        settings: the pytest configuration in force at the import root.
    """
    named = [folder for folder in (settings.folders("testpaths") if settings else ()) if "*" not in folder]
    existing = [folder for folder in named if folder in tree.folders]
    common = _common(existing)
    if common and not (anchor and within(anchor, common)):
        return common
    for place in _near(home, anchor):
        for name in ("tests", "test"):
            if join(place, name) in tree.folders:
                return join(place, name)
    if named and not existing and named[0] != ".":
        return named[0]
    base = parent(settings.path) if settings else "."
    start = base if within(base, home) or within(home, base) else home
    return join(start if within(home, start) else home, "tests")


def _common(folders: list[str]) -> str:
    """The one folder of several that a conftest for all of them belongs in."""
    if not folders:
        return ""
    for place in ancestors(folders[0]):
        if place.rpartition("/")[2] in ("tests", "test") and all(within(folder, place) for folder in folders):
            return place
    return folders[0] if folders[0] != "." else ""


def _near(home: str, anchor: str) -> list[str]:
    inside = [place for place in ancestors(parent(anchor)) if within(place, home)] if anchor else []
    above = [place for place in ancestors(home) if place not in inside]
    return [home, *above, *(place for place in reversed(inside) if place != home)]


def _around(tree: Tree, anchor: str) -> list[Source]:
    first = tree.sources[anchor]
    top = anchor.split("/")[0]
    near = [
        source
        for path, source in tree.sources.items()
        if source is not first and (path.split("/")[0] == top or not source.aside)
    ]
    near.sort(key=lambda source: -_shared(source.path, anchor))
    return [first, *near[:ENOUGH]]


def _shared(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count


def _resolves(tree: Tree, place: str, module: str) -> bool:
    parts = module.split(".")
    first = join(place, parts[0])
    if len(parts) == 1:
        return f"{first}.py" in tree.sources or f"{first}/__init__.py" in tree.sources
    second = f"{first}/{parts[1]}"
    return f"{second}.py" in tree.sources or (second in tree.folders and first in tree.folders)


def _natural(tree: Tree, anchor: str) -> str:
    """The folder above the outermost package of a file, at least as high as its relative imports reach."""
    places = list(ancestors(parent(anchor)))
    levels = [match[1] for match in IMPORT.finditer(tree.sources[anchor].data) if match[1]]
    height = max((len(name) - len(name.lstrip(b".")) for name in levels), default=0)
    while height + 1 < len(places) and join(places[height], "__init__.py") in tree.sources:
        height += 1
    return places[min(height, len(places) - 1)]
