"""The folder for caches of the user, and files in it that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
import time

try:  # hashlib brings OpenSSL along, which takes as long as checking a file
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

NAME = "async-testing-expert"
MARK = b"async-testing-expert cache 1 "
KEPT_DAYS = 30
KEPT_FILES = 60
KEPT_BYTES = 100_000_000
LARGEST = 50_000_000
"""Bytes of one file."""


def digest(data: bytes) -> str:
    """What tells contents apart."""
    return str(blake2b(data, digest_size=16).hexdigest())


def cache_folder() -> str | None:
    """Where the user's caches lie, as the system wants it; None where nothing tells. It need not exist."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        home = os.path.expanduser("~")  # noqa: PTH111
        if not os.path.isabs(base) and os.path.isabs(home):  # noqa: PTH117
            base = f"{home}/Library/Caches" if sys.platform == "darwin" else f"{home}/.cache"
    return os.path.join(base, NAME) if os.path.isabs(base) else None  # noqa: PTH117, PTH118


def load(folder: str | os.PathLike[str], name: str) -> bytes | None:
    """The content of a file as it was saved; None where it is missing, damaged or another's."""
    try:
        with open(f"{folder}{os.sep}{name}", "rb") as stream:  # noqa: PTH123
            head = stream.read(len(MARK) + 33)
            content = stream.read(LARGEST + 1)
    except (OSError, ValueError, MemoryError):
        return None
    return content if head == MARK + digest(content).encode() + b"\n" else None


def save(folder: str | os.PathLike[str], name: str, content: bytes) -> bool:
    """Put a file in place in one step, whoever else does so too; whether that could be done."""
    if len(content) > LARGEST:
        return False
    beside = f"{folder}{os.sep}.{name}.{os.getpid()}-{time.monotonic_ns()}.tmp"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
        with open(beside, "xb") as stream:  # noqa: PTH123
            stream.write(MARK + digest(content).encode() + b"\n" + content)
        os.replace(beside, f"{folder}{os.sep}{name}")  # noqa: PTH105
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(beside)  # noqa: PTH108
        return False
    return True


def tidy(folder: str | os.PathLike[str]) -> None:
    """Delete what is old, what was left half written, and the oldest files where there are too many."""
    found: list[tuple[float, int, str]] = []
    with contextlib.suppress(OSError), os.scandir(folder) as listing:
        for entry in listing:
            if entry.name.endswith((".json", ".tmp")) and entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                found.append((status.st_mtime, status.st_size, entry.path))
    now, size = time.time(), 0
    for number, (written, length, path) in enumerate(sorted(found, reverse=True)):
        size += length
        days = (now - written) / 86400
        half = path.endswith(".tmp") and days > 0.05
        if half or days > KEPT_DAYS or number >= KEPT_FILES or size > KEPT_BYTES:
            with contextlib.suppress(OSError):
                os.unlink(path)  # noqa: PTH108


def sources_digest() -> str:
    """What tells this version of the scripts from others: the names, sizes and times of its files."""
    top = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    return digest("\n".join([top, *sorted(listing(top, deep=True))]).encode(errors="surrogateescape"))


def listing(folder: str, *, deep: bool = False) -> list[str]:
    """The Python files in a folder, each with its size and time."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    found.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}")
                elif deep and "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                    found += [f"{entry.name}/{one}" for one in listing(entry.path, deep=True)]
    except OSError:
        return found
    return found
