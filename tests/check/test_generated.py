"""Generated and mutated files, found by hypothesis: a run ends in findings or in one clear line, and fixes end.

Derandomized, so that a run tells about the change and not about luck; the long form is ``make fuzz``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from async_testing import rules
from async_testing.checking import fixes
from async_testing.checking.engine import examine
from async_testing.checking.judging import Judge, Judged
from async_testing.checking.overlaid import Overlaid
from async_testing.checking.selection import Known, Wishes, select
from async_testing.checking.texts import Texts
from async_testing.facts.workspace import Workspace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools import fuzz

RULES = rules.load()
PATH = "test_odd.py"
SOURCES = fuzz.seeds()
LINE_ENDS = ("\n", "\r\n", "\r")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252", "shift_jis")
OPENERS = ("(", "[", "{", "not ", "-", "await ", "lambda: ", "x.", "f(", "if x: ", "async def f(): ", "f'{")
FUTURE = (
    "match? x:\n",
    "async lambda: 1\n",
    "x |> y\n",
    "def f() -> !int: pass\n",
    "t'{x}'\n",
    "type X = \n",
)
quick = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@st.composite
def sources(draw: Callable[..., object]) -> str:
    """The examples of a few rules together, some of their lines cut out, doubled, indented or broken off."""
    text = "\n\n".join(draw(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=3)))  # type: ignore[arg-type]
    lines = text.split("\n")
    for place, change in draw(  # type: ignore[attr-defined]
        st.lists(
            st.tuples(st.integers(0, len(lines) - 1), st.sampled_from(["", "double", "indent", "piece"])),
            max_size=5,
        )
    ):
        line = lines[place]
        piece = draw(st.sampled_from([*fuzz.PIECES, *FUTURE]))
        at = draw(st.integers(0, len(line)))
        assert isinstance(piece, str)
        assert isinstance(at, int)
        lines[place] = {
            "": "",
            "double": f"{line}\n{line}",
            "indent": f"    {line}",
            "piece": line[:at] + piece + line[at:],
        }[change]
    return "\n".join(lines)


def problems(data: bytes) -> Iterator[str]:
    """What went wrong when a file was looked at that is no fault of the file's."""
    one = examine(Workspace(Path("/nowhere")), PATH, data, RULES)
    if not fuzz.survived(one):
        yield one.problem
    size = len(data.splitlines()) + data.count(b"\f") + 2
    for found in one.findings:
        told = found.message + found.instead
        if not 1 <= found.line <= found.end_line <= size or found.column < 1 or "\n" in told or not told:
            yield f"{found.code} at {found.line}:{found.column}-{found.end_line}: {told}"


@quick
@given(sources())
def test_mutated_sources(text: str) -> None:
    assert list(problems(text.encode(errors="surrogatepass"))) == []


@quick
@given(st.sampled_from(SOURCES), st.data())
def test_sources_cut_off(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert list(problems(text[start:end].encode())) == []


@quick
@given(st.binary(max_size=200), st.sampled_from(SOURCES), st.integers(0, 2000))
def test_any_bytes_anywhere(odd: bytes, text: str, place: int) -> None:
    data = text.encode()
    assert list(problems(data[:place] + odd + data[place:])) == []
    assert list(problems(odd)) == []


@quick
@given(
    st.sampled_from(SOURCES), st.sampled_from(LINE_ENDS), st.sampled_from(ENCODINGS), st.booleans(), st.text()
)
def test_encodings_marks_and_line_ends(text: str, end: str, encoding: str, told: bool, comment: str) -> None:
    head = f"# coding: {encoding}\n" if told else ""
    whole = f"{head}# {comment}\n\f\n{text}".replace("\n", end)
    assert list(problems(whole.encode(encoding, errors="replace"))) == []


@quick
@given(st.lists(st.sampled_from(OPENERS), min_size=1, max_size=4), st.integers(1, 120), st.booleans())
def test_nesting(openers: list[str], depth: int, closed: bool) -> None:
    closers = {"(": ")", "[": "]", "{": "}", "f(": ")", "f'{": "}'"}
    head = "".join(openers) * depth
    tail = "".join(closers.get(one, "") for one in reversed(openers)) * depth if closed else ""
    line = f"{head}x{tail}"
    assert (
        list(problems(f"async def test_a(x, f):\n    y = {line}\n    assert {line}\n    {line}\n".encode()))
        == []
    )


def judging(root: Path) -> tuple[Texts, Callable[[str, bytes], Judged]]:
    """A project of one file, and what judges it with another content."""
    texts = Texts(root)
    known = [Known(rule.code, rule.name, rule.status) for rule in RULES]
    judge = Judge(known, select(known, [Wishes(select=("ALL",), preview=True)]), texts)

    def again(path: str, data: bytes) -> Judged:
        texts.put(path, data)
        return judge.file(examine(Overlaid(texts), path, data, RULES))

    return texts, again


@pytest.mark.parametrize("unsafe", [False, True])
@settings(quick, max_examples=30)
@given(text=sources(), end=st.sampled_from(LINE_ENDS[:2]), mark=st.sampled_from(ENCODINGS[:2]))
def test_fixes_end_and_leave_nothing_to_mend(
    tmp_path: Path, unsafe: bool, text: str, end: str, mark: str
) -> None:
    """After one run nothing is left that another run would mend; what it made still parses."""
    data = text.replace("\n", end).encode(mark, errors="replace")
    texts, again = judging(tmp_path)
    done = fixes.mend(again(PATH, data), texts, again, unsafe=unsafe)
    if done:
        assert not done.judged.problem
        assert (done.data[:3] == data[:3]) or mark == "utf-8"
        assert (b"\r\n" in done.data) == (b"\r\n" in data)
        then, once_more = judging(tmp_path)
        assert fixes.mend(once_more(PATH, done.data), then, once_more, unsafe=unsafe) is None
