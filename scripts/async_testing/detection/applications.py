"""The ASGI applications in a project's code: which there are, and which of them is the one to test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from async_testing.detection.appfile import AppFile, Found, Maker
from async_testing.detection.origins import Key
from async_testing.detection.tree import Source, Tree, is_side

MAKERS = {
    "fastapi.FastAPI": "fastapi",
    "fastapi.applications.FastAPI": "fastapi",
    "starlette.applications.Starlette": "starlette",
}
OTHERS = {
    "litestar.Litestar": "Litestar",
    "litestar.app.Litestar": "Litestar",
    "quart.Quart": "Quart",
    "aiohttp.web.Application": "aiohttp",
    "sanic.Sanic": "Sanic",
}
MARKERS = (b"FastAPI", b"Starlette", b"Litestar", b"Quart", b"web.Application", b"Sanic")
MADE = re.compile(
    rb"\b(?:FastAPI|Starlette|Litestar|Quart|web\.Application|Sanic)\s*\("
    rb"|\((?:[\w.]+,\s*)*(?:\w+\.)?(?:FastAPI|Starlette)\b|\b(?:FastAPI|Starlette)[ \t]+as\b"
    rb"|->\s*[\"']?(?:\w+\.)?(?:FastAPI|Starlette)\b"
)
USUAL = re.compile(
    r"(?:fastapi_|asgi_|web_)?(?:app|application|api|asgi)|(?:create|get|make|build|init)_(?:fastapi_|asgi_)?(?:app|application|api)|(?:app_)?factory"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application and how plausible it is: rank 0 is best, equal ranks are equally plausible."""

    found: Found
    rank: int


def candidates(tree: Tree) -> list[Candidate]:
    """The applications in the application's own code, best first.

    A factory without required arguments comes before the instance made from it, because it gives each test an
    application of its own; an instance comes before a factory that wants arguments. What another application
    mounts or another factory calls is a part, and comes last. Tests, examples and templates hold no candidates.
    """
    files = _read(tree)
    found = [one for file in files.values() for one in file.found]
    inner = {key for file in files.values() for key in file.mounted}
    inner |= {key for one in found if one.kind == "factory" for key in one.calls if key != one.key}
    outer = [one for one in found if one.key not in inner]
    context = _Context(
        {one.key: one for one in found},
        {one.made_from: one for one in found if one.made_from},
        any(one.framework == "fastapi" for one in outer),
        any(_is_usual(one) for one in outer),
        any(one.extended for one in outer),
    )
    ranked = [Candidate(one, context.rank(one) + (8 if one.key in inner else 0)) for one in found]
    return sorted(ranked, key=_order)


@dataclass(frozen=True, slots=True)
class _Context:
    """What the applications of a project are among each other."""

    makers: dict[Key, Found]
    made: dict[Key, Found]
    fastapi: bool
    usual: bool
    extended: bool

    def rank(self, one: Found) -> int:
        """How much speaks against an application: what lies at the side, an odd name, an empty one."""
        folders = one.path.split("/")
        hidden = any(part.startswith("_") and not part.startswith("__init__") for part in folders)
        side = hidden or is_side(one.path) or (self.fastapi and one.framework != "fastapi")
        twin = self.made.get(one.key)
        odd = self.usual and not (_is_usual(one) or (twin is not None and _is_usual(twin)))
        empty = self.extended and not one.extended and not (one.made_from and one.made_from in self.makers)
        return 4 * side + 2 * (odd or empty) + self._second_choice(one)

    def _second_choice(self, one: Found) -> bool:
        """Whether the instance made by a factory, or the factory it was made by, is the better one.

        The instance is where the factory wants arguments, or where the module adds to what the factory made.
        """
        if one.kind == "factory":
            twin = self.made.get(one.key)
            return bool(one.arguments) or (twin is not None and twin.extended)
        origin = self.makers.get(one.made_from) if one.made_from else None
        return origin is not None and not origin.arguments and not one.extended


def _is_usual(one: Found) -> bool:
    return USUAL.fullmatch(one.attribute) is not None


def note_left_out(tree: Tree, *, anything: bool) -> None:
    """Say that examples hold applications, where that is all there is."""
    if anything:
        return
    made = re.compile(rb"=\s*(?:FastAPI|Starlette)\(")
    aside = [
        one
        for one in tree.matching(made, b"FastAPI(", b"Starlette(", aside=True)
        if one.aside in ("examples", "template")
    ]
    if aside:
        number = len(aside)
        files = "a file" if number == 1 else f"{number} files"
        tree.note(
            f"applications in {files} of examples or templates left out: --app MODULE:ATTR names one",
            aside[0].path,
        )


def in_file(tree: Tree, source: Source) -> list[Found]:
    """The applications of one file, wherever it lies."""
    return AppFile(tree, source, _base_makers()).found


def _order(candidate: Candidate) -> tuple[int, int, str, int]:
    found = candidate.found
    return candidate.rank, found.path.count("/"), found.path, found.line


def _base_makers() -> dict[Key, Maker]:
    return {("", dotted): Maker(framework) for dotted, framework in MAKERS.items()}


def _read(tree: Tree) -> dict[str, AppFile]:
    """Read the files that make an application, then those that call what the first ones define."""
    makers = _base_makers()
    pending = list(tree.matching(MADE, *MARKERS))
    for source in pending:
        _note_others(tree, source)
    files: dict[str, AppFile] = {}
    for _ in range(4):
        for source in pending:
            files[source.path] = AppFile(tree, source, makers)
        fresh = {key: maker for file in files.values() for key, maker in file.makers() if key not in makers}
        if not fresh:
            break
        makers.update(fresh)
        names = sorted({attribute for _, attribute in fresh})
        pending = list(_calling(tree, names))
        pending += [files[path].source for path in files if files[path].source not in pending]
    return files


def _calling(tree: Tree, names: list[str]) -> Iterator[Source]:
    markers = [name.encode() + suffix for name in names for suffix in (b"(", b")")]
    return tree.having(*markers)


def _note_others(tree: Tree, source: Source) -> None:
    if not any(name in source.data for name in MARKERS[2:]):
        return
    for node in source.calls:
        framework = OTHERS.get(source.names.dotted(node.func))
        if framework:
            message = (
                f"an application of {framework}: app and client fixtures are for FastAPI and Starlette only"
            )
            tree.note(message, source.path, node.lineno)
            return
