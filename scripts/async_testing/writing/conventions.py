"""How a project writes its tests: where, in which mode, with which fixtures, quotes and line length."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from async_testing.model import Project
from async_testing.model import UsageError as ProjectError
from async_testing.project import detect

if TYPE_CHECKING:
    from async_testing.writing.evaluating.interpreter import Interpreter
    from async_testing.writing.showing import Shower

_DRIVER = re.compile(r"^from \.(psqlpy|asyncpg|psycopg|aiomysql|asyncmy|aiosqlite) import", re.MULTILINE)


@lru_cache(8)
def _detected(root: Path, tests: str) -> Project:
    try:
        return detect(root)
    except ProjectError:
        return detect(root, tests=tests)


class Conventions:
    """What parsing tells of a project's tests.

    Args:
        root: the project's folder.
        test_file: where the tests go, relative to it.
    """

    interpreter: Interpreter

    def __init__(self, root: str, test_file: str) -> None:
        self.root = Path(root)
        self.test_file = test_file
        self.folder = test_file.rpartition("/")[0] or "."
        project = _detected(self.root, test_file.partition("/")[0])
        self.project = project
        self.import_root = "" if project.import_root == "." else project.import_root
        self.mode = "anyio" if project.pytest.plugin == "anyio" else project.pytest.asyncio_mode
        self.fixtures = {one.name: one for one in project.fixtures}
        tool = self._tool()
        ruff, black = tool.get("ruff", {}), tool.get("black", {})
        single = ruff.get("format", {}).get("quote-style") == "single"
        single = single or ruff.get("lint", {}).get("flake8-quotes", {}).get("inline-quotes") == "single"
        self.quote = "'" if single else '"'
        self.width = int(ruff.get("line-length") or black.get("line-length") or 88)
        self.driver, self.fakes = self._fakes()
        self.http = self._http()

    def _tool(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        path: Path | None = self.root / "pyproject.toml"
        for _ in range(4):
            if path is None:
                break
            tool = (
                self._parsed(path).get("tool", {})
                if path.name == "pyproject.toml"
                else {"ruff": self._parsed(path)}
            )
            for name, given in tool.items():
                if isinstance(given, dict):
                    found[name] = {**given, **found.get(name, {})}
            above = tool.get("ruff", {}).get("extend") if isinstance(tool.get("ruff"), dict) else None
            path = (path.parent / above).resolve() if isinstance(above, str) else None
        for name in ("ruff.toml", ".ruff.toml"):
            if (self.root / name).is_file():
                found["ruff"] = {**found.get("ruff", {}), **self._parsed(self.root / name)}
        return found

    @staticmethod
    def _parsed(path: Path) -> dict[str, Any]:
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            return {}

    def _fakes(self) -> tuple[str, str]:
        """The driver whose fakes the project has, and how its tests import them."""
        for folder in dict.fromkeys(
            (self.project.tests, self.folder, self.folder.partition("/")[0], "tests")
        ):
            home = self.root / folder / "fakes" / "__init__.py"
            try:
                text = home.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue
            found = _DRIVER.search(text)
            if found:
                return found[1], self._spelled(folder)
        return "", "tests.fakes"

    def _http(self) -> str:
        """The package of the HTTP client that the fixtures use."""
        try:
            text = (self.root / self.project.tests / "conftest.py").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return "httpx"
        return "httpx2" if "httpx2" in text else "httpx"

    def _spelled(self, folder: str) -> str:
        try:
            said = (self.root / folder / "conftest.py").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            said = ""
        found = re.search(r"^from ([\w.]*\bfakes) import", said, re.MULTILINE)
        return found[1] if found else f"{folder.replace('/', '.')}.fakes"

    @property
    def clients(self) -> str:
        """The module with the scaffold's clients, as tests import it; empty where there is none."""
        for folder in dict.fromkeys((self.project.tests, self.folder)):
            if (self.root / folder / "app_clients.py").is_file():
                return (
                    self._spelled(folder).rpartition(".")[0] + ".app_clients"
                    if "." in self._spelled(folder)
                    else "app_clients"
                )
        return ""

    def utc(self, shower: Shower) -> str:
        """How UTC is spelled."""
        return shower.take("datetime", "UTC")

    @property
    def has_session(self) -> bool:
        """Whether there is the fixture of a real session of SQLAlchemy."""
        return "database_session" in self.fixtures

    @property
    def integration(self) -> bool:
        """Whether tests on a real database are marked."""
        return any(one.partition(":")[0].strip() == "integration" for one in self.project.pytest.markers)

    @property
    def mark(self) -> str:
        """The decorator of an async test, empty where the mode needs none."""
        if self.mode == "auto":
            return ""
        return "@pytest.mark.anyio" if self.mode == "anyio" else "@pytest.mark.asyncio"
