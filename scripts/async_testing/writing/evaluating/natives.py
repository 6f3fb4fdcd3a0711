"""Functions of Python's own library that are followed by what they are known to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from async_testing.writing.evaluating.callables import Coro, Func, Native
from async_testing.writing.evaluating.mapped import Mapped, parameters_of
from async_testing.writing.evaluating.strangers import Stranger
from async_testing.writing.evaluating.things import (
    Again,
    Cls,
    Descriptor,
    Inert,
    Manager,
    Meta,
    Obj,
    Raised,
    Special,
    Unknown,
)


class Natives(Mapped):
    """Does what these functions do."""

    def natives(self) -> dict[str, Callable[..., Any]]:
        """What stands for each function, by its dotted name."""
        return {
            "functools.wraps": self._wraps,
            "functools.cache": lambda func: func,
            "functools.lru_cache": lambda *args, **_: (
                args[0] if args and isinstance(args[0], Func) else Inert()
            ),
            "typing.cast": lambda _, value: value,
            "typing.assert_never": lambda _: None,
            "contextlib.contextmanager": self._managing,
            "contextlib.asynccontextmanager": self._managing,
            "contextlib.suppress": self._suppress,
            "contextlib.nullcontext": lambda value=None: Manager(lambda: value, lambda _: False),
            "contextlib.aclosing": lambda value: Manager(lambda: value, lambda _: False),
            "contextlib._managed": lambda value, is_async: _Entered(self.manager(value, is_async=is_async)),
            "contextlib._calling": lambda func, args, kwargs: _Entered(
                Manager(lambda: None, lambda _: bool(self._later(func, args, kwargs)))
            ),
            "contextlib._unwound": self._unwound,
            "asyncio.gather": self._gather,
            "asyncio.run": lambda value, **_: self.awaited(value),
            "asyncio.sleep": lambda *_: Coro(lambda: None),
            "asyncio.wait_for": lambda value, timeout=None, **_: self._in_time(timeout, value),
            "asyncio.shield": lambda value: value,
            "asyncio.timeout": lambda delay=None: self._in_time(
                delay, Manager(lambda: Inert(), lambda _: False)
            ),
            "asyncio.create_task": lambda value, **_: self._task(value),
            "asyncio.ensure_future": lambda value, **_: self._task(value),
            "asyncio.to_thread": lambda func, *args, **kwargs: Coro(lambda: self.call(func, [*args], kwargs)),
            "asyncio._waits": _waits,
            "starlette.concurrency.run_in_threadpool": lambda func, *args, **kwargs: Coro(
                lambda: self.call(func, [*args], kwargs)
            ),
            "fastapi.concurrency.run_in_threadpool": lambda func, *args, **kwargs: Coro(
                lambda: self.call(func, [*args], kwargs)
            ),
            "dataclasses.asdict": self._asdict,
            "dataclasses.fields": self._dataclass_fields,
            "dataclasses.is_dataclass": lambda value: (
                getattr(value.cls if isinstance(value, Obj) else value, "kind", "") == "dataclass"
            ),
            "dataclasses.replace": lambda value, **given: self.construct(
                value.cls, [], {**value.fields, **given}
            ),
            "fastapi.encoders.jsonable_encoder": self._encoded,
            "argon2.extract_parameters": parameters_of,
        }

    def _encoded(self, value: Any, **options: Any) -> Any:
        if set(options) - {"exclude_unset", "exclude_none", "by_alias"}:
            raise Unknown("jsonable_encoder with these options is not followed")
        return self.jsonable(self.dumped(value, {**options, "mode": "json"}) if options else value)

    def _asdict(self, value: Any) -> Any:
        if isinstance(value, Obj) and value.cls.kind == "dataclass":
            return {name: self._asdict(one) for name, one in value.fields.items()}
        if isinstance(value, list | tuple):
            return type(value)(self._asdict(one) for one in value)
        return value

    def _dataclass_fields(self, value: Any) -> tuple[Any, ...]:
        cls = value.cls if isinstance(value, Obj) else value
        if not isinstance(cls, Cls) or cls.kind != "dataclass":
            raise Raised(TypeError("must be called with a dataclass type or instance"))
        return tuple(Meta("Field", (), {"name": name}) for name in self.fields_of(cls))

    def _in_time(self, delay: Any, value: Any) -> Any:
        """A value, within a time that has to be a number."""
        if isinstance(delay, Stranger):
            delay.become("int")
        return value

    def _later(self, func: Any, args: Any, kwargs: Any) -> bool:
        found = self.call(func, [*args], kwargs)
        if isinstance(found, Coro) or hasattr(found, "__await__"):
            self.awaited(found)
        return False

    def _unwound(self, left: list[Any], error: Any) -> bool:
        """Leave all that was entered, the last first. Returns whether the error was swallowed."""
        swallowed, current = False, error
        while left:
            try:
                if left.pop().manager.leave(current) and current is not None:
                    swallowed, current = True, None
            except Raised as raised:
                current, swallowed = raised.value, False
        if current is not None and current is not error:
            raise Raised(current)
        return swallowed and current is None

    def _wraps(self, func: Any, *_: Any, **__: Any) -> Any:
        def apply(wrapper: Any) -> Any:
            if isinstance(wrapper, Func):
                wrapper.fields["__wrapped__"] = func
                wrapper.fields["__name__"] = self.get_attribute(func, "__name__")
            return wrapper

        return Native("wraps", apply)

    def _task(self, value: Any) -> Any:
        done: list[Any] = []

        def run() -> Any:
            if not done:
                done.append(self.awaited(value))
            return done[0]

        if isinstance(value, Coro):
            run()
        return Coro(run)

    def _gather(self, *given: Any, return_exceptions: bool = False) -> Any:
        def run() -> list[Any]:
            found: list[Any] = []
            for one in given:
                try:
                    found.append(self.awaited(one))
                except Raised as raised:
                    if not return_exceptions:
                        raise
                    found.append(raised.value)
            return found

        return Coro(run)

    def _suppress(self, *kinds: Any) -> Manager:
        return Manager(lambda: None, lambda error: error is not None and self.is_instance(error, kinds))

    def _managing(self, func: Any) -> Any:
        if isinstance(func, Descriptor):
            return Descriptor(func.kind, self._managing(func.func))
        name = getattr(func, "name", "manager")
        return Native(name, lambda *args, **kwargs: self._managed(func, args, kwargs), func)

    def _managed(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Manager:
        steps: list[Any] = []

        def enter() -> Any:
            steps.append(self.call(func, [*args], kwargs))
            try:
                return next(steps[0])
            except StopIteration:
                raise Unknown("a context manager yields nothing") from None

        def leave(error: Any) -> bool:
            try:
                if error is None:
                    next(steps[0])
                else:
                    steps[0].throw(Raised(error))
            except StopIteration:
                return error is not None
            except Raised as raised:
                if raised.value is error:
                    return False
                raise
            except (Unknown, Again):
                raise
            raise Unknown("a context manager yields twice")

        return Manager(enter, leave)


def _waits() -> None:
    raise Unknown("it waits for something else to happen")


class _Entered(Special):
    """A context manager in a stack."""

    def __init__(self, manager: Manager) -> None:
        self.manager = manager

    def attribute(self, name: str) -> Any:
        return Native(name, getattr(self.manager, name))
