"""The pytest configuration in force for a folder, found and read as pytest does."""

from __future__ import annotations

import posixpath
from typing import Any, NamedTuple, Protocol

from async_testing.detection.paths import ancestors, join, parent
from async_testing.finding import UsageError

HOMES = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
"""In pytest's own order: the first of a folder that holds a configuration wins, an empty dedicated one too."""


class Broken(UsageError):
    """A configuration file that pytest could not read either.

    Args:
        path: the file.
        message: what is wrong and what to do, to be read behind the path.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path} {message}")
        self.path = path


class Texts(Protocol):
    """Whatever reads a project's files."""

    def text(self, path: str) -> str | None:
        """The text of a file by its path relative to the root, None where it has none."""


class Settings(NamedTuple):
    """The options of one configuration file."""

    path: str
    options: dict[str, Any]

    def words(self, name: str) -> tuple[str, ...]:
        """An option that is a list, whichever way it is written."""
        value = self.options.get(name)
        if isinstance(value, list):
            return tuple(str(item) for item in value)
        if not isinstance(value, str):
            return ()
        if not set(value) & {'"', "'", "\\"}:
            return tuple(value.split())
        import shlex

        try:
            return tuple(shlex.split(value, comments=False))
        except ValueError:
            return tuple(value.split())

    def lines(self, name: str) -> tuple[str, ...]:
        """An option that is a list with an item on each line."""
        value = self.options.get(name)
        items = value if isinstance(value, list) else value.splitlines() if isinstance(value, str) else []
        return tuple(text for item in items if (text := str(item).strip()))

    def text(self, name: str) -> str | None:
        """An option that is a string, None where it is not set."""
        value = self.options.get(name)
        return value.strip() or None if isinstance(value, str) else None

    def folders(self, name: str) -> tuple[str, ...]:
        """An option that lists folders, relative to the project's root; those outside of it are left out."""
        base = parent(self.path)
        found = [posixpath.normpath(join(base, word.replace("\\", "/"))) for word in self.words(name)]
        return tuple(folder for folder in found if not folder.startswith(("..", "/")))

    def argument(self, *names: str) -> str | None:
        """The value of a command-line option in ``addopts``, of the last one that is there."""
        words = self.words("addopts")
        value = None
        for index, word in enumerate(words):
            for name in names:
                if word.startswith(f"{name}="):
                    value = word.partition("=")[2]
                elif word == name and index + 1 < len(words):
                    value = words[index + 1]
        return value

    def plugins(self) -> tuple[str, ...]:
        """The modules that ``-p`` in ``addopts`` loads."""
        words = self.words("addopts")
        given = [words[index + 1] for index, word in enumerate(words[:-1]) if word == "-p"]
        given += [word[2:] for word in words if word.startswith("-p") and len(word) > 2]
        return tuple(name for name in given if name and not name.startswith("no:"))

    def overridden(self, name: str) -> str | None:
        """The value of an option that ``-o`` or ``--override-ini`` in ``addopts`` sets."""
        value = None
        words = self.words("addopts")
        for index, word in enumerate(words):
            given = word.partition("=")[2] if word.startswith("--override-ini=") else None
            if word in ("-o", "--override-ini") and index + 1 < len(words):
                given = words[index + 1]
            elif word.startswith("-o") and "=" in word:
                given = word[2:]
            if given and given.partition("=")[0].strip() == name:
                value = given.partition("=")[2].strip()
        return value


def settings(tree: Texts, folder: str) -> Settings | None:
    """The configuration that pytest uses for tests in ``folder``: of the nearest folder at or above it.

    Raises:
        UsageError: a file that pytest would read cannot be parsed, so that pytest itself could not start.
    """
    for place in ancestors(folder):
        found = settings_in(tree, place)
        if found is not None:
            return found
    return None


def settings_in(tree: Texts, place: str) -> Settings | None:
    """The configuration that lies in one folder itself.

    Raises:
        UsageError: as ``settings``.
    """
    for home in HOMES:
        path = join(place, home)
        text = tree.text(path)
        options = None if text is None else _options(home, path, text)
        if options is not None:
            return Settings(path, options)
    return None


def _options(home: str, path: str, text: str) -> dict[str, Any] | None:
    if home.endswith(".toml"):
        return _toml_options(home, path, text)
    import configparser

    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, comment_prefixes=("#", ";"))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text)
    except configparser.Error as error:
        reason = str(error).splitlines()[0]
        raise Broken(path, f"cannot be read by pytest ({reason}): mend it first") from None
    section = "tool:pytest" if home == "setup.cfg" else "pytest"
    if parser.has_section(section):
        return dict(parser.items(section))
    return {} if home in ("pytest.ini", ".pytest.ini") else None


def _toml_options(home: str, path: str, text: str) -> dict[str, Any] | None:
    import tomllib

    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = f"is not valid TOML ({error}): pytest cannot start with it, mend it first"
        raise Broken(path, message) from None
    if home != "pyproject.toml":
        table = document.get("pytest")
        return table if isinstance(table, dict) else {}
    tool = document.get("tool")
    pytest = tool.get("pytest") if isinstance(tool, dict) else None
    if not isinstance(pytest, dict):
        return None
    options = pytest.get("ini_options")
    if isinstance(options, dict):
        return options
    return pytest or None
