"""A new user of each agent: one command, and the skill works from where it went."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.channels.conftest import REPOSITORY

TOOL = REPOSITORY / "tools" / "channels.py"
CLIENTS = {
    "copy": "",
    "skills-claude-code": "skills",
    "skills-cursor": "skills",
    "skills-codex": "skills",
    "claude-plugin": "claude",
    "codex-plugin": "codex",
    "codex-skill": "codex",
    "gemini-skill": "gemini",
    "gemini-extension": "gemini",
    "cursor-plugin": "cursor",
}


def has(client: str) -> bool:
    """Whether an earlier run of the tool has brought a client."""
    places = ("*/node_modules/.bin/", "@")
    return not client or any(any(REPOSITORY.glob(f".cache/clients/{one}{client}*")) for one in places)


@pytest.mark.parametrize("name", CLIENTS)
def test_one_command_and_it_works(name: str) -> None:
    if not has(CLIENTS[name]):
        pytest.skip(f"its client is not here: python tools/channels.py {name}")
    done = subprocess.run(
        [sys.executable, TOOL, name], env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"(?m)^{name} +proven: \d+ files, \d+\.\d MB in ", done.stdout)


def test_a_channel_that_is_none() -> None:
    done = subprocess.run([sys.executable, TOOL, "nowhere"], capture_output=True, text=True, check=False)
    assert (done.returncode, "no such channel: nowhere" in done.stderr) == (2, True)


def test_what_cannot_be_tried_is_said_to_be_unproven(tmp_path: Path) -> None:
    git = shutil.which("git")
    assert git is not None
    (tmp_path / "git").symlink_to(git)
    done = subprocess.run(
        [sys.executable, TOOL, "cursor-plugin"],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "unproven: npm is not here" in done.stdout) == (0, True), done.stderr
