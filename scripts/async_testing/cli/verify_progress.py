"""How far a run is: a bar on a terminal, plain lines elsewhere, always on stderr."""

from __future__ import annotations

import sys
import time

_WIDTH = 30
_EVERY = 15.0
"""Seconds between two lines where nobody watches."""


class Bar:
    """One line that is written again and again.

    Args:
        prog: the name that plain lines begin with.
    """

    def __init__(self, prog: str) -> None:
        self._prog = prog
        self._watched = sys.stderr.isatty()
        self._text = ""
        self._said = time.monotonic()

    def stage(self, text: str) -> None:
        """Something else begins."""
        self._text = text
        self._said = time.monotonic()
        if self._watched:
            self._draw(text)
        else:
            print(f"{self._prog}: {text}", file=sys.stderr, flush=True)

    def step(self, done: int, total: int) -> None:
        """So many of so many are done."""
        now = time.monotonic()
        if self._watched:
            full = _WIDTH * done // max(total, 1)
            self._draw(f"{'█' * full}{'░' * (_WIDTH - full)} {done}/{total} {self._text}")
        elif now - self._said >= _EVERY and done < total:
            self._said = now
            print(f"{self._prog}: {self._text}: {done} of {total}", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Nothing is shown any more."""
        if self._watched:
            self._draw("")

    def _draw(self, text: str) -> None:
        sys.stderr.write(f"\r\033[K{text[:100]}")
        sys.stderr.flush()
