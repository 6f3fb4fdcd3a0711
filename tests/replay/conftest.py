"""Records to replay, and what verify.py makes of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.contract.server import embedded_postgres

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "verify.py"
SCHEMA = """
CREATE TABLE users (
    id integer PRIMARY KEY,
    name varchar(40) NOT NULL,
    email varchar(80) UNIQUE,
    active boolean NOT NULL DEFAULT true,
    joined timestamp
);
CREATE TABLE posts (id integer PRIMARY KEY, user_id integer REFERENCES users (id), title text);
"""


class Result(NamedTuple):
    """What the command did."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


def verify(*arguments: str, cwd: Path | None = None, **variables: str) -> Result:
    """Run the script as its users do."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ASYNC_TESTING")}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**environment, **variables},
    )
    return Result(done.returncode, done.stdout, done.stderr)


def line(statement: str, parameters: Any = (), rows: Any = None, **more: Any) -> dict[str, Any]:
    """A line of a record."""
    told = {"version": 1, "driver": "asyncpg", "method": "fetch", "statement": statement}
    told |= {"parameters": parameters, "rows": rows, "test": "tests/test_dao.py::test_it"}
    return {**told, "path": "src/dao.py", "line": 7, **more}


Recorded = Callable[[Sequence[dict[str, Any]]], Path]


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    def write(lines: Sequence[dict[str, Any]]) -> Path:
        (tmp_path / "schema.sql").write_text(SCHEMA)
        record = tmp_path / "record.jsonl"
        record.write_text("".join(f"{json.dumps(one)}\n" for one in lines))
        return record

    return write


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with embedded_postgres() as dsn:
        yield dsn


needs_mariadb = pytest.mark.skipif(
    not shutil.which("mariadbd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])),
    reason="apt-get install mariadb-server",
)
