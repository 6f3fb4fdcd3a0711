# async-testing-expert 0.1.0 sha256:12fbae77b51445ba (scaffold.py --update renews it)
"""What `isinstance` takes a fake for: the class of the driver that it stands for."""

import sys
from typing import Any, ClassVar


class SeenAs:
    """A stand-in for a class of a driver, of which it does not inherit."""

    seen: ClassVar[str]
    """The class, as `psycopg.AsyncConnection`."""

    __slots__ = ()

    __class__ = property(lambda self: self.seen_as())  # pyright: ignore[reportIncompatibleMethodOverride]

    def seen_as(self) -> Any:
        """The class of the driver; the fake's own where nobody has imported the driver."""
        return loaded(type(self).seen) or type(self)


def loaded(name: str) -> Any:
    """A class by its full name, None where its module is not imported: then nobody can ask for it."""
    module, _, kind = name.rpartition(".")
    return getattr(sys.modules.get(module), kind, None)
