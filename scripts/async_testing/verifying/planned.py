"""The cases that a plan of a module names, for the words of what no test takes."""

from __future__ import annotations

from pathlib import Path

from async_testing.facts.workspace import Workspace
from async_testing.finding import UsageError
from async_testing.subjects import cases, dtos, functions
from async_testing.subjects.modules import opened
from async_testing.verifying.wording import Planned


def cases_of(root: Path, path: str) -> tuple[Planned, ...]:
    """The cases of a module; none where it cannot be planned, which takes nothing from what was measured."""
    workspace = Workspace(str(root))
    workspace.current = path
    try:
        source = opened(workspace, path)
        drafts = cases.of_module(functions.of(source), tuple(dtos.models(source)))
    except (UsageError, RecursionError):
        return ()
    return tuple(
        Planned(one.subject, one.path, one.line, one.about, one.name)
        for one in (each.case for each in drafts)
    )
