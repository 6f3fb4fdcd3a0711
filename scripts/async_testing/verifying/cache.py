"""What earlier runs of verify found, kept in the user's cache folder.

Two files for what was run (project, interpreter, pytest's arguments): the last report to each question, and the verdict
of each mutant. A report is used again while nothing at all has changed, if all of it was judged. A verdict is, while
code, conftests, data, configuration and packages are as they were, and for a noticed mutant the test that noticed it,
for any other all tests and how they ended: to a test that was added only those mutants go that no test noticed so far.
The verdicts of a few states of the code are kept, for what is edited and undone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from async_testing import userfolder
from async_testing.userfolder import digest
from async_testing.verifying.model import Judged, Report, Test
from async_testing.verifying.state import State
from async_testing.verifying.stored import document, report_of

KEPT_REPORTS = 8
KEPT_GROUNDS = 3


class Cache:
    """The answers of one project. Whatever cannot be read is not there; whatever cannot be written is not kept.

    Args:
        root: the project's root.
        interpreter: what runs its tests.
        arguments: those of pytest.
        folder: where caches lie, by default the user's cache folder.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        interpreter: str,
        arguments: Sequence[str],
        folder: str | os.PathLike[str] | None = None,
    ) -> None:
        real = os.path.realpath(root)
        where = os.fspath(folder or userfolder.cache_folder() or "")
        inside = f"{where}{os.sep}".startswith(real.rstrip(os.sep) + os.sep)
        self._folder = None if inside or not where else where
        self._of = [real, interpreter, *arguments]
        self._name = digest(repr(self._of).encode(errors="surrogateescape"))[:24]

    def report(self, state: State, question: Sequence[str]) -> Report | None:
        """The report on a question, where nothing has changed and every part of it was judged.

        Args:
            state: the project as it is.
            question: what was asked besides what is run: modules, repeats, seeds, budget and the like.
        """
        found = self._reports(state).get(_key(question))
        try:
            return report_of(found) if found is not None else None
        except ValueError:
            return None

    def known(self, state: State, tests: Sequence[Test]) -> dict[str, Judged]:
        """By fingerprint, the verdicts that still hold.

        Args:
            state: the project as it is.
            tests: those of the clean run; a verdict's ``covering`` points into them.
        """
        content = next((one for one in self._grounds() if one.get("ground") == state.ground), {})
        try:
            was = report_of(content["report"])
            before: Mapping[str, str] = dict(content["tests"])
        except (ValueError, LookupError, TypeError):
            return {}
        where = {test.name: position for position, test in enumerate(tests)}
        moved = [where.get(test.name) for test in was.tests]
        ended = {(test.name, test.outcome) for test in tests}
        alike = {test.name for test in was.tests if (test.name, test.outcome) in ended}
        same = before == state.tests and len(alike) == len(tests) == len(was.tests)
        return {
            one.mutant.fingerprint: one._replace(covering=tuple(sorted(_left(one.covering, moved))))
            for one in was.mutants
            if one.verdict == "equivalent"
            or (one.verdict != "unassessed" and same)
            or (one.by in alike and _same(one.by, before, state.tests))
        }

    def store(self, state: State, question: Sequence[str], report: Report) -> None:
        """Keep a report and its verdicts, beside those that still hold.

        Args:
            state: the project as it was when the run began; a run in which files were changed is not to be stored.
            question: see ``report``.
            report: what was found.
        """
        if self._folder is None:
            return
        self.keep(state, report)
        if not any(one.state == "unassessed" or one.is_cut for one in report.outcomes):
            reports = {**self._reports(state), _key(question): document(report)}
            kept = dict(list(reports.items())[-KEPT_REPORTS:])
            self._save("reports", {"everything": state.everything, "reports": kept})
        userfolder.tidy(self._folder)

    def keep(self, state: State, report: Report) -> None:
        """Keep the verdicts of a report, which may not have come to its end, beside those that still hold."""
        if self._folder is None:
            return
        known = {
            **self.known(state, report.tests),
            **{one.mutant.fingerprint: one for one in _answered(report)},
        }
        verdicts = report._replace(
            mutants=tuple(known.values()), instabilities=(), coverage=(), gaps=(), elsewhere=()
        )
        last = {"ground": state.ground, "tests": dict(state.tests), "report": document(verdicts)}
        others = [one for one in self._grounds() if one.get("ground") != state.ground]
        self._save("verdicts", {"grounds": [*others, last][-KEPT_GROUNDS:]})

    def seconds(self) -> dict[str, float]:
        """By fingerprint, how long judging a mutant took when it was last done, whatever has changed since."""
        try:
            mutants = report_of(self._grounds()[-1]["report"]).mutants
        except (ValueError, LookupError, TypeError):
            return {}
        return {one.mutant.fingerprint: one.seconds for one in mutants if one.seconds > 0}

    def _grounds(self) -> list[dict[str, Any]]:
        found = self._load("verdicts").get("grounds")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def _reports(self, state: State) -> dict[str, Any]:
        content = self._load("reports")
        if content.get("everything") != state.everything:
            return {}
        found = content.get("reports")
        return found if isinstance(found, dict) else {}

    def _load(self, kind: str) -> dict[str, Any]:
        content = userfolder.load(self._folder, self._file(kind)) if self._folder else None
        try:
            found = json.loads(content) if content else None
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) and found.get("of") == self._of else {}

    def _save(self, kind: str, content: Mapping[str, Any]) -> None:
        assert self._folder is not None
        text = json.dumps({"of": self._of, **content}, separators=(",", ":"))
        userfolder.save(self._folder, self._file(kind), text.encode())

    def _file(self, kind: str) -> str:
        return f"verify-{kind}-{self._name}.json"


def _key(question: Sequence[str]) -> str:
    return digest(repr(list(question)).encode(errors="surrogateescape"))


def _answered(report: Report) -> Iterable[Judged]:
    return (one for one in report.mutants if one.verdict != "unassessed")


def _left(covering: Iterable[int], moved: Sequence[int | None]) -> list[int]:
    return [position for each in covering if (position := moved[each]) is not None]


def _same(name: str, before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether a test is as it was: by its own text where that is told, else by that of its class or file."""
    key = name.partition("[")[0]
    while key and key not in before and key not in now:
        key = key.rpartition("::")[0]
    return bool(key) and before.get(key) == now.get(key)
