"""Write down the exception classes of the drivers, for plan, which works where no driver is installed.

    python tools/driver_errors.py [--check]

Each line of the file is a driver, a class and, after the colon, the classes that derive from it, with the SQLSTATE of
those that have one. Exit 0: written, or the same. Exit 1: with ``--check``, the file is not what the drivers say.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "scripts/async_testing/writing/evaluating/driver_errors.txt"
DRIVERS = {"asyncpg": "asyncpg.exceptions", "psqlpy": "psqlpy.exceptions", "psycopg": "psycopg.errors"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or compare; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    text = "".join(f"{line}\n" for driver, module in DRIVERS.items() for line in _lines(driver, module))
    if options.check:
        return 0 if FILE.read_text(encoding="utf-8") == text else 1
    FILE.write_text(text, encoding="utf-8")
    return 0


def _lines(driver: str, module: str) -> Iterator[str]:
    below: dict[str, list[str]] = {}
    for name, kind in vars(importlib.import_module(module)).items():
        if not isinstance(kind, type) or not issubclass(kind, Exception) or name.startswith("_"):
            continue
        above = next(
            one.__name__ for one in kind.__mro__[1:] if issubclass(one, BaseException) or one is object
        )
        own = kind.__dict__.get("sqlstate")
        below.setdefault(above, []).append(f"{name}={own}" if own else name)
    for above, names in sorted(below.items()):
        yield f"{driver} {above}: {' '.join(sorted(names))}"


if __name__ == "__main__":
    sys.exit(main())
