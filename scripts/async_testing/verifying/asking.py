"""Tasks that wait for answers, as many at a time as there are jobs."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from async_testing.verifying.launching import Target
from async_testing.verifying.spawning import Answer, alone, changed, copied
from async_testing.verifying.workers import LOST, Forks

T = TypeVar("T")
_SHORT = 0.02


class Ask(NamedTuple):
    """What a task wants to know."""

    place: str
    """``early`` or ``late`` of the forked pytest, ``alone`` in a process of its own, ``copy`` in one on a copy."""
    request: dict[str, Any]


Asked = Generator[Ask, Answer, T]


class Desk:
    """Brings what tasks ask to those who can answer.

    Args:
        target: the project and its interpreter.
        forked: the forked pytest, if there is one.
        jobs: how many tasks run at the same time.
        deadline: on time.monotonic(): what is not answered until then never is.
    """

    def __init__(self, target: Target, forked: Forks | None, jobs: int, deadline: float | None) -> None:
        self._target = target
        self._forked = forked
        self._jobs = jobs
        self._deadline = deadline
        self._cancelled = threading.Event()
        self._threads = ThreadPoolExecutor(jobs)
        self._copy = threading.Lock()
        self._by_number: dict[int, Asked[Any]] = {}
        self._by_future: dict[Future[Answer], Asked[Any]] = {}

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cancelled.set()
        self._threads.shutdown(cancel_futures=True)

    def answered(self, tasks: Iterator[Asked[T]]) -> Iterator[T]:
        """Run tasks to their ends and yield what they return, in the order in which they end."""
        left = True
        while True:
            while left and len(self._by_number) + len(self._by_future) < self._jobs:
                task = next(tasks, None)
                left = task is not None
                if task is not None:
                    yield from self._go_on(task, None)
            if not self._by_number and not self._by_future:
                return
            if self._deadline is not None and time.monotonic() >= self._deadline:
                return
            for task, answer in self._answers():
                yield from self._go_on(task, answer)

    def _go_on(self, task: Asked[T], answer: Answer | None) -> Iterator[T]:
        """Give a task its answer and ask what it wants to know next."""
        try:
            ask = next(task) if answer is None else task.send(answer)
        except StopIteration as end:
            yield end.value
            return
        if ask.place in ("early", "late"):
            assert self._forked is not None
            self._by_number[self._forked.ask(ask.place, **ask.request)] = task  # type: ignore[arg-type]
        else:
            call = self._in_copy if ask.place == "copy" else self._alone
            self._by_future[self._threads.submit(call, ask.request)] = task

    def _answers(self) -> Iterator[tuple[Asked[Any], Answer]]:
        left = 3600.0 if self._deadline is None else max(0.0, self._deadline - time.monotonic())
        if self._by_number:
            assert self._forked is not None
            for answer in self._forked.answers(min(left, _SHORT) if self._by_future else left):
                if task := self._by_number.pop(answer["id"], None):
                    yield task, answer
        if self._by_future:
            done, _ = wait(self._by_future, 0 if self._by_number else left, FIRST_COMPLETED)
            for future in done:
                yield self._by_future.pop(future), future.result()

    def _alone(self, request: dict[str, Any]) -> Answer:
        return dict(LOST) if self._cancelled.is_set() else alone(self._target, request, self._cancelled)

    def _in_copy(self, request: dict[str, Any]) -> Answer:
        """One at a time, each in a new copy: a test may write into it."""
        with self._copy, copied(self._target) as target:
            if not request["file"]:
                return alone(target, request, self._cancelled)
            with changed(target.root, request["file"], request["content"]):
                return alone(target, request, self._cancelled)
