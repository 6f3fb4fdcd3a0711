"""Where the tests of a module are, or belong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_GENERAL = frozenset(
    {"service", "services", "repository", "router", "routes", "endpoints", "schemas", "dao", "models", "crud"}
    | {"utils", "helpers"}
)
_OWN_FOLDER = ("service", "services", "repository", "router", "routes", "endpoints", "schemas", "dao")
"""Names of modules that say less than that of their folder."""
_OTHER_KINDS = frozenset(
    ["integration", "e2e", "functional", "acceptance", "smoke", "contract", "performance", "load", "system"]
)
"""Folders, and words in the names of files, of tests that need more than the module."""
_LAYERS = {
    "dao": ("dao", "repository", "repo"),
    "router": ("router", "routes", "endpoints"),
    "service": ("service",),
}


def test_file(path: str, layer: str, covering: Sequence[str], home: str, known: Iterable[str]) -> str:
    """The file that the module's tests are in or belong in.

    Args:
        path: the module.
        layer: what it is, such as ``dao``.
        covering: the files of tests of its functions, each as often as it has some.
        home: the folder of new tests.
        known: the files of tests that there are.

    Returns:
        One that is called like the module, else the one of ``covering`` that has most and tells of it by its name, else
        a new one, in the folder that mirrors the module's where the project does that.
    """
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    stem = f"{parts[-2]}_{parts[-1]}" if parts[-1] in _OWN_FOLDER and len(parts) > 1 else parts[-1]
    words = stem.split("_")
    suffix = "" if not layer or any(one in words for one in _LAYERS.get(layer, (layer,))) else f"_{layer}"
    name = f"test_{stem}{suffix}.py"
    plain = [one for one in known if not _is_of_another_kind(one)]
    for wanted in (name, f"test_{stem}.py"):
        same = [one for one in plain if one.rpartition("/")[2] == wanted and _alike(one, path)]
        if same:
            return max(same, key=lambda one: _alike(one, path))
    stems = {one.removesuffix("s") for one in words if one not in _GENERAL and len(one) > 2}
    named = [
        one
        for one in covering
        if any(word in one.rpartition("/")[2] for word in stems) and not _is_of_another_kind(one)
    ]
    if named:
        return max(dict.fromkeys(named), key=named.count)
    return f"{_mirroring(path, plain) or home}/{name}"


def _is_of_another_kind(test: str) -> bool:
    *folders, name = test.split("/")
    return bool(_OTHER_KINDS & {*folders, *name.removesuffix(".py").split("_")})


def _alike(test: str, path: str) -> int:
    """How far a file of tests lies where the module does, 1 where its folder says nothing; 0: it is another's."""
    above = path.split("/")[:-1]
    inside = test.split("/")[1:-1]
    own = [one for one in inside if one not in ("unit", "tests", "src", "app")]
    return 0 if own and not {*own} <= {*above} else 1 + len(own)


def _mirroring(path: str, known: Iterable[str]) -> str:
    """The folder of tests that ends as the module's does; empty where none does."""
    above = path.split("/")[:-1]
    best, most = "", 0
    for folder in sorted({one.rpartition("/")[0] for one in known}):
        parts = folder.split("/")[1:]
        same = 0
        while same < min(len(parts), len(above)) and parts[-1 - same] == above[-1 - same]:
            same += 1
        if same > most and (same == len(above) or same > 1):
            best, most = folder, same
    return best
