"""Starting the user's pytest: in a process group of its own, bounded in time and output, gone when it is done with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from async_testing.finding import UsageError

LAUNCHER = Path(__file__).resolve().parent.parent / "inside" / "launch.py"
KEPT = 64_000


class Target(NamedTuple):
    """What is run, and with what."""

    root: Path
    interpreter: str
    arguments: tuple[str, ...] = ()
    """pytest's arguments: files, node IDs and options."""
    environment: tuple[tuple[str, str], ...] = ()
    """Variables to set, such as the server that the coordinator started."""


class Finished(NamedTuple):
    """How a run ended."""

    code: int | None
    """The exit code, negative for a signal; None where it was cut off."""
    seconds: float
    output: str
    """The last part of what it printed."""
    events: tuple[dict[str, Any], ...]


Watch = Callable[[dict[str, Any]], None]


def run(
    target: Target,
    mode: str,
    timeout: float,
    extra: Sequence[str] = (),
    *,
    watch: Watch | None = None,
    **settings: Any,
) -> Finished:
    """Run pytest once in a mode of ``inside`` and gather its events.

    Args:
        target: the project and its interpreter.
        mode: a module of ``inside`` that has ``plugins(settings)``.
        timeout: seconds after which it and all that it started is killed.
        extra: more arguments for pytest.
        watch: is told each event soon after it happened.
        settings: what the mode wants to know; JSON.

    Raises:
        UsageError: the interpreter cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="verify-", ignore_cleanup_errors=True) as folder:
        events = Path(folder, "events.jsonl")
        command = command_of(target, Path(folder), {"mode": mode, "events": str(events), **settings}, extra)
        started = time.monotonic()
        with process(command, target, folder) as child:
            code, output = _awaited(child, timeout, events, watch)
        return Finished(code, time.monotonic() - started, output, tuple(read_events(events)))


def command_of(target: Target, folder: Path, settings: Mapping[str, Any], extra: Sequence[str]) -> list[str]:
    """The command line of a run; its settings are written into the folder."""
    file = folder / "settings.json"
    file.write_text(json.dumps(settings), encoding="utf-8")
    return [target.interpreter, str(LAUNCHER), str(file), "-p", "no:cacheprovider", *target.arguments, *extra]


@contextmanager
def process(
    command: Sequence[str], target: Target, folder: str, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A child in a group of its own, killed with all its children at the end. Its temporary files lie in the folder."""
    environment = {**os.environ, **dict(target.environment)}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DEBUG_TEMPROOT": folder, "TMPDIR": folder}
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
                kill(child)
    finally:
        kill(child)


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill a child and what it started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()


def _awaited(
    child: subprocess.Popen[bytes], timeout: float, events: Path, watch: Watch | None
) -> tuple[int | None, str]:
    kept = bytearray()
    reader = threading.Thread(target=_drain, args=(child.stdout, kept), daemon=True)
    reader.start()
    code: int | None
    with _watched(events, watch):
        try:
            code = child.wait(timeout)
        except subprocess.TimeoutExpired:
            code = None
    kill(child)
    reader.join(5)
    return code, bytes(kept).decode("utf-8", "replace")


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


def _drain(stream: IO[bytes] | None, kept: bytearray) -> None:
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
