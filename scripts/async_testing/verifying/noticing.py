"""Whether the tests notice mutants: each is judged in a fork where that can be done, else in a process of its own.

A mutant is a small generator: it yields what it asks (``Ask``) and gets the answer, until it returns its verdict. So
any number of them can wait at the same time, and each reads as the steps that it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

from async_testing.mutants.making import Mutant
from async_testing.verifying.asking import Asked, Desk
from async_testing.verifying.bounds import Options as Options
from async_testing.verifying.clean import Clean
from async_testing.verifying.databases import FIXTURE, served
from async_testing.verifying.launching import Target
from async_testing.verifying.model import Judged
from async_testing.verifying.selecting import Selection
from async_testing.verifying.steps import Steps
from async_testing.verifying.workers import Forks, Unfit, forks

Progress = Callable[[int, int], None]


def judge(
    target: Target,
    clean: Clean,
    planted: Sequence[Mutant],
    options: Options = Options(),  # noqa: B008 - a tuple
    progress: Progress | None = None,
    note: Callable[[str], None] | None = None,
) -> Iterator[Judged]:
    """Judge mutants in the order given, each yielded as soon as it is.

    Args:
        target: the project and its interpreter.
        clean: the clean run of the same tests, with the lines of the files that the mutants are of.
        planted: the mutants.
        options: see there.
        progress: is told how many of how many are judged.
        note: is told why forks cannot be used, where they were wanted.

    Raises:
        UsageError: the interpreter cannot be started.
    """
    selection = Selection(clean, target.root)
    with ExitStack() as stack:
        running, why = _started(stack, target, clean, planted, options)
        if running is None or FIXTURE in running.collected.fixtures:
            target = stack.enter_context(served(target))
        desk = stack.enter_context(Desk(target, running, options.jobs, options.deadline))
        steps = Steps(target, clean, selection, options, running, why)
        for _ in desk.answered(iter([steps.warm_up(planted)])):
            pass
        if note is not None and steps.why and not options.force_spawn:
            note(steps.why)
        answered = desk.answered(_tasks(steps, planted, options.deadline))
        for done, judged in enumerate(answered, start=1):
            if progress is not None:
                progress(done, len(planted))
            yield judged


def _started(
    stack: ExitStack, target: Target, clean: Clean, planted: Sequence[Mutant], options: Options
) -> tuple[Forks | None, str]:
    """The forked pytest, or None and why there is none."""
    if options.force_spawn:
        return None, "forks were not wanted"
    if not any(one.path.endswith(".py") for one in planted):
        return None, ""
    opened = ExitStack()
    try:
        running = opened.enter_context(forks(target, options.jobs, clean.imported))
        running.start(3 * clean.seconds + 60)
    except Unfit as error:
        opened.close()
        return None, str(error)
    stack.push(opened)
    return running, ""


def _tasks(steps: Steps, planted: Sequence[Mutant], deadline: float | None) -> Iterator[Asked[Judged]]:
    for mutant in planted:
        if deadline is not None and time.monotonic() >= deadline:
            return
        yield steps.of(mutant)
