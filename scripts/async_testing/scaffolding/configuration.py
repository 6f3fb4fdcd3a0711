"""The lines of pytest configuration that are missing: printed, never written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from async_testing.model import Project
from async_testing.scaffolding.choices import Choices

UNAWAITED = ("error::RuntimeWarning", "error::pytest.PytestUnraisableExceptionWarning")
MARKERS = (
    "integration: needs a real database",
    "committed: gets a database of its own, in which what it commits can be seen",
)


def missing(project: Project, choices: Choices, *, needs_path: bool) -> tuple[str, ...]:
    """What to add, under a first line that says where; nothing where nothing is missing.

    Args:
        project: what was detected.
        choices: the decisions.
        needs_path: the application or the fakes import only with the import root on ``pythonpath``.
    """
    config = project.pytest
    wanted: list[tuple[str, str | Sequence[str]]] = []
    if choices.plugin == "pytest-asyncio" and "asyncio_mode" not in config.options:
        wanted.append(("asyncio_mode", config.asyncio_mode))
    if choices.loop_scope and config.fixture_loop_scope is None:
        wanted.append(("asyncio_default_fixture_loop_scope", choices.loop_scope))
    if needs_path:
        base = PurePosixPath(config.path or "x").parent
        wanted.append(("pythonpath", [*_seen_from(base, (*config.pythonpath, project.import_root))]))
    filters = [one.strip() for one in config.filterwarnings]
    if "error" not in filters and (lacking := [one for one in UNAWAITED if one not in filters]):
        wanted.append(("filterwarnings", [*filters, *lacking]))
    marked = {one.partition(":")[0].strip() for one in config.markers}
    lacking = [one for one in MARKERS if one.partition(":")[0] not in marked]
    if choices.database and lacking:
        wanted.append(("markers", [*config.markers, *lacking]))
    if not wanted:
        return ()
    home = config.path or "pyproject.toml"
    lines = [_toml(*one) if home.endswith(".toml") else _ini(*one) for one in wanted]
    return (f"{home}, under {_section(Path(project.root), home)}:", *lines)


def _section(root: Path, home: str) -> str:
    name = PurePosixPath(home).name
    if name == "pyproject.toml":
        native = (root / home).exists() and b"\n[tool.pytest]" in (root / home).read_bytes()
        return "[tool.pytest]" if native else "[tool.pytest.ini_options]"
    return "[tool:pytest]" if name == "setup.cfg" else "[pytest]"


def _seen_from(base: PurePosixPath, folders: Sequence[str]) -> Sequence[str]:
    return [
        str(PurePosixPath(one).relative_to(base))
        for one in folders
        if PurePosixPath(one).is_relative_to(base)
    ]


def _toml(name: str, value: str | Sequence[str]) -> str:
    quoted = f'"{value}"' if isinstance(value, str) else "[" + ", ".join(f'"{one}"' for one in value) + "]"
    return f"{name} = {quoted}"


def _ini(name: str, value: str | Sequence[str]) -> str:
    return f"{name} = {value}" if isinstance(value, str) else "\n    ".join([f"{name} =", *value])
