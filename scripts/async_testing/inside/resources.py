"""What a test may leave running or open: sockets, files, threads, processes, event loops and tasks."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
import time
import weakref
from asyncio import base_events, runners
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import thread as pools
from contextlib import suppress
from types import CodeType
from typing import Any

from .left import Left

DESCRIPTORS = "/proc/self/fd"
WAIT = 0.2
"""Seconds that a thread or process which is about to end is given."""
DEPTH = 30
"""Frames above the making of an event loop that are looked at."""
State = Mapping[Hashable, Any]


class Resources:
    """Looks at what is open and what runs.

    Args:
        inside: says of a file whether it is the project's.
    """

    def __init__(self, inside: Callable[[str], bool]) -> None:
        self._inside = inside
        self._loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()
        self._made: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, str] = weakref.WeakKeyDictionary()
        self.cancelled: list[Left] = []
        """Tasks that their loop had to cancel when it was closed, since this was last emptied."""

    def listen(self) -> None:
        """Be told of event loops that are made, and of tasks that are cancelled because their loop ends."""
        made = base_events.BaseEventLoop.__init__
        cancel: Callable[[Any], None] = runners._cancel_all_tasks  # type: ignore[attr-defined]

        def init(loop: base_events.BaseEventLoop, *arguments: Any, **options: Any) -> None:
            made(loop, *arguments, **options)
            self._loops.add(loop)
            if place := self._maker(sys._getframe(1)):
                self._made[loop] = place

        def cancel_all(loop: asyncio.AbstractEventLoop) -> None:
            self.cancelled += (left for _, left in self._tasks(loop))
            cancel(loop)

        base_events.BaseEventLoop.__init__ = init  # type: ignore[assignment,method-assign]
        runners._cancel_all_tasks = cancel_all  # type: ignore[attr-defined]

    def _maker(self, frame: Any) -> str:
        """Where the project made an event loop, empty where a plugin or a library did."""
        for _ in range(DEPTH):
            if frame is None:
                break
            name = frame.f_code.co_filename
            if "asyncio" not in name.replace("\\", "/").split("/")[-2:-1]:
                return f"{os.path.basename(name)}:{frame.f_lineno}" if self._inside(name) else ""  # noqa: PTH119
            frame = frame.f_back
        return ""

    def look(self) -> State:
        """What is open and runs now."""
        state: dict[Hashable, Any] = {("descriptor", *one): None for one in descriptors()}
        state |= {("thread", one.ident): one for one in threading.enumerate()}
        state |= {("process", pid): None for pid in _children()}
        for loop in [*self._loops]:
            if not loop.is_closed():
                state["loop", id(loop)] = self._made.get(loop, "")
                if not loop.is_running():
                    state |= {("task", key): left for key, left in self._tasks(loop)}
        return state

    def told(self, before: State, after: State) -> Iterator[Left]:
        """What is there that was not."""
        new = {key: value for key, value in after.items() if key not in before}
        over = time.monotonic() + WAIT
        while any(key[0] != "loop" for key in new) and time.monotonic() < over:  # type: ignore[index]
            time.sleep(0.01)
            still = self.look()
            new = {key: value for key, value in new.items() if key in still}
        for key, value in new.items():
            left = self._left(key, value)
            if left is not None:
                yield left

    def _left(self, key: Any, value: Any) -> Left | None:
        kind = key[0]
        if kind == "task":
            return value if isinstance(value, Left) else None
        if kind == "loop":
            return Left("event loop", f"an event loop that {value} made is left open") if value else None
        if kind == "process":
            name = _command(key[1])
            is_helper = "multiprocessing" in name
            return None if is_helper else Left(f"process {name}", f"a process is left running: {name}")
        if kind == "thread":
            return self._thread(value)
        return _descriptor(key[1], key[2])

    def _thread(self, thread: threading.Thread) -> Left | None:
        target: Any = getattr(thread, "_target", None)
        if target is getattr(pools, "_worker", None) or isinstance(thread, threading._DummyThread):
            return None
        code = getattr(getattr(target, "__func__", target), "__code__", None) or getattr(
            type(thread).run, "__code__", None
        )
        own = isinstance(code, CodeType) and self._inside(code.co_filename)
        if thread.daemon and not own:
            return None
        name = getattr(target, "__qualname__", None) or type(thread).__qualname__
        return Left(f"thread {name}", f"a thread is left running: {name}", once=not own)

    def _tasks(self, loop: asyncio.AbstractEventLoop) -> Iterator[tuple[int, Left]]:
        """The tasks of a loop that run functions of the project and are not done."""
        with suppress(RuntimeError):
            for task in asyncio.all_tasks(loop):
                code = getattr(task.get_coro(), "cr_code", None)
                if code is not None and self._inside(code.co_filename):
                    name = code.co_qualname
                    message = f"a task is left pending: {name}; await it, or cancel it before the test ends"
                    yield id(task), Left(f"task {name}", message)


def descriptors() -> Iterator[tuple[int, str]]:
    """The open descriptors, and what each leads to."""
    if not os.path.isdir(DESCRIPTORS):  # noqa: PTH112
        return
    for name in os.listdir(DESCRIPTORS):  # noqa: PTH208
        with suppress(OSError):
            yield int(name), os.readlink(f"{DESCRIPTORS}/{name}")  # noqa: PTH115


def _descriptor(number: int, link: str) -> Left | None:
    """A listening socket, a connection, or a file; what event loops and libraries keep for themselves is none of it."""
    if not link.startswith("socket:"):
        if (
            not link.startswith("/")
            or link.startswith(("/dev", "/proc", "/sys"))
            or link.endswith("(deleted)")
        ):
            return None
        return Left("open file", f"a file is left open: {link}", once=True)
    try:
        found = socket.socket(fileno=os.dup(number))
    except OSError:
        return None
    with found:
        try:
            if found.family not in (socket.AF_INET, socket.AF_INET6):
                return None
            host, port = found.getsockname()[:2]
            if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                return Left("listening socket", f"a socket is left listening on {host}:{port}")
            host, port = found.getpeername()[:2]
        except OSError:
            return None
        return Left("connection", f"a connection to {host}:{port} is left open", once=True)


def _children() -> Iterator[int]:
    """The processes that this one started and that still run, where the system tells them."""
    with suppress(OSError):
        for task in os.listdir("/proc/self/task"):  # noqa: PTH208
            with suppress(OSError), open(f"/proc/self/task/{task}/children", encoding="ascii") as stream:  # noqa: PTH123
                yield from (pid for pid in map(int, stream.read().split()) if not _is_dead(pid))


def _is_dead(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:  # noqa: PTH123
            return stream.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except (OSError, IndexError):
        return True


def _command(pid: int) -> str:
    with suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as stream:  # noqa: PTH123
        return " ".join(stream.read().decode("utf-8", "replace").split("\0"))[:120].strip()
    return f"process {pid}"
