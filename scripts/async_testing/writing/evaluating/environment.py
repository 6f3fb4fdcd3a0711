"""The environment's variables, as code under test reads them: a test sets each, or takes it away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from async_testing.writing.evaluating.callables import Native
from async_testing.writing.evaluating.things import Raised, Special, Unknown

READERS = ("os.getenv", "os.environ.get")


class Environment(Special):
    """Stands for ``os.environ``.

    Args:
        read: gives a variable by its name, None where it is not set.
    """

    label = "os.environ"

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self.read = read

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        if name == "get":
            return Native(name, self.get)
        return super().attribute(name)

    def get(self, name: str, default: Any = None) -> Any:
        """A variable, or a default where it is not set, or is read before a test could set it."""
        try:
            found = self.read(name)
        except Unknown:
            return default
        return default if found is None else found

    def item(self, name: str) -> str:
        """A variable. Raises: Raised with a KeyError."""
        found = self.read(name)
        if found is None:
            raise Raised(KeyError(name))
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.read(name) is not None
