"""How mutants are judged: how many at a time, and how long what may take."""

from __future__ import annotations

from typing import NamedTuple


class Options(NamedTuple):
    """How mutants are judged."""

    jobs: int = 1
    """Mutants at the same time."""
    factor: float = 10.0
    """How many times its time in the clean run a test may take."""
    slack: float = 2.0
    """Seconds that a test may take besides."""
    force_spawn: bool = False
    """Use no forks."""
    deadline: float | None = None
    """On time.monotonic(): what is not judged until then is left out."""
    confirm: float = 10.0
    """A survivor is shown to tests that do not run its lines as well, as many as take so many seconds; one of what runs
    at import to all of them."""
