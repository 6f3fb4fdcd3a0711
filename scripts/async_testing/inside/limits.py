"""Bounds on what the process of the tests may take, before anything of the user's is imported."""

from __future__ import annotations

from typing import Any


def bound(settings: dict[str, Any]) -> None:
    """Bound memory and the size of a file, in bytes; what is missing or 0 stays as it is.

    Python ignores the signal of a file that is too large, so a test sees an OSError, as it sees a MemoryError.
    """
    try:
        import resource
    except ImportError:
        return
    for name, wanted in (
        ("RLIMIT_DATA", settings.get("memory", 0)),
        ("RLIMIT_FSIZE", settings.get("file", 0)),
    ):
        number = getattr(resource, name, None)
        if number is None or not wanted:
            continue
        _, hard = resource.getrlimit(number)
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(number, (allowed, hard))
        except (OSError, ValueError):
            continue
