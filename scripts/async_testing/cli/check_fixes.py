"""What --fix and --diff do: mend file by file in memory, look again at what depends on it, then write all at once."""

from __future__ import annotations

import gc
from argparse import Namespace
from pathlib import Path

from async_testing import files
from async_testing.checking import fixes
from async_testing.checking.dependents import dependents
from async_testing.checking.engine import examine
from async_testing.checking.judging import Judge, Judged
from async_testing.checking.overlaid import Overlaid
from async_testing.cli.check_reports import shown_from
from async_testing.cli.check_run import Outcome

PASSES = 10
"""More than any project needs: each is about the files that depend on those mended in the one before."""

NEW = 5.0
"""Seconds before the run in which a file counts as being worked on: clocks and file systems are no more exact."""


def mended(options: Namespace, outcome: Outcome, judge: Judge) -> Outcome:
    """Mend the findings of a run; with ``--diff`` only tell what would change.

    Raises:
        UsageError: a file could not be written; then none was changed.
    """
    work = _Mending(options, outcome, judge)
    enabled = gc.isenabled()
    gc.disable()
    try:
        work.run()
    finally:
        if enabled:
            gc.enable()
    return work.shown() if options.diff else work.written()


class _Mending:
    def __init__(self, options: Namespace, outcome: Outcome, judge: Judge) -> None:
        self._options = options
        self._outcome = outcome
        self._judge = judge
        self._workspace = Overlaid(outcome.texts)
        self._judged = {one.path: one for one in outcome.judged}
        self._before: dict[str, bytes] = {}
        self._left: set[str] = set()
        self._fixed = 0

    def run(self) -> None:
        """Mend until neither a file nor what depends on it has anything left to mend."""
        paths, texts = list(self._judged), self._outcome.texts
        pending = paths
        for _ in range(PASSES):
            changed = [path for path in pending if self._mend(path)]
            pending = dependents(changed, paths, texts) if changed else []
            if not pending:
                return
            for path in pending:
                self._judged[path] = self._again(path, texts.data(path))

    def _mend(self, path: str) -> bool:
        """Mend one file; returns whether it changed."""
        one, unsafe = self._judged[path], self._options.unsafe_fixes
        if path in self._left or not any(fixes.fixable(found, unsafe=unsafe) for found in one.findings):
            return False
        if self._options.fix and (why := fixes.writable(Path(self._outcome.root), path)):
            self._left.add(path)
            self._outcome.notes.append(why)
            return False
        texts = self._outcome.texts
        before = texts.data(path)
        if path not in texts.over and self._is_new(path):  # it may have been saved after it was judged
            one = self._again(path, before)
        done = fixes.mend(one, texts, self._again, unsafe=unsafe)
        if done is None:
            return False
        self._before.setdefault(path, before)
        self._judged[path] = done.judged
        self._fixed += done.fixed
        return True

    def _is_new(self, path: str) -> bool:
        try:
            started: float = self._options.started
            return Path(self._outcome.root, path).stat().st_mtime > started - NEW
        except OSError:
            return True

    def _again(self, path: str, data: bytes) -> Judged:
        self._outcome.texts.put(path, data)
        workspace = self._workspace.without(path)
        if workspace is not self._workspace:
            self._workspace = workspace
            gc.collect()
        return self._judge.file(examine(workspace, path, data, self._outcome.asked))

    def shown(self) -> Outcome:
        """The outcome with a diff, and with the files as they are."""
        texts, show = self._outcome.texts, shown_from(self._outcome.root)
        for path, before in sorted(self._before.items()):
            self._outcome.diff.extend(fixes.diff(before, texts.data(path), path, show(path)))
            texts.put(path, before)
        return self._told(self._outcome, "would be mended")

    def written(self) -> Outcome:
        """The outcome after the files were written; what somebody else has changed meanwhile is left to them."""
        outcome, texts = self._outcome, self._outcome.texts
        replaced = {}
        for path, before in self._before.items():
            if outcome.texts.on_disk(path) == before:
                replaced[path] = texts.data(path)
            else:
                outcome.notes.append(f"{path} was changed by somebody else meanwhile: it is left as it is")
        if replaced:
            files.write(Path(outcome.root), {}, replaced)
        judged = [self._judged[one.path] for one in outcome.judged]
        return self._told(outcome._replace(judged=judged), "mended")

    def _told(self, outcome: Outcome, verb: str) -> Outcome:
        if self._fixed:
            outcome.notes.append(f"{self._fixed} finding{'s' if self._fixed > 1 else ''} {verb}")
        return outcome._replace(fixed=self._fixed)
