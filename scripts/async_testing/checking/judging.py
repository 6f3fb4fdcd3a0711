"""From what the rules found to what is reported: comments, ignores by file and the baseline taken into account."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from async_testing.checking import own
from async_testing.checking.examined import Examined
from async_testing.checking.selection import Known as KnownRule
from async_testing.checking.selection import Selection, find
from async_testing.checking.texts import WORD, Texts
from async_testing.finding import Finding

FAILED = re.compile(r"rule (AT\d{3}) failed")
"""How the engine tells of a rule that raised: then the file is not to blame."""
RANKS = {"error": 0, "warning": 1, "info": 2}


class Judged(NamedTuple):
    """One file, judged."""

    path: str
    findings: tuple[Finding, ...]
    suppressed: int = 0
    baselined: int = 0
    problem: Finding | None = None


class Judge:
    """What is hidden, and why.

    Args:
        rules: every rule there is.
        selection: the codes that are asked.
        texts: the files.
        baseline: the findings to hide, by what they are known by.
    """

    def __init__(
        self,
        rules: Sequence[KnownRule],
        selection: Selection,
        texts: Texts,
        baseline: Collection[tuple[object, ...]] = (),
    ) -> None:
        self.selection = selection
        self.texts = texts
        self.baseline = baseline
        self.matched: set[tuple[object, ...]] = set()
        self._rules = rules
        self._codes: dict[str, str] = {}

    def judge(self, examined: Iterable[Examined]) -> list[Judged]:
        """Judge files, by path; a file that is named twice once."""
        return [self.file(one) for one in sorted({one.path: one for one in examined}.values(), key=_path)]

    def file(self, one: Examined) -> Judged:
        """Judge one file."""
        failed = problem(one.path, one.problem, one.problem_line) if one.problem else None
        ignored = self.selection.ignored(one.path) if self.selection.per_file else frozenset()
        findings = [found for found in one.findings if found.code not in ignored]
        suppressed = 0
        if not failed and one.path.endswith(".py") and WORD.encode() in self.texts.data(one.path):
            from async_testing.checking import suppressions

            asked = self.selection.codes - ignored
            applied = suppressions.apply(one.path, self.texts.text(one.path), findings, self._code_of, asked)
            findings, suppressed = applied
        kept = self._outside_baseline(findings)
        return Judged(one.path, tuple(sorted(kept, key=place)), suppressed, len(findings) - len(kept), failed)

    def _outside_baseline(self, findings: list[Finding]) -> list[Finding]:
        if not self.baseline or not findings:
            return findings
        from async_testing.checking.fingerprints import known

        kept = []
        for found, name in zip(findings, known(findings, self.texts), strict=True):
            if name in self.baseline:
                self.matched.add(name)
            else:
                kept.append(found)
        return kept

    def _code_of(self, word: str) -> str:
        if word not in self._codes:
            self._codes[word] = find(word, self._rules)
        return self._codes[word]


def problem(path: str, message: str, line: int = 0) -> Finding:
    """A file that could not be judged, as what is reported."""
    line = max(line, 1)
    failed = FAILED.search(message)
    return Finding(
        own.NOT_JUDGED,
        own.name_of(own.NOT_JUDGED),
        "error",
        path,
        line,
        1,
        line,
        " ".join(message.removeprefix(f"{path} ").split()),
        f"leave the rule out: --ignore {failed[1]}; and report it"
        if failed
        else "mend it, or leave it out: --exclude",
    )


def place(one: Finding) -> tuple[str, int, int, str]:
    """The order in a file."""
    return one.path, one.line, one.column, one.code


def important(one: Finding) -> tuple[object, ...]:
    """The order in a report that may be cut: what could not be judged, errors, warnings, then the rest."""
    return one.code != own.NOT_JUDGED, RANKS[one.severity], one.path, one.line, one.column, one.code


def _path(one: Examined) -> str:
    return one.path
