"""Mending findings: fixes that go together, round by round until none is left, each result parsed and judged again."""

from __future__ import annotations

import ast
import os
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from async_testing import files
from async_testing.checking.edits import edited, together
from async_testing.checking.judging import Judged
from async_testing.checking.texts import Texts, lines_of
from async_testing.finding import Finding, UsageError

ROUNDS = 40
"""More than any file needs: what goes round in a circle is noticed before."""


class Mended(NamedTuple):
    """One file, mended as far as it goes."""

    path: str
    data: bytes
    """What it holds then, in its own encoding, its mark included."""
    judged: Judged
    fixed: int


class State(NamedTuple):
    """A file between two rounds."""

    text: str
    data: bytes
    judged: Judged


Again = Callable[[str, bytes], Judged]
"""Judges a file with another content."""
Key = tuple[str, str, str]
"""What a finding is known by while the text around it changes: code, message and line."""


def fixable(one: Finding, *, unsafe: bool) -> bool:
    """Whether a finding has a fix that is wanted."""
    return one.fix is not None and (unsafe or one.fix["safe"] is True)


def mend(judged: Judged, texts: Texts, judge: Again, *, unsafe: bool) -> Mended | None:
    """Mend one file's findings in memory, until no fix is left that mends what it is for.

    Args:
        judged: the file with its findings.
        texts: its content; the mended one is put over it.
        judge: judges the file with another content.
        unsafe: whether fixes that may change what the test means are wanted too.

    Returns:
        None where nothing changes.
    """
    path, original = judged.path, texts.data(judged.path)
    try:
        decoded = files.decode(path, original)
    except UsageError:
        return None
    state = State(decoded.text, original, judged)
    seen, refused, outdated = {state.text}, set[Key](), False
    for _ in range(ROUNDS):
        lines = lines_of(state.text)
        fit = [one for one in state.judged.findings if fixable(one, unsafe=unsafe)]
        wanted = [one for one in fit if not refused or _key(one, lines) not in refused]
        chosen = together(state.text, wanted, decoded.newline)
        if not chosen and not outdated:
            break
        if not chosen:  # what was refused before may fit what the text is now
            refused, outdated = set(), False
            continue
        trial = _Trial(state, decoded, judge, seen)
        trial.accept([], chosen)
        refused.update(_key(one, lines) for one in trial.failed)
        if trial.best is not state:
            state, outdated = trial.best, bool(refused)
            seen.add(state.text)
    texts.put(path, state.data)
    if state.text == decoded.text:
        return None
    return Mended(path, state.data, state.judged, max(len(judged.findings) - len(state.judged.findings), 1))


class _Trial:
    """Which of the fixes for a text hold: tried all at once, and by halves where that fails."""

    def __init__(self, state: State, decoded: files.Text, judge: Again, seen: set[str]) -> None:
        self.best = state
        self.failed: list[Finding] = []
        self._state = state
        self._decoded = decoded
        self._judge = judge
        self._seen = seen
        self._before = Counter(one.code for one in state.judged.findings)

    def accept(self, accepted: list[Finding], group: list[Finding]) -> list[Finding]:
        """Take as many of a group as hold together with those accepted before; returns all that are accepted then."""
        tried = self._tried([*accepted, *group])
        if tried:
            self.best = tried
            return [*accepted, *group]
        if len(group) == 1:
            self.failed += group
            return accepted
        half = len(group) // 2
        return self.accept(self.accept(accepted, group[:half]), group[half:])

    def _tried(self, chosen: Sequence[Finding]) -> State | None:
        """The text with these fixes; None where one of them breaks the file, or does not mend what it is for."""
        text = edited(self._state.text, chosen, self._decoded.newline)
        if text in self._seen or not _parses(text):
            return None
        try:
            data = self._decoded.encoded(text)
        except UnicodeEncodeError:
            return None
        before, then = self._state.judged, self._judge(self._state.judged.path, data)
        if then.problem and not (before.problem and before.problem.message == then.problem.message):
            return None
        after = Counter(one.code for one in then.findings)
        mended = Counter(one.code for one in chosen)
        if any(after[code] > self._before[code] - count for code, count in mended.items()):
            return None
        return State(text, data, then)


def _key(one: Finding, lines: Sequence[str]) -> Key:
    return one.code, one.message, lines[one.line - 1].strip() if 0 < one.line <= len(lines) else ""


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def writable(root: Path, path: str) -> str:
    """Why a file is not written, empty where it may be: fixes follow no symbolic link and leave no root."""
    full = root / path
    real = Path(os.path.realpath(full))
    if not real.is_relative_to(root):
        return f"{path} leads out of the project to {real}: it is left as it is"
    if not os.access(full, os.W_OK):
        return f"{path} is read-only: it is left as it is"
    return ""


def diff(before: bytes, after: bytes, path: str, shown: str) -> list[str]:
    """The lines of a unified diff between two contents of a file, which is shown under a name."""
    import difflib

    old, new = (
        [line.rstrip("\r\n") for line in lines_of(files.decode(path, data).text)] for data in (before, after)
    )
    return [line.rstrip("\n") for line in difflib.unified_diff(old, new, shown, shown, lineterm="")]
