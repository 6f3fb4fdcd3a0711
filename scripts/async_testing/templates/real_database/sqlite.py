"""Databases of SQLite in a folder that only these tests use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from .schema import make_tables
from .watching import watched_folder


@contextmanager
def fresh_database(administration: str, template: str = "") -> Iterator[str]:
    """Make a database in a folder, yield its DSN, delete it at the end.

    It has the tables, or is a copy of ``template``, which nothing may be connected to.
    """
    path = Path(administration, f"{uuid4().hex}.sqlite")
    dsn = f"sqlite:///{path}"
    try:
        if template:
            shutil.copyfile(template.removeprefix("sqlite:///"), path)
        else:
            make_tables(dsn)
        yield dsn
    finally:
        for one in path.parent.glob(f"{path.name}*"):
            one.unlink()


@contextmanager
def server() -> Iterator[str]:
    """The folder of the databases: a temporary one, removed at the end."""
    with watched_folder("sqlite-", "none") as folder:
        yield folder
