"""Forks of a process that has come as far as it should: bounded, watched, and gone with all that they started."""

from __future__ import annotations

import gc
import json
import mmap
import os
import select
import shutil
import signal
import struct
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

_HEAD = struct.Struct("<idi")
_HEADS, _TEXT = (8, 32), 64
_SIZE = 1 << 20
_DEATH_SIGNAL, _SUBREAPER = 1, 36
_GLANCE = 0.1


class Slot:
    """What a child tells its parent, in memory that both have: no test can close it, fill it or change its folder.

    The parent reads while the child writes, and packing a record takes many stores: there are two records, the
    last bit of a counter of one byte tells which is whole, and a counter that has moved on is read again.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _SIZE)

    def clear(self) -> None:
        """Make it ready for another child."""
        self._put(-1, time.monotonic(), 0)

    def begin(self, index: int) -> None:
        """Tell that a test begins, by its place."""
        self._put(index, time.monotonic(), 0)

    def tell(self, **result: Any) -> None:
        """Tell how it ended."""
        text = json.dumps(result).encode()[: _SIZE - _TEXT]
        index, began, _ = self._head()
        self._memory[_TEXT : _TEXT + len(text)] = text
        self._put(index, began, len(text))

    def read(self) -> tuple[int, float, dict[str, Any] | None]:
        """The place of the test that runs, since when, and the result once there is one."""
        index, began, length = self._head()
        result = None
        if length:
            with suppress(ValueError):
                result = json.loads(self._memory[_TEXT : _TEXT + length])
        return index, began, result

    def _put(self, *record: float) -> None:
        count = (self._memory[0] + 1) % 256
        _HEAD.pack_into(self._memory, _HEADS[count % 2], *record)
        self._memory[0] = count

    def _head(self) -> tuple[int, float, int]:
        while True:
            count = self._memory[0]
            record = _HEAD.unpack_from(self._memory, _HEADS[count % 2])
            if self._memory[0] == count:
                return record


class Child:
    """A fork that runs: the request that it answers and its bounds."""

    def __init__(self, pid: int, slot: Slot, request: dict[str, Any], folder: str) -> None:
        self.pid = pid
        self.slot = slot
        self.request = request
        self.folder = folder
        self.began = time.monotonic()
        self.descriptor = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1

    def deadline(self) -> float:
        """When it has to be done with what it does now."""
        index, began, _ = self.slot.read()
        limits: Sequence[float] = self.request["limits"]
        return began + (limits[index] if 0 <= index < len(limits) else self.request["setup"])


class Server:
    """Answers requests, each in a fork of this process.

    Args:
        reading, writing: descriptors of the pipes that the requests and answers go through.
        jobs: how many forks may run at the same time; they share the memory that this process may have.
    """

    def __init__(self, reading: int, writing: int, jobs: int) -> None:
        self._reading = reading
        self._writing = writing
        self._jobs = jobs
        self._slots = [Slot() for _ in range(jobs)]
        self._children: dict[int, Child] = {}
        self._waiting: list[dict[str, Any]] = []
        self._buffer = b""
        self._prctl = _prctl()
        self._known: set[int] = set()
        self._started: list[int] = []

    def tell(self, **values: Any) -> None:
        """Write an answer."""
        data = json.dumps(values).encode() + b"\n"
        while data:
            data = data[os.write(self._writing, data) :]

    def beside(self, pid: int) -> None:
        """Tell of a fork that answers requests of its own: it ends by itself."""
        self._started.append(pid)

    def close(self) -> None:
        """Leave the pipes to another process."""
        os.close(self._reading)
        os.close(self._writing)

    def serve(
        self, prepare: Callable[[dict[str, Any]], dict[str, Any] | None]
    ) -> tuple[Slot, dict[str, Any]]:
        """Answer until the other end closes, then end this process; it returns only in a fork, with its request.

        Args:
            prepare: answers a request without a fork, or returns None.
        """
        self._prctl(_SUBREAPER, 1)
        self._known |= set(_children_of_this())
        gc.collect()
        gc.freeze()
        while True:
            while self._waiting and self._slots:
                request = self._waiting.pop(0)
                answer = prepare(request)
                if answer is not None:
                    self.tell(id=request["id"], **answer)
                elif forked := self._fork(request):
                    return forked
            self._await()
            for child in [*self._children.values()]:
                self._look_at(child)

    def _fork(self, request: dict[str, Any]) -> tuple[Slot, dict[str, Any]] | None:
        slot = self._slots.pop()
        slot.clear()
        folder = tempfile.mkdtemp(prefix="mutant-")
        parent = os.getpid()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that of a process with threads: whoever asked has seen to that
            pid = os.fork()
        if pid == 0:
            self._settle_in(folder, parent)
            return slot, request
        self._children[pid] = Child(pid, slot, request, folder)
        return None

    def _settle_in(self, folder: str, parent: int) -> None:
        """In the fork: a session of its own, bounds, and a folder for temporary files."""
        os.setsid()
        self._prctl(_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        self.close()
        for child in self._children.values():
            if child.descriptor >= 0:
                os.close(child.descriptor)
        os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.tempdir = folder
        with suppress(ImportError, ValueError, OSError):
            import resource

            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            allowed, hard = resource.getrlimit(resource.RLIMIT_DATA)
            if allowed != resource.RLIM_INFINITY:
                resource.setrlimit(resource.RLIMIT_DATA, (allowed // self._jobs, hard))

    def _await(self) -> None:
        """Wait until a request comes, a fork ends, or one has to be ended."""
        children = self._children.values()
        watched = [self._reading, *(child.descriptor for child in children if child.descriptor >= 0)]
        now = time.monotonic()
        wait = min((child.deadline() - now for child in children), default=3600.0)
        if children:  # a test that begins meanwhile has another bound, and nothing tells of it
            wait = min(wait, _GLANCE if all(child.descriptor >= 0 for child in children) else 0.002)
        ready, _, _ = select.select(watched, [], [], min(max(wait, 0.0), 3600.0))
        if self._reading in ready:
            self._read()

    def _read(self) -> None:
        block = os.read(self._reading, 1 << 20)
        if not block:
            for child in [*self._children.values()]:
                self._end(child)
            for pid in self._started:
                with suppress(ChildProcessError):
                    os.waitpid(pid, 0)
            os._exit(0)
        *lines, self._buffer = (self._buffer + block).split(b"\n")
        self._waiting += [json.loads(line) for line in lines]

    def _look_at(self, child: Child) -> None:
        ended, _ = os.waitpid(child.pid, os.WNOHANG) if child.descriptor < 0 else (_is_done(child), 0)
        late = time.monotonic() > child.deadline()
        if not ended and not late:
            return
        code = self._end(child)
        index, _, result = child.slot.read()
        if result is None:
            result = {"state": "died", "message": f"the process ended with {code}"}
            if not ended:
                result = {"state": "timeout", "message": "the test did not come to an end"}
            result["by"] = index
        seconds = time.monotonic() - child.began
        self.tell(id=child.request["id"], seconds=seconds, kind=child.request.get("kind", ""), **result)

    def _end(self, child: Child) -> int:
        """Kill a fork and all that it started, and forget it."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        status = 0
        with suppress(ChildProcessError):
            status = os.waitpid(child.pid, 0)[1]
        if child.descriptor >= 0:
            os.close(child.descriptor)
        del self._children[child.pid]
        self._slots.append(child.slot)
        self._end_orphans()
        try:
            os.rmdir(child.folder)  # noqa: PTH106
        except OSError:
            shutil.rmtree(child.folder, ignore_errors=True)
        return os.waitstatus_to_exitcode(status)

    def _end_orphans(self) -> None:
        """Kill what a fork has left behind in another session: on Linux it has become ours."""
        for pid in _children_of_this():
            if pid not in self._children and pid not in self._known:
                with suppress(ProcessLookupError, PermissionError, ChildProcessError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)


def _is_done(child: Child) -> bool:
    return bool(select.select([child.descriptor], [], [], 0)[0])


def _children_of_this() -> Iterator[int]:
    told = f"/proc/self/task/{os.getpid()}/children"
    with suppress(OSError, ValueError), open(told, encoding="ascii") as stream:  # noqa: PTH123
        yield from map(int, stream.read().split())


def _prctl() -> Callable[[int, int], Any]:
    """Linux's prctl, or nothing."""
    if sys.platform == "linux":
        with suppress(ImportError, OSError, AttributeError):
            import ctypes

            return ctypes.CDLL(None).prctl
    return lambda option, value: None
