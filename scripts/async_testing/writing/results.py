"""What a statement of SQLAlchemy gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.callables import Native
from async_testing.writing.evaluating.errors import error_class
from async_testing.writing.evaluating.things import Raised, Special, Unknown

if TYPE_CHECKING:
    pass


class Result(Special):
    """What a statement gave."""

    def __init__(self, values: list[Any], *, scalars: bool = False) -> None:
        self.values = values
        self.scalars = scalars
        self.count = len(values)
        self.label = "a result"

    def iterate(self) -> list[Any]:
        """Its rows."""
        return self.values

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        if name == "rowcount":
            return self.count
        if name == "scalars":
            return Native(name, lambda *_: Result([one[0] for one in self.values], scalars=True))
        if name in ("unique", "tuples"):
            return Native(name, lambda *_: self)
        if name in ("all", "fetchall", "partitions"):
            return Native(name, lambda: [*self.values])
        if name in ("first", "fetchone"):
            return Native(name, lambda: self.values[0] if self.values else None)
        if name in ("one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalar"):
            return Native(name, lambda: self._one(name))
        raise Unknown(f"{name} of a result is not followed")

    def _one(self, name: str) -> Any:
        if len(self.values) > 1 and name != "scalar":
            raise Raised(
                _error("MultipleResultsFound")("Multiple rows were found when exactly one was required")
            )
        if not self.values:
            if name in ("one", "scalar_one"):
                raise Raised(_error("NoResultFound")("No row was found when one was required"))
            return None
        value = self.values[0]
        return value[0] if name.startswith("scalar") and not self.scalars else value


def _error(name: str) -> Any:
    return error_class(f"sqlalchemy.exc.{name}")
