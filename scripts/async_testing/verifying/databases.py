"""One database server for all runs of a project's tests, where they would each start one of their own."""

from __future__ import annotations

import os
import select
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import TimeoutExpired

from async_testing.verifying.launching import LAUNCHER, Target, drain, process

VARIABLE = "ASYNC_TESTING_DSN"
FIXTURE = "database_server"
"""The fixture of the scaffolded tests that needs a server."""
SECONDS = 120.0
_END = 20.0


@contextmanager
def served(target: Target) -> Iterator[Target]:
    """The target with the DSN of a server in its environment, as the project's own ``real_database.py`` starts it.

    Unchanged where there is no such file, none can be started, or the variable is set already.
    """
    file = None if VARIABLE in {**os.environ, **dict(target.environment)} else _file(target.root)
    if file is None or not hasattr(os, "fork"):
        yield target
        return
    wait_in, wait_out = os.pipe()
    told_in, told_out = os.pipe()
    theirs = [wait_in, told_out]
    script = LAUNCHER.with_name("database.py")
    root = os.path.realpath(target.root)
    command = [target.interpreter, str(script), root, str(file), str(wait_in), str(told_out)]
    with tempfile.TemporaryDirectory(prefix="verify-", ignore_cleanup_errors=True) as folder:
        try:
            with process(command, target, folder, pass_fds=theirs) as child:
                _close(theirs)
                threading.Thread(target=drain, args=(child.stdout, bytearray()), daemon=True).start()
                dsn = _told(told_in)
                try:
                    yield (
                        target._replace(environment=(*target.environment, (VARIABLE, dsn))) if dsn else target
                    )
                finally:
                    os.close(wait_out)
                    with suppress(TimeoutExpired):
                        child.wait(_END)
        finally:
            _close(theirs)
            os.close(told_in)


def _file(root: Path) -> Path | None:
    """The project's own file that starts a server."""
    for found in sorted(Path(os.path.realpath(root)).glob("*/**/real_database.py")):
        if not any(part.startswith(".") for part in found.parts):
            with suppress(OSError, UnicodeDecodeError):
                text = found.read_text(encoding="utf-8")
                if VARIABLE in text and "def server(" in text:
                    return found
    return None


def _told(reading: int) -> str:
    """What comes through the pipe, empty where nothing does."""
    ready, _, _ = select.select([reading], [], [], SECONDS)
    return os.read(reading, 4096).decode() if ready else ""


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
    descriptors.clear()
