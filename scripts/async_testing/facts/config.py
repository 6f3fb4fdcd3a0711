"""The pytest configuration that is in force for a file, as far as async tests and their collection depend on it."""

from __future__ import annotations

import fnmatch
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from async_testing.detection.pytestconfig import Settings

PYTHON_FILES = ("test_*.py", "*_test.py")
PYTHON_FUNCTIONS = ("test",)
PYTHON_CLASSES = ("Test",)


class Config:
    """Questions to a pytest configuration file, with pytest's and pytest-asyncio's defaults where it is silent.

    Args:
        settings: the file's options, None where the project has none.
    """

    def __init__(self, settings: Settings | None) -> None:
        self.settings = settings

    @property
    def path(self) -> str:
        """The file it was read from, relative to the root; empty where there is none."""
        return self.settings.path if self.settings else ""

    def option(self, name: str) -> str | None:
        """The value of an option as text, an override in ``addopts`` first."""
        return self.settings.overridden(name) or self.settings.text(name) if self.settings else None

    def words(self, name: str) -> tuple[str, ...]:
        """The value of an option that is a list of words."""
        return self.settings.words(name) if self.settings else ()

    @cached_property
    def asyncio_mode(self) -> str:
        """``strict`` or ``auto``."""
        mode = self.settings.argument("--asyncio-mode") if self.settings else None
        return "auto" if (mode or self.option("asyncio_mode")) == "auto" else "strict"

    @cached_property
    def asyncio_mode_is_told(self) -> bool:
        """Whether the configuration names a mode of pytest-asyncio or one of its loop scopes."""
        options = self.settings.options if self.settings else {}
        given = self.settings.argument("--asyncio-mode") if self.settings else None
        return bool(given) or any(name.startswith(("asyncio_mode", "asyncio_default_")) for name in options)

    @cached_property
    def anyio_auto(self) -> bool:
        """Whether anyio's plugin takes every async test."""
        return self.option("anyio_mode") == "auto"

    @cached_property
    def fixture_loop_scope(self) -> str:
        """The loop scope of async fixtures that do not say one; empty: that of the fixture itself."""
        return self.option("asyncio_default_fixture_loop_scope") or ""

    @cached_property
    def test_loop_scope(self) -> str:
        """The loop scope of async tests that do not say one."""
        return self.option("asyncio_default_test_loop_scope") or "function"

    @cached_property
    def filterwarnings(self) -> tuple[str, ...]:
        """The warning filters, a line each, as written; later ones win."""
        return self.settings.lines("filterwarnings") if self.settings else ()

    @cached_property
    def python_functions(self) -> tuple[str, ...]:
        """Prefixes or patterns of the names of tests."""
        return self.words("python_functions") or PYTHON_FUNCTIONS

    @cached_property
    def python_classes(self) -> tuple[str, ...]:
        """Prefixes or patterns of the names of test classes."""
        return self.words("python_classes") or PYTHON_CLASSES

    @cached_property
    def python_files(self) -> tuple[str, ...]:
        """Patterns of the names of test files."""
        return self.words("python_files") or PYTHON_FILES

    def collects_file(self, path: str) -> bool:
        """Whether a file's name is that of a test file."""
        name = path.rpartition("/")[2]
        return any(
            fnmatch.fnmatchcase(
                path if "/" in pattern else name, f"*{pattern}" if "/" in pattern else pattern
            )
            for pattern in self.python_files
        )

    def collects_function(self, name: str) -> bool:
        """Whether a function's name is that of a test."""
        return _named(name, self.python_functions)

    def collects_class(self, name: str) -> bool:
        """Whether a class's name is that of a test class."""
        return _named(name, self.python_classes)


def _named(name: str, patterns: tuple[str, ...]) -> bool:
    """Pytest's rule: a prefix, or a pattern where it has a wildcard."""
    return any(
        fnmatch.fnmatchcase(name, pattern) if set("*?[") & set(pattern) else name.startswith(pattern)
        for pattern in patterns
    )
