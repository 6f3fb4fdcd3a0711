"""The environment's variables, as code under test reads them: a test sets each, or takes it away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from async_testing.writing.evaluating.callables import Native
from async_testing.writing.evaluating.things import Raised, Special, Unknown


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

    def get(self, key: str, *given: Any, **named: Any) -> Any:
        """A variable, or a default where it is not set, or is read before a test could set it.

        Raises:
            Unknown: it is read as early, and there is no default.
        """
        default = [*given, *named.values()]
        try:
            found = self.read(key)
        except Unknown:
            if not default:
                raise
            found = None
        return found if found is not None or not default else default[0]

    def item(self, name: str) -> str:
        """A variable. Raises: Raised with a KeyError."""
        found = self.read(name)
        if found is None:
            raise Raised(KeyError(name))
        return found

    def __setitem__(self, name: str, value: Any) -> None:
        raise Unknown(f"the code sets {name} in the environment")

    def __delitem__(self, name: str) -> None:
        raise Unknown(f"the code takes {name} out of the environment")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.read(name) is not None
