"""Both ways to see which lines run say the same, in whatever newer Python is at hand."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

INSIDE = Path(__file__).resolve().parents[2] / "scripts" / "async_testing" / "inside"
SUBJECT = """
import asyncio
import threading
from contextlib import suppress


async def ticks():
    yield 1
    await asyncio.sleep(0)
    yield 2


async def waits(value):
    await asyncio.sleep(0)
    if value:
        await asyncio.sleep(0)
    async for one in ticks():
        value += one
    with suppress(KeyError):
        {}[value]
    return [one for one in (1, 2) if one > value]


def recursive(depth):
    if depth:
        recursive(depth - 1)
    return depth


async def main():
    await asyncio.gather(waits(0), waits(1), waits(0))
    worker = threading.Thread(target=recursive, args=(3,))
    worker.start()
    worker.join()
    for value in (1, 2):
        match value:
            case 1:
                recursive(0)
            case _:
                recursive(1)
    try:
        await asyncio.wait_for(asyncio.sleep(9), 0.001)
    except TimeoutError:
        recursive(2)


asyncio.run(main())
"""
RUN = f"""
import importlib.util, json, runpy, sys
spec = importlib.util.spec_from_file_location("tracing", {str(INSIDE / "tracing.py")!r})
tracing = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tracing)
watched = getattr(tracing, sys.argv[2])({{sys.argv[1]: "subject"}})
watched.start()
runpy.run_path(sys.argv[1])
watched.stop()
told = {{kind: sorted(found["subject"]) for kind, found in (("lines", watched.lines), ("arcs", watched.arcs))}}
print(json.dumps(told))
"""


@cache
def pythons() -> list[str]:
    """Interpreters that have sys.monitoring."""
    places = [sys.executable, *(shutil.which(f"python3.{minor}") for minor in (12, 13, 14))]
    places += map(str, Path.home().glob(".pyenv/versions/3.1[2-9].*/bin/python"))
    has = "import sys; sys.exit(not hasattr(sys, 'monitoring'))"
    return [
        one for one in places if one and subprocess.run([one, "-c", has], capture_output=True).returncode == 0
    ]


def told(python: str, subject: Path, how: str) -> Any:
    done = subprocess.run(
        [python, "-c", RUN, str(subject.resolve()), how], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def moves(seen: Any) -> list[list[int]]:
    """Pairs of different lines: a comprehension within a frame is a line again and again for one of the two."""
    return [one for one in seen["arcs"] if one[0] != one[1]]


def test_monitoring_and_tracing_see_the_same(tmp_path: Path) -> None:
    if not pythons():
        pytest.skip("no Python with sys.monitoring here")
    subject = tmp_path / "subject.py"
    subject.write_text(SUBJECT)
    for python in pythons():
        by_monitoring, by_trace = (told(python, subject, how) for how in ("Monitored", "Traced"))
        assert by_monitoring["lines"] == by_trace["lines"]
        assert moves(by_monitoring) == moves(by_trace)
        assert len(by_trace["lines"]) > 30
