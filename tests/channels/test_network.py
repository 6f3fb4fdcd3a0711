"""The scripts use no network: they work where there is none."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.channels.conftest import REPOSITORY

APART = ["unshare", "--user", "--map-root-user", "--net"]
"""A network namespace of its own, in which not even the loopback interface is up."""


def has_namespaces() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*APART, "true"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not has_namespaces(), reason="no network namespaces here: Linux, util-linux")


def run(host: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(REPOSITORY / "scripts" / script), *arguments]
    environment = {"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(host.parent / "cache")}
    return subprocess.run(
        [*APART, *command],
        cwd=host,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_namespace_is_empty(host: Path) -> None:
    code = "import socket; socket.create_connection(('127.0.0.1', 1), 1)"
    done = subprocess.run([*APART, sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Network is unreachable" in done.stderr


def test_check(host: Path) -> None:
    done = run(host, "check.py", "--output-format", "json")
    assert [one["code"] for one in json.loads(done.stdout)] == ["AT103"]


def test_plan(host: Path) -> None:
    (host / "app.py").write_text("async def total(prices):\n    return sum(prices)\n", encoding="utf-8")
    done = run(host, "plan.py", "app.py")
    assert (done.returncode, "total" in done.stdout) == (0, True), done.stderr


def test_scaffold(host: Path) -> None:
    (host / "app.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n", encoding="utf-8")
    done = run(host, "scaffold.py", ".", "--dry-run")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "conftest.py" in done.stdout


def test_verify(host: Path) -> None:
    (host / "app.py").write_text("def total(prices):\n    return sum(prices)\n", encoding="utf-8")
    (host / "tests" / "test_save.py").write_text(
        "from app import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n", encoding="utf-8"
    )
    (host / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n', encoding="utf-8")
    done = run(
        host,
        "verify.py",
        "tests/test_save.py",
        "--module",
        "app.py",
        "--only",
        "complete,mutants",
        "--budget",
        "0",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok   noticed" in done.stdout


NETWORKED = ("urllib.request", "http.client", "http.server", "ftplib", "smtplib", "xmlrpc", "telnetlib")


def test_no_script_imports_what_talks_to_a_network() -> None:
    """Templates and what looks at a real database may: they talk to the project's own server."""
    found = [
        (path.name, line)
        for path in (REPOSITORY / "scripts").rglob("*.py")
        if not {"templates", "live", "rules"} & set(path.parts)
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(
            tuple(f"{word} {name}" for word in ("import", "from") for name in NETWORKED)
        )
    ]
    assert found == []
