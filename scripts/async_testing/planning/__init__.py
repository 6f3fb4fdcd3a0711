"""What is worth testing in a module, by parsing alone: facts, cases, gaps, and what the tests will need.

``plan`` answers for one module, ``survey`` for all modules of a project. Neither imports or runs anything of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from async_testing.planning import needs, placing
from async_testing.planning.collecting import uncollected
from async_testing.subjects import cases, coverage, dtos, functions, layers, modules
from async_testing.subjects.model import Function, Model, Plan
from async_testing.subjects.suites import Suite
from async_testing.subjects.wording import snake

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

__all__ = ["Plan", "plan"]


def plan(source: SourceFile, root: str) -> Plan:
    """The plan of a module.

    Args:
        source: the module.
        root: the project's folder, whose tests are looked at.
    """
    return uncollected(lambda: _plan(source, root))


def _plan(source: SourceFile, root: str) -> Plan:
    found = functions.of(source)
    models = tuple(dtos.models(source))
    layer = layers.of_module(found, models, source.path)
    paths, folder = modules.tests(root)
    derived = {one for names in layers.derived(source).values() for one in names}
    suite = Suite(source.workspace, paths, _about(found, models) | derived)
    done = coverage.Covered(suite, source.path, found, layers.derived(source)).cases(
        cases.of_module(found, models)
    )
    covering = [one.covered.partition("::")[0] for one in done if one.covered]
    return Plan(
        source.path,
        dotted(source.path),
        layer,
        found,
        models,
        done,
        needs.of(source, found, models, suite),
        needs.references(source, found, models),
        placing.test_file(source.path, layer, covering, folder, paths),
    )


def _about(found: Sequence[Function], models: Sequence[Model]) -> set[str]:
    """Words of which a file of tests holds one if it is about any of these: classes, functions, parts of paths."""
    words = {one.name.split(".")[-2] if "." in one.name else one.name for one in found}
    words |= {snake(one) for one in words} | {one.name.rpartition(".")[2] for one in models}
    for one in found:
        if one.route is not None:
            parts = [part for part in one.route.path.split("/") if part and not part.startswith("{")]
            words |= {f"/{parts[-1]}"} if parts else {"/"}
            words.add(one.name)
    return words


def dotted(path: str) -> str:
    """A module's name as imports from the root spell it."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
