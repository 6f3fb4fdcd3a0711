"""A process of its own for a mutant where forks cannot answer; in a copy of the tree for what is not Python."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from async_testing.verifying.launching import Target, command_of, drain, process, read_events

Answer = dict[str, Any]
_POLL = 0.02
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "*.egg-info")


def alone(target: Target, request: dict[str, Any], cancelled: threading.Event) -> Answer:
    """Run tests on one mutant, or on none, in a new pytest.

    Args:
        target: the project and its interpreter.
        request: as ``inside.afresh`` takes it, with ``limits`` for each test and ``setup`` for what comes before.
        cancelled: ends the process early; the answer is ``lost`` then.

    Returns:
        What a fork would have answered.
    """
    with tempfile.TemporaryDirectory(prefix="verify-", ignore_cleanup_errors=True) as folder:
        events = Path(folder, "events.jsonl")
        settings = {key: value for key, value in request.items() if key not in ("limits", "setup")}
        command = command_of(target, Path(folder), {"mode": "alone", "events": str(events), **settings}, ())
        began = time.monotonic()
        kept = bytearray()
        with process(command, target, folder) as child:
            threading.Thread(target=drain, args=(child.stdout, kept), daemon=True).start()
            answer = _awaited(child, request, events, cancelled)
        return {**answer, "seconds": time.monotonic() - began}


def _awaited(child: Any, request: dict[str, Any], events: Path, cancelled: threading.Event) -> Answer:
    """Look at what it tells until it ends, or a test takes longer than it may."""
    index, since, size = -1, time.monotonic(), 0
    limits: Sequence[float] = request["limits"]
    while True:
        code = child.poll()
        with suppress(FileNotFoundError):
            if (grown := events.stat().st_size) != size or code is not None:
                size = grown
                for one in read_events(events):
                    if one["event"] == "result":
                        return {key: value for key, value in one.items() if key != "event"}
                    if one["event"] == "begins" and one["index"] > index:
                        index, since = one["index"], time.monotonic()
        if code is not None:
            return {"state": "died", "by": index, "message": f"the process ended with {code}"}
        if cancelled.is_set():
            return {"state": "lost", "message": "interrupted"}
        limit = limits[index] if 0 <= index < len(limits) else request["setup"]
        if time.monotonic() - since > limit:
            return {"state": "timeout", "by": index, "message": "the test did not come to an end"}
        time.sleep(_POLL)


@contextmanager
def copied(target: Target) -> Iterator[Target]:
    """The project in another folder, hidden ones left out; gone afterwards."""
    root = os.path.realpath(target.root)
    with tempfile.TemporaryDirectory(prefix="verify-copy-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch, Path(root).name)
        shutil.copytree(root, folder, ignore=_LEFT_OUT, symlinks=True)

        def moved(text: str) -> str:
            return text.replace(root, str(folder)).replace(os.path.abspath(target.root), str(folder))  # noqa: PTH100

        arguments = tuple(map(moved, target.arguments))
        environment = tuple((name, moved(value)) for name, value in target.environment)
        yield target._replace(root=folder, arguments=arguments, environment=environment)


@contextmanager
def changed(folder: Path, path: str, text: str) -> Iterator[None]:
    """Another text for a file of a copy while the block runs."""
    file = folder / path
    original = file.read_bytes()
    file.write_bytes(text.encode())
    try:
        yield
    finally:
        file.write_bytes(original)
