"""What every part of the evaluation uses: its limits, its notes, and how plain Python values are worked with."""

from __future__ import annotations

import ast
import asyncio
import collections
import datetime
import decimal
import enum
import re
import types
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from async_testing.writing.evaluating.callables import Coro, Func, Native
from async_testing.writing.evaluating.strangers import Stranger, Thing
from async_testing.writing.evaluating.things import (
    Again,
    Cls,
    External,
    Inert,
    Meta,
    Obj,
    Opaque,
    Raised,
    Recorder,
    Special,
    Unknown,
)
from async_testing.writing.evaluating.wrapped import Wrapped

STEPS = 60_000
"""Expressions and statements of one attempt."""
SAFE: tuple[type, ...] = (
    int,
    float,
    complex,
    str,
    bytes,
    bytearray,
    list,
    tuple,
    dict,
    set,
    frozenset,
    range,
    slice,
    type(None),
    datetime.date,
    datetime.time,
    datetime.timedelta,
    datetime.tzinfo,
    decimal.Decimal,
    uuid.UUID,
    enum.Enum,
    re.Pattern,
    re.Match,
    collections.deque,
    collections.Counter,
    types.MappingProxyType,
    types.SimpleNamespace,
    type({}.keys()),
    type({}.values()),
    type({}.items()),
)
_ITERATORS = (map, filter, zip, enumerate, reversed, types.GeneratorType)


class Foreign(Exception):
    """An exception of the project's own class, where a fake has to be handed a real one."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


async def _settled(future: Any) -> None:
    """Let other tasks run until a future is done, but not for long."""
    for _ in range(20):
        if future.done():
            return
        await asyncio.sleep(0)


class Base:
    """Limits, notes, and plain values."""

    def __init__(self) -> None:
        self.steps = 0
        self.marks: set[Any] = set()
        self.caught: list[Any] = []
        """The exceptions that the code around the present statement has handlers for."""
        self.is_acting = False
        """Whether functions run as a test calls them; not while the body of a module or class is worked out."""
        self.doubt = 0
        """How many conditions around the present statement are not known."""
        self.seams: dict[str, str] = {}
        """Where tests would replace names of other libraries that the code has looked up, by dotted name."""
        self.entered: list[Any] = []
        """Context managers of fakes that were entered and not left again."""
        self._constants: dict[int, Any] = {}
        self._undo: list[Callable[[], None]] = []

    def restart(self) -> None:
        """Forget what the last attempt did."""
        self.steps = 0
        self.marks = set()
        self.caught = []
        self.is_acting = True
        while self._undo:
            self._undo.pop()()

    @contextmanager
    def importing(self) -> Iterator[None]:
        """Work out what happens when a module is imported."""
        before, self.is_acting = self.is_acting, False
        try:
            yield
        finally:
            self.is_acting = before

    def tick(self) -> None:
        """Count a step. Raises: Unknown where there were too many."""
        self.steps += 1
        if self.steps > STEPS:
            raise Unknown("it takes too long to follow")

    def mark(self, node: ast.AST, what: object) -> None:
        """Note which way the code went."""
        self.marks.add((id(node), what))

    def constant(self, value: Any) -> None:
        """Keep in mind that a collection is the module's own: what is looked up in it is noted."""
        if isinstance(value, dict | list | tuple | set | frozenset) and id(value) not in self._constants:
            self._constants[id(value)] = value
            for one in value.values() if isinstance(value, dict) else value:
                self.constant(one)

    def looked_up(self, holder: Any, key: Any, found: bool) -> None:
        """Note what was looked up in a collection of the module's own."""
        if id(holder) in self._constants and isinstance(key, str | int | type(None)):
            self.marks.add((id(holder), key if found else "missing"))

    def rebound(self, module: Any, name: str) -> None:
        """A function gives a name of its module another value: a test has to put it back."""

    def remember(self, holder: dict[str, Any], name: str) -> None:
        """Put a name of a module or class back when the attempt is over."""
        missing = name not in holder
        before = holder.get(name)

        def back() -> None:
            if missing:
                holder.pop(name, None)
            else:
                holder[name] = before

        self._undo.append(back)

    def native(self, run: Callable[[], Any], value: Any) -> Any:
        """What an operation of Python's own gives; what it raises, the code raises."""
        if isinstance(value, Opaque):
            return value
        try:
            return run()
        except (Raised, Unknown, Again):
            raise
        except RecursionError:
            raise Unknown("it is nested too deeply to be followed") from None
        except Exception as error:
            raise Raised(error) from None

    def plain(self, value: Any) -> None:
        """Raises: Unknown for what is no plain value."""
        if isinstance(value, Thing):
            raise Unknown(value.why)
        if isinstance(value, External | Meta | Special | Coro | Recorder):
            raise Unknown(f"what {self.described(value)} is, is not known")

    def described(self, value: Any) -> str:
        """A value in words."""
        if isinstance(value, External):
            return value.dotted
        if isinstance(value, Meta):
            return f"{value.name}(…)"
        if isinstance(value, Obj | Cls):
            return value.cls.name if isinstance(value, Obj) else value.name
        return getattr(value, "label", "") or type(value).__name__

    def printable(self, value: Any) -> None:
        """Raises: Unknown for what shows another text each time."""
        if isinstance(value, Stranger):
            value.become("str")
        if isinstance(value, Opaque):
            raise Unknown(f"it depends on {value.why}")
        if isinstance(value, Wrapped):
            return
        if isinstance(value, External | Meta | Special | Recorder | Func | Native | Inert | Cls):
            raise Unknown(f"the text of {self.described(value)} is not known")
        if isinstance(value, list | tuple | set | frozenset):
            for one in value:
                if isinstance(one, Obj):
                    raise Unknown(f"the text of a {one.cls.name} is not known")
                self.printable(one)
        if isinstance(value, dict):
            self.printable([*value.values()])

    def truth(self, value: Any) -> bool:
        """Whether a value counts as true."""
        if isinstance(value, Obj):
            return self.object_truth(value)
        if isinstance(value, Stranger):
            return value.truth()
        if isinstance(value, External | Meta):
            raise Unknown(f"what {self.described(value)} is, is not known")
        if isinstance(value, Opaque):
            raise Unknown(f"it depends on {value.why}")
        return bool(self.native(lambda: bool(value), value))

    def object_truth(self, value: Obj) -> bool:
        """Whether an object counts as true."""
        raise NotImplementedError

    def iterate(self, value: Any) -> Iterator[Any]:
        """What iterating over a value gives, asynchronously too."""
        if isinstance(value, _ITERATORS) or hasattr(value, "__next__"):
            return self._lazily(value)
        if isinstance(value, SAFE):
            found: list[Any] = self.native(lambda: [*value], value)  # type: ignore[misc]
            return iter(found)
        if isinstance(value, type) and issubclass(value, enum.Enum):
            return iter([*value])
        if isinstance(value, Inert) and not self.is_acting:
            return iter(value)
        if hasattr(value, "__aiter__"):
            return self._asynchronously(value)
        if hasattr(value, "__iter__") and type(value).__module__.startswith("async_testing_fakes"):
            return iter(self.native(lambda: [*value], value))
        return self.iterate_object(value)

    def iterate_object(self, value: Any) -> Iterator[Any]:
        """What iterating over an object of the project gives."""
        raise NotImplementedError

    def _lazily(self, value: Any) -> Iterator[Any]:
        while True:
            try:
                item = next(value)
            except StopIteration:
                return
            except (Raised, Unknown, Again):
                raise
            except Exception as error:
                raise Raised(error) from None
            yield item

    def _asynchronously(self, value: Any) -> Iterator[Any]:
        iterator = value.__aiter__()
        while True:
            try:
                yield self.drive(iterator.__anext__())
            except Raised as raised:
                if isinstance(raised.value, StopAsyncIteration):
                    return
                raise

    def wait(self, future: Any) -> None:
        """Give the running event loop the time that a fake of its own tasks needs. Raises: Unknown."""
        loop = asyncio._get_running_loop()
        if loop is None:
            raise Unknown("it waits for something else to happen")
        asyncio._set_running_loop(None)
        try:
            loop.run_until_complete(_settled(future))
        finally:
            asyncio._set_running_loop(loop)
        if not future.done():
            raise Unknown("it waits for something else to happen")

    def drive(self, awaitable: Any) -> Any:
        """Run an awaitable of a fake to its end; it has nothing to wait for."""
        steps = awaitable.__await__() if hasattr(awaitable, "__await__") else awaitable
        try:
            for _ in range(1000):
                waited = next(steps)
                if waited is not None:
                    self.wait(waited)
        except StopIteration as stopped:
            return stopped.value
        except Foreign as foreign:
            raise Raised(foreign.value) from None
        except (Raised, Unknown, Again):
            raise
        except RuntimeError as error:
            if "event loop" in str(error):
                raise Unknown("it asks for the running event loop") from None
            raise Raised(error) from None
        except BaseException as error:
            raise Raised(error) from None
        raise Unknown("it waits for something else to happen")
