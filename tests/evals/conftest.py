"""A stand-in for an agent: a program that edits files as it is told to."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
STANDIN = Path(__file__).with_name("standin.py")

Evals = Callable[..., subprocess.CompletedProcess[str]]


def agent(kind: str) -> str:
    """The command line of a stand-in."""
    return shlex.join([sys.executable, str(STANDIN), kind]) + " {prompt}"


@pytest.fixture
def evals(tmp_path: Path) -> Evals:
    """Run the evals with these arguments, in a home of its own."""
    home = tmp_path / "home"
    home.mkdir()

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(REPOSITORY / "evals" / "run.py"), *arguments],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run
