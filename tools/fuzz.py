"""Whether check survives whatever Python files hold: a run ends in findings or one clear line, never in a traceback.

    python tools/fuzz.py [FOLDER ...] [--sources 20000] [--seed 0] [--jobs N]

Looks at every file of the running interpreter's own test package, at every Python file of the folders given, and at
generated and mutated sources, with all rules of every status. Exit 0: all survived. Exit 1: a rule or the checker
failed, or took longer than a minute, each told in one line with what it takes to see it again.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from sysconfig import get_path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "scripts"))

from async_testing import rules  # noqa: E402
from async_testing.checking.engine import examine  # noqa: E402
from async_testing.checking.examined import Examined  # noqa: E402
from async_testing.facts.workspace import Workspace  # noqa: E402

PIECES = [
    *[
        "\n",
        "\r",
        "\r\n",
        "\f",
        "\t",
        "    ",
        "\ufeff",
        "\0",
        "\\\n",
        "é",
        "\U0001f600",
        "\u2028",
        "# coding: latin-1\n",
    ],
    *[
        "async ",
        "await ",
        "def test_x(self, /, *a, **k):\n",
        "lambda *a: ",
        "yield ",
        "*",
        "**",
        ":=",
        "@",
        "...",
        ";",
    ],
    *[
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        '"""',
        "'",
        'f"{x!r:>{w}}"',
        "match x:\n case {'a': [*_, b], **r}: pass\n",
    ],
    *[
        "pytest.mark.asyncio",
        "pytestmark = ",
        "AsyncMock(side_effect=[])",
        ".assert_called_once",
        "pytest_plugins = 1\n",
    ],
    *[
        "type X[T] = list[T]\n",
        "try: pass\nexcept* E: pass\n",
        "with (a as b, c): pass\n",
        "global x\n",
        "del x\n",
    ],
    *[
        "import a.b as c, d\n",
        "from . import *\n",
        "from .. import x\n",
        "class Test(*a, m=b): pass\n",
        "1_0j",
        "b''",
        ",",
        "=",
    ],
]
ODD = {
    "empty": b"",
    "nul": b"async def test_a():\n    await x()\0\n",
    "bom": b"\xef\xbb\xbfasync def test_a():\n    assert x\n",
    "utf-16": "async def test_a(): pass\n".encode("utf-16"),
    "latin-1": b"# coding: latin-1\nasync def test_\xe9():\n    assert '\xe9'\n",
    "no such encoding": b"# coding: nothing\nasync def test_a(): pass\n",
    "not utf-8": b"async def test_a():\n    assert '\xff\xfe'\n",
    "crlf": b"async def test_a():\r\n    x = '''\r\n'''\r\n    assert x\r\n",
    "lone cr": b"async def test_a():\r    assert x\r",
    "form feed": b"\fasync def test_a():\n\f    assert x\n",
    "line separator": "async def test_a():\n    x = '\u2028\x85'; y()\n".encode(),
    "surrogate": b"x = '\\ud800'\nasync def test_a():\n    assert x == '\\udfff'\n",
    "no last line end": b"async def test_a():\n    sleep(1)",
    "a long line": b"x = [" + b"1, " * 1_700_000 + b"]\n",
    "deep parentheses": b"x = " + b"(" * 5000 + b")" * 5000 + b"\n",
    "deep lists": b"async def test_a():\n    x = " + b"[" * 190 + b"]" * 190 + b"\n",
    "deep attributes": b"async def test_a():\n    x" + b".a" * 3000 + b"()\n",
    "deep calls": b"async def test_a():\n    x" + b".a()" * 900 + b"\n",
    "deep operators": b"async def test_a():\n    assert " + b"1 + " * 5000 + b"1\n",
    "deep unary": b"async def test_a():\n    assert " + b"not " * 900 + b"x\n",
    "deep bare unary": b"async def test_a():\n    "
    + b"not " * 663
    + b"x\n    assert "
    + b"not " * 663
    + b"x\n",
    "a long sum": b"async def test_a(x):\n    y = "
    + b"'a' + " * 900
    + b"x\n    assert "
    + b"'a' + " * 900
    + b"x\n",
    "deep blocks": b"".join(b" " * n + b"if x:\n" for n in range(99)) + b" " * 99 + b"pass\n",
    "deep functions": b"".join(b" " * n + b"async def test_a():\n" for n in range(95))
    + b" " * 95
    + b"pass\n",
    "deep lambdas": b"x = " + b"lambda: " * 500 + b"1\n",
    "long elif": b"async def test_a():\n    if x: pass\n" + b"    elif y: pass\n" * 800,
    "many names": b"async def test_a():\n" + b"".join(b"    x%d = y\n" % n for n in range(5000)),
    "future syntax": b"async def test_a():\n    x = t'{y}' maybe await z\n",
    "a class that is its own base": b"class TestA(TestA):\n    async def test_a(self): self.x()\n",
    "classes in a ring": b"class A(B): pass\nclass B(A): pass\nclass TestC(B):\n    async def test_a(self): self.x()\n",
    "many classes of the same names": b"class A: pass\nclass B(A): pass\nclass A(B, A): pass\n" * 150
    + b"class TestC(A, B):\n    async def test_a(self): self.x()\n",
    "fixtures in a ring": (
        b"import pytest\n@pytest.fixture\nasync def a(b): return b\n@pytest.fixture\nasync def b(a): return a\n"
        b"async def test_a(a, b):\n    a.x()\n    b.y = a\n"
    ),
    "names in a ring": (
        b"import asyncio\na = b\nb = a\nasync def test_a():\n    x = y\n    y = x\n    x.z()\n    await y\n"
    ),
    "an import of itself": (
        b"from test_odd import *\nfrom .test_odd import a\nasync def test_a():\n    a()\n    test_odd.a()\n"
    ),
}


RULES = rules.load()


def seeds() -> list[str]:
    """Sources to mutate: the examples in the rules' own documentation."""
    found = []
    for rule in RULES:
        found += [block.partition("```")[0] for block in rule.documentation.split("```python\n")[1:]]
    return found


def mutated(chance: random.Random, sources: list[str]) -> bytes:
    """A source with some pieces cut, doubled, swapped or put in."""
    text = chance.choice(sources)
    if chance.random() < 0.5:
        text += "\n\n" + chance.choice(sources)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([1, 3, 10, 40, 200]))
        kind = chance.randrange(6)
        if kind == 0:
            text = text[:start] + text[end:]
        elif kind == 1:
            text = text[:end] + text[start:]
        elif kind == 2:
            text = text[:start] + chance.choice(PIECES) + text[start:]
        elif kind == 3:
            text = text[:start]
        else:  # whole lines, after which most still parse
            lines = text.splitlines(keepends=True) or ["\n"]
            one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
            lines[one : one + 1] = [lines[other]] if kind == 4 else []
            text = "".join(lines)
    data = text.encode(errors="surrogatepass")
    if chance.random() < 0.1 and data:
        place = chance.randrange(len(data))
        data = data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]
    return data


SECONDS = 60
"""Of the processor, which no file takes; by the clock ten times as many, for the machine may be busy."""
AT_ONCE = 200
"""Sources in one task of a process; files go by folder, since what they import is the same."""


class Task(NamedTuple):
    """What one process looks at in one go: files below a root, or sources by their numbers."""

    root: Path
    files: list[Path]
    numbers: range
    seed: int


class Done(NamedTuple):
    """What became of it."""

    looked: int
    findings: int
    told: list[str]


def tasks(folders: list[Path], count: int, seed: int) -> Iterator[Task]:
    """All there is to look at."""
    for start in range(0, count, AT_ONCE):
        yield Task(REPOSITORY / "tests" / "nowhere", [], range(start, min(count, start + AT_ONCE)), seed)
    stdlib = Path(get_path("stdlib"))
    for root, below in [(stdlib, stdlib / "test"), *((one.resolve(), one.resolve()) for one in folders)]:
        paths = sorted(path for path in below.rglob("*.py") if path.is_file())
        for start in range(0, len(paths), AT_ONCE):
            yield Task(root, paths[start : start + AT_ONCE], range(0), seed)


def survived(one: Examined) -> bool:
    """Whether it ended as it should."""
    return "could not judge" not in one.problem and "\n" not in one.problem


class TooLong(BaseException):
    """A file took longer than any should; no rule's failure, so that no rule's handler catches it."""


def look(workspace: Workspace, path: str, data: bytes) -> tuple[int, str]:
    """Examine one source: how many findings, and what went wrong."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.alarm(10 * SECONDS)
    try:
        one = examine(workspace, path, data, RULES)
        return len(one.findings), "" if survived(one) else one.problem
    except TooLong:
        return 0, f"not done after {SECONDS} s"
    except Exception as error:
        return 0, f"the checker failed: {type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)


def work(task: Task) -> Done:
    """Do one task, in a process of its own."""
    _watch()
    gc.disable()
    workspace, sources = Workspace(task.root), seeds() if task.numbers else []
    named: list[tuple[str, str, Callable[[], bytes]]] = [
        (str(path), path.relative_to(task.root).as_posix(), path.read_bytes) for path in task.files
    ]
    for number in task.numbers:
        name = f"{task.seed}-{number}"
        named.append((f"source {name}", "test_odd.py", partial(mutated, random.Random(name), sources)))
    findings, told = 0, []
    for number, (name, path, read) in enumerate(named):
        found, problem = look(workspace, path, read())
        findings += found
        if problem:
            told.append(f"{name}: {' '.join(problem.split())[:300]}")
        if number % 50 == 49:
            gc.collect()
    return Done(len(named), findings, told)


def _watch() -> None:
    for one in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(one, _stop)


def _stop(*_: object) -> None:
    raise TooLong


def main() -> int:
    """Try everything; print what failed, then a line of counts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--sources", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    started = time.perf_counter()
    looked = findings = failed = 0
    nowhere = Workspace(REPOSITORY / "tests" / "nowhere")
    _watch()
    for name, data in ODD.items():
        found, problem = look(nowhere, "test_odd.py", data)
        looked, findings, failed = looked + 1, findings + found, failed + bool(problem)
        if problem:
            print(f"{name}: {problem}", flush=True)
    every = list(tasks(options.folders, options.sources, options.seed))
    with ProcessPoolExecutor(options.jobs, get_context("spawn")) as pool:
        for number, done in enumerate(pool.map(work, every), start=1):
            looked, findings, failed = looked + done.looked, findings + done.findings, failed + len(done.told)
            print("\n".join([*done.told, f"{number} of {len(every)}"]), file=sys.stderr, flush=True)
    seconds = time.perf_counter() - started
    print(f"fuzz: {looked} files in {seconds:.0f} s, {findings} findings, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
