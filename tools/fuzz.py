"""Whether check survives whatever Python files hold: a run ends in findings or one clear line, never in a traceback.

    python tools/fuzz.py [SUITE ...] [--sources 20000] [--seed 0]

Looks at every file of the running interpreter's own test package, at every Python file of the suites given, and at
generated and mutated sources, with all rules of every status. Exit 0: all survived. Exit 1: a rule or the checker
failed, each told in one line with what it takes to see it again.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from sysconfig import get_path

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


def seeds() -> list[str]:
    """Sources to mutate: the examples in the rules' own documentation."""
    found = []
    for rule in rules.load():
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


def files(suites: list[Path]) -> Iterator[tuple[Path, Path]]:
    """Every Python file to look at, with the root it belongs to."""
    stdlib = Path(get_path("stdlib"))
    for root, below in [(stdlib, stdlib / "test"), *((suite.resolve(), suite.resolve()) for suite in suites)]:
        for path in sorted(below.rglob("*.py")):
            if path.is_file():
                yield root, path


def survived(one: Examined) -> bool:
    """Whether it ended as it should."""
    return "could not judge" not in one.problem and "\n" not in one.problem


def main() -> int:
    """Try everything; print what failed, then a line of counts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("suites", nargs="*", type=Path)
    parser.add_argument("--sources", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    asked = rules.load()
    failed = looked = found = 0
    started = time.perf_counter()
    gc.disable()

    def look(name: str, workspace: Workspace, path: str, data: bytes) -> None:
        nonlocal failed, looked, found
        try:
            one = examine(workspace, path, data, asked)
            told = "" if survived(one) else one.problem
            found += len(one.findings)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            told = f"the checker failed: {type(error).__name__}: {error}"
        looked += 1
        if told:
            failed += 1
            print(f"{name}: {told[:300]}", flush=True)
        if looked % 100 == 0:
            gc.collect()

    spaces: dict[Path, Workspace] = {}
    for root, path in files(options.suites):
        workspace = spaces.setdefault(root, Workspace(root))
        look(str(path), workspace, path.relative_to(root).as_posix(), path.read_bytes())
    nowhere = Workspace(REPOSITORY / "tests" / "nowhere")
    for name, data in ODD.items():
        look(name, nowhere, "test_odd.py", data)
    sources = seeds()
    for number in range(options.sources):
        data = mutated(random.Random(f"{options.seed}-{number}"), sources)
        look(f"source {options.seed}-{number}", nowhere, "test_odd.py", data)
    seconds = time.perf_counter() - started
    print(f"fuzz: {looked} files in {seconds:.0f} s, {found} findings, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
