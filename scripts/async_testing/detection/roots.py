"""Where a project's modules import from, and where its tests lie."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable

from async_testing.detection.pytestconfig import Settings
from async_testing.detection.tree import (
    EXAMPLE_FOLDERS,
    TEST_FOLDERS,
    Source,
    Tree,
    ancestors,
    is_side,
    join,
    parent,
    within,
)

IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import\b|import[ \t]+([\w.]+))", re.MULTILINE)
ENOUGH = 80
"""Files read for their imports: more of them have never changed the answer."""


def import_root(tree: Tree, anchor: str, known: Collection[str], pythonpath: Collection[str]) -> str:
    """The folder that has to be on ``sys.path`` for a file's package to import.

    The absolute imports of the file and of those around it vote: each names a folder from which it resolves. Where
    none does, the folder above the outermost package is taken, and what the configuration puts on the path first.
    The name by which existing tests import the file's package goes before all that, where the application's own
    imports resolve from there too: tests of another spelling would load the application a second time.

    Args:
        tree: the project.
        anchor: a file of the application.
        known: names of distributions, whose imports are no votes.
        pythonpath: folders that the pytest configuration puts on the path.
    """
    places = list(ancestors(parent(anchor)))
    votes: Counter[str] = Counter()
    own: Counter[str] = Counter()
    foreign = {name.replace("-", "_") for name in known} | sys.stdlib_module_names
    for source in _around(tree, anchor):
        weight = 3 if source.path == anchor else 1
        for module in imports(source):
            for place in places if module.partition(".")[0] not in foreign else ():
                if _resolves(tree, place, module):
                    votes[place] += weight
                    own[place] += 0 if source.aside or is_side(source.path) else weight
    for choice in _tested(tree, anchor):
        if own[choice] == max(own.values(), default=0):
            return choice
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


def _tested(tree: Tree, anchor: str) -> list[str]:
    """The folders from which the tests' imports of the file's package resolve, those of most imports first."""
    tests = [source for source in tree.sources.values() if source.aside == "tests"]
    tests.sort(key=lambda source: -_shared(source.path, anchor))
    votes: Counter[str] = Counter()
    for source in tests[:ENOUGH]:
        for module in imports(source):
            for place in ancestors(parent(anchor)):
                first = join(place, module.partition(".")[0])
                if (anchor == f"{first}.py" or within(anchor, first)) and _resolves(tree, place, module):
                    votes[place] += 1
    return [place for place, _ in votes.most_common()]


def imports(source: Source) -> Iterable[str]:
    """The modules that a file imports by absolute name, as its lines say."""
    for match in IMPORT.finditer(source.data):
        module = (match[1] or match[2] or b"").decode("ascii", "ignore")
        if module and not module.startswith("."):
            yield module


def tests_folder(tree: Tree, home: str, anchor: str, settings: Settings | None) -> str:
    """The folder of the tests: what the configuration names, else the nearest ``tests`` or ``test``, else a new one.

    A ``tests`` that is not near counts where it is the only one.

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
    only = [
        place for place in tree.folders if place.rpartition("/")[2] in ("tests", "test") and _outermost(place)
    ]
    if len(only) == 1 and within(only[0], home):
        return only[0]
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


def _outermost(place: str) -> bool:
    return not (TEST_FOLDERS | EXAMPLE_FOLDERS).intersection(place.split("/")[:-1])


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
