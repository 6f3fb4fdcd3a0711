"""What a test has left behind, in words."""

from __future__ import annotations

from typing import NamedTuple

MISSING = object()
"""In place of a value where there was none."""


class Left(NamedTuple):
    """Something that a test has left behind."""

    what: str
    """What it is, the same for every test that leaves it."""
    message: str
    once: bool = False
    """It may be set up once by whichever test comes first: only one that more tests leave is worth telling."""
