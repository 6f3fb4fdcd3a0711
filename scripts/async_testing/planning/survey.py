"""All modules of a project: which ways through them have a test, worst first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from async_testing.finding import UsageError
from async_testing.planning.collecting import uncollected
from async_testing.subjects import cases, coverage, dtos, functions, layers
from async_testing.subjects.model import Case
from async_testing.subjects.modules import opened

if TYPE_CHECKING:
    from async_testing.facts.workspace import Workspace
    from async_testing.subjects.suites import Suite

_WORTH = re.compile(
    rb"\basync def \w|\b(?:BaseModel|SQLModel|BaseSettings|Struct)\b"
    rb"|@\w*(?:router|app)\w*\.(?:get|post|put|patch|delete)\("
)


class Row(NamedTuple):
    """A module."""

    path: str
    layer: str
    functions: int
    models: int
    covered: int
    uncovered: int
    missing: tuple[Case, ...]


class Survey(NamedTuple):
    """A project."""

    rows: tuple[Row, ...]
    problems: tuple[str, ...]
    """Modules that could not be judged, with the reason."""
    left_out: int
    """Modules without async code, routes or models."""


def survey(workspace: Workspace, paths: Iterable[str], suite: Suite) -> Survey:
    """Look at every module.

    Args:
        workspace: the project.
        paths: its modules.
        suite: its tests.
    """
    return uncollected(lambda: _survey(workspace, paths, suite))


def _survey(workspace: Workspace, paths: Iterable[str], suite: Suite) -> Survey:
    rows: list[Row] = []
    problems: list[str] = []
    left_out = 0
    for path in paths:
        data = workspace.look(path)
        if data is None or not _WORTH.search(data):
            left_out += 1
            continue
        workspace.current = path
        try:
            row = _row(workspace, path, suite)
        except UsageError as error:
            problems.append(str(error))
            continue
        if row is not None:
            rows.append(row)
    rows.sort(key=lambda one: (-one.uncovered, one.path))
    return Survey(tuple(rows), tuple(problems), left_out)


def _row(workspace: Workspace, path: str, suite: Suite) -> Row | None:
    workspace.source(path)  # kept for the modules that import it, as long as there is room
    source = opened(workspace, path)
    try:
        found = functions.of(source)
        models = tuple(dtos.models(source))
        drafts = cases.of_module(found, models)
        done = coverage.Covered(suite, path, found, layers.derived(source)).cases(drafts)
        layer = layers.of_module(found, models, path)
    finally:
        workspace.closed(source)
    if not done:
        return None
    missing = tuple(one for one in done if not one.covered)
    return Row(path, layer, len(found), len(models), len(done) - len(missing), len(missing), missing)


def by_layer(rows: Iterable[Row]) -> Iterator[tuple[str, int, int, int]]:
    """Layer, modules, covered and uncovered ways, in the order of the layers."""
    kept = list(rows)
    for layer in (*layers.LAYERS, ""):
        own = [one for one in kept if one.layer == layer]
        if own:
            yield (
                layer or "other",
                len(own),
                sum(one.covered for one in own),
                sum(one.uncovered for one in own),
            )
