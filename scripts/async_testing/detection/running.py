"""How the project's async tests run: the plugin, its mode and loop scopes, and how pytest imports."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from async_testing.detection.fixtures import marks
from async_testing.detection.pytestconfig import Settings
from async_testing.detection.tree import Tree
from async_testing.model import Fixture, PytestConfig

Plugin = Literal["pytest-asyncio", "anyio"]


def configuration(
    tree: Tree,
    config: Settings | None,
    tests: str,
    *,
    declared: Collection[str],
    installed: Mapping[str, str],
    fixtures: Sequence[Fixture],
) -> PytestConfig:
    """The configuration in force, with what else tells which plugin runs async tests.

    Args:
        tree: the project.
        config: its pytest configuration, None where it has none.
        tests: the tests folder.
        declared: the distributions that its packaging files name.
        installed: those in its virtual environment, empty where there is none to look at.
        fixtures: what its conftest defines.
    """
    config = config or Settings("", {})
    mode = (
        config.argument("--asyncio-mode") or config.overridden("asyncio_mode") or config.text("asyncio_mode")
    )
    plugin = _plugin(
        config, mode, marks(tree, tests if tree.is_folder(tests) else "."), fixtures
    ) or _available(declared, installed)
    import_mode = config.argument("--import-mode")
    return PytestConfig(
        path=config.path or None,
        asyncio_mode="auto" if mode == "auto" else "strict",
        plugin=plugin,
        import_mode="importlib"
        if import_mode == "importlib"
        else "append"
        if import_mode == "append"
        else "prepend",
        pythonpath=config.folders("pythonpath"),
        testpaths=config.folders("testpaths"),
        fixture_loop_scope=config.text("asyncio_default_fixture_loop_scope"),
        test_loop_scope=config.text("asyncio_default_test_loop_scope"),
        filterwarnings=config.lines("filterwarnings"),
        markers=config.lines("markers"),
        options=tuple(config.options),
    )


def _plugin(
    config: Settings, mode: str | None, marked: Mapping[str, int], fixtures: Sequence[Fixture]
) -> Plugin | None:
    """What configuration and tests say: a mode, marks, an ``anyio_backend`` fixture."""
    if mode == "auto":
        return "pytest-asyncio"
    if config.text("anyio_mode") == "auto":
        return "anyio"
    if marked["asyncio"] or marked["anyio"]:
        return "anyio" if marked["anyio"] > marked["asyncio"] else "pytest-asyncio"
    if mode or any(option.startswith("asyncio_default_") for option in config.options):
        return "pytest-asyncio"
    if any(fixture.name == "anyio_backend" for fixture in fixtures):
        return "anyio"
    return None


def _available(declared: Collection[str], installed: Mapping[str, str]) -> Plugin | None:
    if "pytest-asyncio" in declared or "pytest-asyncio" in installed:
        return "pytest-asyncio"
    return "anyio" if "anyio" in declared or "anyio" in installed else None
