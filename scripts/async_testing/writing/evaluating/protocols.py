"""What objects of every kind can do: be entered, looked into, shown as text, raised."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from async_testing.writing.evaluating.base import SAFE, Base, Foreign
from async_testing.writing.evaluating.callables import Bound, Coro
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.strangers import Stranger
from async_testing.writing.evaluating.things import (
    Again,
    Cls,
    Inert,
    Manager,
    Obj,
    Raised,
    Recorder,
    Special,
    Unknown,
)


def is_of_fakes(value: Any) -> bool:
    """Whether an object is a fake's, or a context manager that one made of a generator."""
    if isinstance(value, contextlib._AsyncGeneratorContextManager | contextlib._GeneratorContextManager):
        return str(value.func.__module__).startswith("async_testing_fakes")
    return type(value).__module__.startswith("async_testing_fakes")


class Protocols(Base):
    """Enters, looks into, shows and raises."""

    def get_attribute(self, value: Any, name: str) -> Any:
        """What an attribute of a value is."""
        raise NotImplementedError

    def lookup(self, cls: Cls, name: str) -> Any:
        """What a class or one above it defines under a name, None where none does."""
        raise NotImplementedError

    def looked_up_in(self, key: Any, holder: dict[Any, Any]) -> None:
        """Note what is looked up in a dictionary of the module's own."""
        try:
            found = key in holder
        except TypeError:
            return
        self.looked_up(holder, key, found)

    def set_cause(self, value: Any, cause: Any) -> None:
        """``raise value from cause``."""
        if isinstance(value, Obj):
            value.cause = cause
        elif isinstance(value, BaseException):
            value.evaluated_cause = cause  # type: ignore[attr-defined]

    def require_exception(self, value: Any) -> None:
        """Raises: Unknown for what cannot be raised."""
        if isinstance(value, BaseException) or (isinstance(value, Obj) and self.is_exception(value.cls)):
            return
        raise Unknown(f"{self.described(value)} is raised, of which nothing is known")

    def is_exception(self, cls: Cls) -> bool:
        """Whether a class is one of exceptions."""
        return any(isinstance(one, type) and issubclass(one, BaseException) for one in cls.mro())

    def real(self, value: Any) -> BaseException | None:
        """An exception to hand to a fake."""
        return value if isinstance(value, BaseException) or value is None else Foreign(value)

    def manager(self, value: Any, *, is_async: bool) -> Manager:
        """How a context manager is entered and left."""
        if isinstance(value, Manager):
            return value
        if isinstance(value, Inert):
            return Manager(lambda: value, lambda error: False)
        if isinstance(value, Coro):
            return self.manager(value.run(), is_async=is_async)
        if isinstance(value, Stranger):
            return value.entered(is_async=is_async)
        if isinstance(value, Obj | Special):
            names = ("__aenter__", "__aexit__") if is_async else ("__enter__", "__exit__")
            return self._of_methods(value, *names)
        if is_of_fakes(value):
            return self._of_fake(value, is_async=is_async)
        self.misused(value)
        raise Unknown(f"{self.described(value)} is entered, of which nothing is known")

    def used_as_mapping(self, value: Any, key: Any) -> None:
        """An object is looked into by a key: the attempt may learn of it."""
        raise NotImplementedError

    def misnamed(self, given: Mapping[str, Any], cls: Cls, *, whole: bool) -> None:
        """Fields are given by names that a class may not know: the attempt may learn of it."""
        raise NotImplementedError

    def missing_key(self, value: dict[Any, Any], key: Any) -> None:
        """A dictionary lacks a key that is read: the attempt may learn of it."""
        raise NotImplementedError

    def mistyped(self, value: Any, form: Form) -> None:
        """A value of a form is needed: the attempt may learn of it."""
        raise NotImplementedError

    def misused(self, value: Any) -> None:
        """A plain value cannot do what the code wants of it: the attempt may learn of it."""
        raise NotImplementedError

    def _of_methods(self, value: Any, enter: str, leave: str) -> Manager:
        def entered() -> Any:
            found = self.call(self.get_attribute(value, enter), [], {})
            return self.awaited(found) if enter == "__aenter__" else found

        def left(error: Any) -> bool:
            kind = error.cls if isinstance(error, Obj) else type(error) if error is not None else None
            found = self.call(self.get_attribute(value, leave), [kind, error, None], {})
            return self.truth(self.awaited(found) if leave == "__aexit__" else found)

        return Manager(entered, left)

    def _of_fake(self, value: Any, *, is_async: bool) -> Manager:
        if not is_async:
            return Manager(
                lambda: self.native(value.__enter__, None),
                lambda error: bool(
                    self.native(
                        lambda: value.__exit__(
                            type(self.real(error)) if error else None, self.real(error), None
                        ),
                        None,
                    )
                ),
            )

        def entered() -> Any:
            found = self.drive(value.__aenter__())
            self.entered.append(value)
            return found

        def left(error: Any) -> bool:
            given = self.real(error)
            self.entered = [one for one in self.entered if one is not value]
            return bool(self.drive(value.__aexit__(type(given) if given else None, given, None)))

        return Manager(entered, left)

    def abandon(self) -> None:
        """Leave what fakes hold open since the code was not followed to its end, or Python says so when it goes."""
        while self.entered:
            value, error = self.entered.pop(), Foreign(None)
            with contextlib.suppress(Raised, Unknown, Again):
                self.drive(value.__aexit__(Foreign, error, None))

    def lacking(self, names: list[str]) -> None:
        """What is needed is not among what was given."""
        raise NotImplementedError

    def call(self, func: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What calling something gives."""
        raise NotImplementedError

    def awaited(self, value: Any) -> Any:
        """What awaiting a value gives."""
        raise NotImplementedError

    def item(self, on: Any, key: Any) -> Any:
        """``on[key]``."""
        if isinstance(on, Recorder):
            if key in on.fields:
                return on.fields[key]
            raise Unknown(f"{on.meta.name}[{key!r}] is not known")
        if isinstance(on, Special):
            return self.native(lambda: on.item(key), None)  # type: ignore[attr-defined]
        if isinstance(on, Obj):
            if self.lookup(on.cls, "__getitem__") is None:
                self.used_as_mapping(on, key)
            return self.call(self.get_attribute(on, "__getitem__"), [key], {})
        if isinstance(on, SAFE) or type(on).__module__.startswith("async_testing_fakes"):
            if isinstance(on, dict):
                self.looked_up_in(key, on)
            try:
                return self.native(lambda: on[key], on)
            except Raised as raised:
                if isinstance(raised.value, KeyError) and isinstance(key, str):
                    self.lacking([key])
                    if isinstance(on, dict):
                        self.missing_key(on, key)
                raise
        raise Unknown(f"what is in {self.described(on)} is not known")

    def mapping(self, value: Any) -> dict[str, Any]:
        """What ``**value`` gives."""
        if isinstance(value, dict):
            return value
        if isinstance(value, Obj) or not hasattr(value, "keys"):
            raise Unknown(f"what ** of {self.described(value)} gives is not known")
        found: dict[str, Any] = self.native(lambda: {name: value[name] for name in value.keys()}, None)  # noqa: SIM118
        return found

    def text(self, value: Any) -> str:
        """``str(value)``."""
        if isinstance(value, Obj):
            own = self.lookup(value.cls, "__str__")
            if own is not None:
                return str(self.call(Bound(own, value), [], {}))
            if self.is_exception(value.cls):
                args = value.fields.get("args", ())
                self.printable(args)
                return "" if not args else self.text(args[0]) if len(args) == 1 else str(args)
            raise Unknown(f"the text of a {value.cls.name} is not known")
        self.printable(value)
        return str(self.native(lambda: str(value), value))

    def representation(self, value: Any) -> str:
        """``repr(value)``."""
        if isinstance(value, Obj):
            raise Unknown(f"the text of a {value.cls.name} is not known")
        self.printable(value)
        return repr(value)

    def object_truth(self, value: Obj) -> bool:
        """Whether an object counts as true."""
        for name in ("__bool__", "__len__"):
            own = self.lookup(value.cls, name)
            if own is not None:
                return bool(self.call(Bound(own, value), [], {}))
        return True

    def iterate_object(self, value: Any) -> Iterator[Any]:
        """What iterating over an object gives."""
        if isinstance(value, Obj):
            own = self.lookup(value.cls, "__iter__") or self.lookup(value.cls, "__aiter__")
            if own is not None:
                return self.iterate(self.call(Bound(own, value), [], {}))
            if value.cls.kind == "model":
                return iter([*value.fields.items()])
        if isinstance(value, Special):
            own = getattr(value, "iterate", None)
            if own is not None:
                return iter(own())
        raise Unknown(f"what iterating over {self.described(value)} gives is not known")
