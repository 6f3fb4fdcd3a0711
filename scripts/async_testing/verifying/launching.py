"""Starting the user's pytest: in a process group of its own, bounded in time and output, gone when it is done with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from async_testing.finding import UsageError
from async_testing.verifying import processes

LAUNCHER = Path(__file__).resolve().parent.parent / "inside" / "launch.py"
KEPT = 64_000
FILE = 1 << 30
"""The largest file that a test may write unless it is told otherwise."""
SPARE = 256 << 20
"""A run is cut off when less than this is free where its temporary files lie."""
POLL = 0.1


class Target(NamedTuple):
    """What is run, and with what."""

    root: Path
    interpreter: str
    arguments: tuple[str, ...] = ()
    """pytest's arguments: files, node IDs and options."""
    environment: tuple[tuple[str, str], ...] = ()
    """Variables to set, such as the server that the coordinator started."""
    memory: int = 0
    """Bytes that the process of the tests may have; 0 for four fifths of what is available."""
    file: int = FILE
    """Bytes of the largest file that a test may write; 0 for any."""


class Finished(NamedTuple):
    """How a run ended."""

    code: int | None
    """The exit code, negative for a signal; None where it was cut off."""
    seconds: float
    output: str
    """The last part of what it printed."""
    events: tuple[dict[str, Any], ...]
    cut: str = ""
    """Why it was cut off: ``timeout``, ``idle`` or ``disk``."""


Watch = Callable[[dict[str, Any]], None]


def run(
    target: Target,
    mode: str,
    timeout: float,
    extra: Sequence[str] = (),
    *,
    watch: Watch | None = None,
    idle: float | None = None,
    **settings: Any,
) -> Finished:
    """Run pytest once in a mode of ``inside`` and gather its events.

    Args:
        target: the project and its interpreter.
        mode: a module of ``inside`` that has ``plugins(settings)``.
        timeout: seconds after which it and all that it started is killed.
        extra: more arguments for pytest.
        watch: is told each event soon after it happened.
        idle: seconds without an event after which it is killed as well.
        settings: what the mode wants to know; JSON.

    Raises:
        UsageError: the interpreter cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="verify-", ignore_cleanup_errors=True) as folder:
        events = Path(folder, "events.jsonl")
        command = command_of(target, Path(folder), {"mode": mode, "events": str(events), **settings}, extra)
        started = time.monotonic()
        with process(command, target, folder) as child:
            code, output, cut = _awaited(child, timeout, events, watch, idle)
        return Finished(code, time.monotonic() - started, output, tuple(read_events(events)), cut)


def command_of(target: Target, folder: Path, settings: Mapping[str, Any], extra: Sequence[str]) -> list[str]:
    """The command line of a run; its settings are written into the folder, where pytest's cache goes too."""
    file = folder / "settings.json"
    limits = {"memory": target.memory or _memory(), "file": target.file}
    file.write_text(json.dumps({"limits": limits, **settings}), encoding="utf-8")
    cache = f"cache_dir={folder / 'cache'}"
    interpreter = target.interpreter
    if os.path.dirname(interpreter):  # noqa: PTH120
        interpreter = os.path.abspath(interpreter)  # noqa: PTH100 - the link of a virtual environment stays one
    return [interpreter, str(LAUNCHER), str(file), "-o", cache, *target.arguments, *extra]


def _memory() -> int:
    """Four fifths of the memory that is available, 0 where that is not told."""
    with suppress(OSError, ValueError, IndexError):
        told = Path("/proc/meminfo").read_text(encoding="ascii").partition("MemAvailable:")[2]
        return int(told.split()[0]) * 1024 * 4 // 5
    return 0


@contextmanager
def process(
    command: Sequence[str], target: Target, folder: str, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A child in a session of its own, killed with all that it started at the end.

    Its temporary files lie in the folder, and so does what tools would write into the project.
    """
    mark = processes.mark()
    environment = {**os.environ, **dict(target.environment), processes.MARK: mark}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DEBUG_TEMPROOT": folder, "TMPDIR": folder}
    environment |= {
        "COVERAGE_FILE": os.path.join(folder, "coverage"),  # noqa: PTH118
        "HYPOTHESIS_STORAGE_DIRECTORY": os.path.join(folder, "hypothesis"),  # noqa: PTH118
    }
    try:
        child = subprocess.Popen(
            command,
            cwd=target.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
    except OSError as error:
        raise UsageError(
            f"{command[0]} cannot be started: {error.strerror}; name another with --python"
        ) from error
    try:
        with child:
            try:
                yield child
            finally:
                processes.end(child, mark)
    finally:
        processes.end(child, mark)


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill a child, its group, and what descends from it."""
    processes.end(child, "")


def _awaited(
    child: subprocess.Popen[bytes], timeout: float, events: Path, watch: Watch | None, idle: float | None
) -> tuple[int | None, str, str]:
    kept = bytearray()
    reader = threading.Thread(target=drain, args=(child.stdout, kept), daemon=True)
    reader.start()
    with _watched(events, watch):
        code, cut = _ended(child, timeout, events, idle)
    kill(child)
    reader.join(5)
    return code, bytes(kept).decode("utf-8", "replace"), cut


def _ended(
    child: subprocess.Popen[bytes], timeout: float, events: Path, idle: float | None
) -> tuple[int | None, str]:
    """Wait for the end of a child; its exit code, or why it has to be cut off."""
    now = time.monotonic()
    over, last, size = now + timeout, now, 0
    while True:
        with suppress(subprocess.TimeoutExpired):
            return child.wait(max(0.0, min(POLL, over - now))), ""
        now = time.monotonic()
        if now >= over:
            return None, "timeout"
        with suppress(FileNotFoundError):
            if (grown := events.stat().st_size) != size:
                last, size = now, grown
        if idle is not None and now - last > idle:
            return None, "idle"
        if shutil.disk_usage(events.parent).free < SPARE:
            return None, "disk"


@contextmanager
def _watched(events: Path, watch: Watch | None) -> Iterator[None]:
    """Have the events told while the block runs, by a thread that ends with it."""
    if watch is None:
        yield
        return
    over = threading.Event()
    teller = threading.Thread(target=_tell, args=(events, watch, over), daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


def _tell(events: Path, watch: Watch, over: threading.Event) -> None:
    place, is_over = 0, False
    while not is_over:
        is_over = over.wait(0.1)
        with suppress(FileNotFoundError), events.open("rb") as stream:
            stream.seek(place)
            lines = stream.read().splitlines(keepends=True)
            for line in lines:
                if line.endswith(b"\n"):
                    place += len(line)
                    watch(json.loads(line))


def reason(output: str) -> str:
    """The line of what pytest printed that says why it did not run; empty where it printed nothing."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [
        line for line in lines if "error: " in line.lower() and not line.lower().startswith("error: usage")
    ]
    return (errors or lines or [""])[-1][:300]


def drain(stream: IO[bytes] | None, kept: bytearray) -> None:
    """Read to the end, however much it is, and keep the last part."""
    assert stream is not None
    with suppress(ValueError, OSError):
        while block := stream.read1(65536):  # type: ignore[attr-defined]
            kept += block
            if len(kept) > 2 * KEPT:
                del kept[:-KEPT]


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """The events of a run; a last line that was cut off is left out."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        with suppress(ValueError):
            yield json.loads(line)
