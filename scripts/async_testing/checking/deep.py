"""Rules on trees that are nested deeper than Python's stack goes: once more, in a thread with a larger one."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

LEVELS = 20_000
"""Calls within calls; no tree that Python parses needs as many."""
STACK = 256 * 1024 * 1024
"""Bytes for these calls, far more than they take: only what is used is taken from the machine."""


def deeply(work: Callable[[], Result]) -> Result:
    """Do something that needs a deep stack, and return what it returns.

    Raises:
        RecursionError: not even this one is deep enough, or there is none to be had.
        Exception: whatever ``work`` raises.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    before, size = sys.getrecursionlimit(), threading.stack_size()
    try:
        threading.stack_size(STACK)
        thread = threading.Thread(target=run, daemon=True)
        sys.setrecursionlimit(max(before, LEVELS))
        thread.start()
        thread.join()
    except (ValueError, RuntimeError):  # the machine has no room for it
        raise RecursionError("nested too deeply") from None
    finally:
        sys.setrecursionlimit(before)
        threading.stack_size(size)
    if errors:
        raise errors[0]
    return results[0]
