"""The process that answers for mutants: one pytest of the user's, forked for each, and what is asked of it."""

from __future__ import annotations

import json
import os
import select
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Any, Literal, NamedTuple

from async_testing.verifying.launching import Target, command_of, drain, process

Answer = dict[str, Any]
Place = Literal["early", "late"]
LOST: Answer = {"state": "lost", "message": "the process that was to answer has ended"}


class Unfit(Exception):
    """Forks cannot answer here; the message says why."""


class Collected(NamedTuple):
    """What the forked pytest has collected."""

    tests: tuple[str, ...]
    files: tuple[str, ...]
    """The file of each test."""
    modules: tuple[str, ...]
    fixtures: frozenset[str] = frozenset()
    """The names of all fixtures that they use."""


class _Pipe:
    """One end of two pipes: requests go out, answers come in."""

    def __init__(self) -> None:
        self.theirs_in, self._out = os.pipe()
        self._in, self.theirs_out = os.pipe()
        self._buffer = b""
        self.asked: set[int] = set()
        self.is_open = True

    @property
    def theirs(self) -> tuple[int, int]:
        return self.theirs_in, self.theirs_out

    def fileno(self) -> int:
        return self._in

    def ask(self, request: Mapping[str, Any]) -> None:
        self.asked.add(request["id"])
        data = json.dumps(request).encode() + b"\n"
        with suppress(BrokenPipeError):
            while data:
                data = data[os.write(self._out, data) :]

    def answers(self) -> Iterator[Answer]:
        block = os.read(self._in, 1 << 20)
        if not block:
            self.is_open = False
            for number in self.asked:
                yield {"id": number, **LOST}
            self.asked.clear()
            return
        *lines, self._buffer = (self._buffer + block).split(b"\n")
        for line in lines:
            answer: Answer = json.loads(line)
            self.asked.discard(answer["id"])
            yield answer

    def close(self) -> None:
        for descriptor in (self._out, self._in):
            with suppress(OSError):
                os.close(descriptor)


class Forks:
    """The forked pytest, as long as ``forks`` is open."""

    def __init__(self, pipes: Mapping[str, _Pipe], child: Popen[bytes], output: bytearray) -> None:
        self._pipes = pipes
        self._child = child
        self._output = output
        self._next = 0
        self.collected = Collected((), (), ())

    def ask(self, place: Place, **request: Any) -> int:
        """Send a request; returns the number that its answer will have."""
        self._next += 1
        self._pipes[place].ask({"id": self._next, **request})
        return self._next

    def answers(self, timeout: float) -> list[Answer]:
        """What has been answered, waiting for the first one; those that cannot be any more are ``lost``."""
        found: list[Answer] = []
        for pipe in self._pipes.values():
            if not pipe.is_open and pipe.asked:
                found += [{"id": number, **LOST} for number in pipe.asked]
                pipe.asked.clear()
        if found:
            return found
        ready, _, _ = select.select([one for one in self._pipes.values() if one.is_open], [], [], timeout)
        return [answer for pipe in ready for answer in pipe.answers()]

    def wait_for(self, number: int, timeout: float) -> Answer:
        """The answer to one request where nothing else was asked."""
        over = time.monotonic() + timeout
        while (left := over - time.monotonic()) > 0:
            for answer in self.answers(left):
                if answer["id"] == number:
                    return answer
                if answer.get("state") == "refused":
                    raise Unfit(f"{answer['name']} cannot be collected a second time: {answer['message']}")
            if not all(pipe.is_open for pipe in self._pipes.values()):
                raise Unfit(f"pytest ended before the first mutant: {self.said()}")
        raise Unfit(f"no answer within {timeout:.0f} s")

    def said(self) -> str:
        """The last line that pytest printed."""
        lines = bytes(self._output).decode("utf-8", "replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "nothing")[:300]

    def start(self, timeout: float) -> None:
        """Wait until the tests are collected.

        Raises:
            Unfit: forks cannot answer here.
        """
        answer = self.wait_for(-1, timeout)
        if answer["state"] != "collected":
            raise Unfit(f"{answer.get('name', 'pytest')} cannot be collected a second time")
        if answer["threads"] > 1:
            raise Unfit(f"{answer['threads']} threads run when the tests are collected")
        names, files = zip(*answer["tests"], strict=True) if answer["tests"] else ((), ())
        self.collected = Collected(
            tuple(names), tuple(files), tuple(answer["modules"]), frozenset(answer["fixtures"])
        )


@contextmanager
def forks(target: Target, jobs: int, imported: Mapping[str, frozenset[int]]) -> Iterator[Forks]:
    """Start the pytest that is forked; it and all that it started is gone afterwards.

    Args:
        target: the project and its interpreter.
        jobs: how many forks may run at the same time.
        imported: by path, the lines that run outside of any test.

    Raises:
        Unfit: forks cannot answer here.
    """
    if not hasattr(os, "fork"):
        raise Unfit("this system cannot fork")
    pipes = {"early": _Pipe(), "late": _Pipe()}
    theirs = [descriptor for pipe in pipes.values() for descriptor in pipe.theirs]
    root = os.path.realpath(target.root)
    settings: dict[str, Any] = {
        "mode": "serving",
        "root": root + os.sep,
        "jobs": jobs,
        "imported": {os.path.join(root, path): sorted(lines) for path, lines in imported.items()},  # noqa: PTH118
        **{name: pipe.theirs for name, pipe in pipes.items()},
    }
    with tempfile.TemporaryDirectory(prefix="verify-", ignore_cleanup_errors=True) as folder:
        settings["bytecode"] = os.path.join(folder, "bytecode")  # noqa: PTH118
        command = command_of(target, Path(folder), settings, ())
        try:
            with process(command, target, folder, pass_fds=theirs) as child:
                for descriptor in theirs:
                    os.close(descriptor)
                theirs.clear()
                kept = bytearray()
                threading.Thread(target=drain, args=(child.stdout, kept), daemon=True).start()
                try:
                    yield Forks(pipes, child, kept)
                finally:
                    _close(pipes, child)
        finally:
            for descriptor in theirs:
                os.close(descriptor)


def _close(pipes: Mapping[str, _Pipe], child: Popen[bytes]) -> None:
    """Let it end its forks by itself, which it does when its requests come to an end."""
    for pipe in pipes.values():
        pipe.close()
    with suppress(TimeoutExpired):
        child.wait(1.0)
