"""The first line of every file that scaffold writes: it tells whose version it is, and whether anybody changed it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from async_testing import __version__

NAME = "async-testing-expert"
_PATTERN = re.compile(rf"# {NAME} (?P<version>\S+) sha256:(?P<digest>[0-9a-f]{{16}})\b[^\n]*")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file that carries the header: the version that wrote it, the text below, and whether it is as written."""

    version: str
    body: str
    unmodified: bool


def seal(body: str) -> str:
    """The text of a file with its header line on top."""
    return f"# {NAME} {__version__} sha256:{_digest(body)} (scaffold.py --update renews it)\n{body}"


def unseal(text: str) -> Sealed | None:
    """What the header of a file says, None for a file without one. Line ends do not matter."""
    text = text.replace("\r\n", "\n")
    first, _, body = text.partition("\n")
    found = _PATTERN.fullmatch(first)
    return Sealed(found["version"], body, found["digest"] == _digest(body)) if found else None


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()[:16]
