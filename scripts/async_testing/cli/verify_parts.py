"""What verify's parts have in common: the interpreter, the server, and files that are written whole."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

from async_testing.finding import UsageError

VARIABLE = "ASYNC_TESTING_DSN"


def interpreter(given: str | None, root: Path) -> str:
    """The interpreter that runs the project's tests: the given one, that of the root's .venv, else this one.

    Raises:
        UsageError: the given one is none.
    """
    if given:
        if not Path(given).is_file():
            raise UsageError(f"--python {given}: no such file")
        return given
    for name in (".venv", "venv"):
        for place in ("bin/python", "Scripts/python.exe"):
            if (found := root / name / place).is_file():
                return str(found)
    return os.path.abspath(sys.executable)  # noqa: PTH100 - the link of a virtual environment stays one


def server_of(options: Namespace) -> str:
    """The server to use, empty for one that is to be started.

    Raises:
        UsageError: the URL is of no server that is known.
    """
    dsn: str = options.dsn or ("" if options.embedded else os.environ.get(VARIABLE, ""))
    scheme = dsn.partition(":")[0].partition("+")[0]
    if dsn and scheme not in ("postgresql", "postgres", "mysql", "mariadb"):
        name = "--dsn" if options.dsn else VARIABLE
        raise UsageError(f"{name} {dsn[:40]}: a URL that begins with postgresql:// or mysql:// is expected")
    return dsn


def written(path: Path, text: str) -> None:
    """Write a file: all of it, or none."""
    check_place(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def check_place(path: Path) -> None:
    """Refuse a file that cannot be written, before there is anything to write.

    Raises:
        UsageError: its folder is not there, or it is one itself.
    """
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: no such folder")
    if path.is_dir():
        raise UsageError(f"{path} is a folder: --output-file names a file")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path.parent}: nothing may be written there")
