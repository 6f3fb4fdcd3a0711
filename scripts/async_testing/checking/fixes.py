"""Mending findings: edits that do not overlap, in rounds until nothing changes, each result parsed and judged again."""

from __future__ import annotations

import ast
import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from async_testing import files
from async_testing.checking.judging import Judged
from async_testing.checking.texts import Texts
from async_testing.finding import Finding, UsageError

ROUNDS = 10


class Mended(NamedTuple):
    """One file, mended as far as it goes."""

    path: str
    before: str
    after: str
    data: bytes
    """What ``after`` is in the file's encoding, its mark included."""
    judged: Judged
    fixed: int


def fixable(one: Finding, *, unsafe: bool) -> bool:
    """Whether a finding has a fix that is wanted."""
    return one.fix is not None and (unsafe or one.fix["safe"] is True)


def mend(
    judged: Judged, texts: Texts, judge: Callable[[str, bytes], Judged], *, unsafe: bool
) -> Mended | None:
    """Mend one file's findings in memory.

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
    text, now, banned = decoded.text, judged, set[str]()
    for _ in range(ROUNDS):
        wanted = [one for one in now.findings if one.code not in banned and fixable(one, unsafe=unsafe)]
        chosen, changed = _applied(text, wanted, decoded.newline)
        if changed == text:
            break
        data = _encoded(decoded, changed)
        then = judge(path, data) if data is not None else None
        worse = {one.code for one in chosen} if then is None or then.problem else _unmended(now, then, chosen)
        if worse:
            banned |= worse
            continue
        assert then is not None
        text, now = changed, then
    if text == decoded.text:
        texts.put(path, original)
        return None
    data = _encoded(decoded, text) or original
    texts.put(path, data)
    left = len(judged.findings) - len(now.findings)
    return Mended(path, decoded.text, text, data, now, max(left, 1))


def _applied(text: str, wanted: Iterable[Finding], newline: str) -> tuple[list[Finding], str]:
    """The text with the fixes that go together; where that does not parse, with those that parse one by one."""
    chosen, taken = _together(text, wanted, newline)
    result = _edited(text, taken)
    if not chosen or _parses(result):
        return chosen, result
    alone = [one for one in chosen if _parses(_edited(text, _edits_of(one, newline)))]
    chosen, taken = _together(text, alone, newline)
    result = _edited(text, taken)
    if not chosen or _parses(result):
        return chosen, result
    return chosen[:1], _edited(text, _edits_of(chosen[0], newline))


def _together(
    text: str, wanted: Iterable[Finding], newline: str
) -> tuple[list[Finding], list[tuple[int, int, str]]]:
    taken: list[tuple[int, int, str]] = []
    chosen: list[Finding] = []
    for one in wanted:
        edits = _edits_of(one, newline)
        fits = all(0 <= start <= end <= len(text) for start, end, _ in edits)
        if edits and fits and not any(_overlap(edit, other) for edit in edits for other in taken):
            taken += edits
            chosen.append(one)
    return chosen, taken


def _edits_of(one: Finding, newline: str) -> list[tuple[int, int, str]]:
    return [_edit(edit, newline) for edit in _edits(one)]


def _edit(edit: dict[str, Any], newline: str) -> tuple[int, int, str]:
    return edit["start"], edit["end"], edit["text"].replace("\r\n", "\n").replace("\n", newline)


def _edits(one: Finding) -> Sequence[dict[str, Any]]:
    edits = one.fix["edits"] if one.fix else ()
    return edits if isinstance(edits, (list, tuple)) else ()


def _overlap(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    if one[:2] == other[:2]:
        return True
    return one[0] < other[1] and other[0] < one[1]


def _edited(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _encoded(decoded: files.Text, text: str) -> bytes | None:
    try:
        return decoded.encoded(text)
    except UnicodeEncodeError:
        return None


def _unmended(now: Judged, then: Judged, chosen: Sequence[Finding]) -> set[str]:
    """The codes whose fixes were applied and that are reported as often as before."""
    before, after = (Counter(one.code for one in state.findings) for state in (now, then))
    return {one.code for one in chosen if after[one.code] >= before[one.code]}


def writable(root: Path, path: str) -> str:
    """Why a file is not written, empty where it may be: fixes follow no symbolic link and leave no root."""
    full = root / path
    real = Path(os.path.realpath(full))
    if not real.is_relative_to(root):
        return f"{path} leads out of the project to {real}: it is left as it is"
    if not os.access(full, os.W_OK):
        return f"{path} is read-only: it is left as it is"
    return ""


def diff(mended: Mended, shown: str) -> list[str]:
    """The lines of a unified diff."""
    import difflib

    from async_testing.checking.texts import lines_of

    before, after = (
        [line.rstrip("\r\n") for line in lines_of(text)] for text in (mended.before, mended.after)
    )
    return [line.rstrip("\n") for line in difflib.unified_diff(before, after, shown, shown, lineterm="")]
