"""Driving an agent by its command line, whichever it is."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from async_testing.finding import UsageError

from evals.runner.cases import FOLDER

SKILL = "async-testing-expert"
INSTALLED = ("SKILL.md", "skill.yaml", "LICENSE", "scripts", "references")
PLACES = (".claude/skills", ".agents/skills")
"""Where agents look for skills: Claude Code and Cursor in the first, Codex and Gemini in the second."""


class Session(NamedTuple):
    """What an agent did, as far as its command line tells."""

    code: int | None
    """Its exit code; None where it took too long and was ended."""
    seconds: float
    tokens: int | None
    """Read and written together; None where the client does not tell."""
    transcript: str


def install(workspace: Path, names: Sequence[str] = INSTALLED) -> None:
    """Put the skill, or these parts of it, where agents look for it."""
    for place in PLACES:
        target = workspace / place / SKILL
        for name in names:
            source = FOLDER.parent / name
            if source.is_dir():
                shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
            else:
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target / name)


def uninstall(workspace: Path) -> None:
    """Take it away again, so that it is not graded."""
    for place in PLACES:
        shutil.rmtree(workspace / place / SKILL, ignore_errors=True)


def installed_elsewhere(home: Path) -> Path | None:
    """The skill in the user's own folder, where every run would find it, with or without."""
    return next((home / place / SKILL for place in PLACES if (home / place / SKILL).exists()), None)


def drive(agent: str, prompt: str, workspace: Path, timeout: float) -> Session:
    """Give an agent its prompt and wait until it is done.

    Args:
        agent: the command line; ``{prompt}`` stands for the prompt and ``{workspace}`` for the folder. Without
            ``{prompt}`` it is given on standard input.
        prompt: what a user would type.
        workspace: the folder that it works in.
        timeout: seconds until it is ended, with all that it started.

    Raises:
        UsageError: the command cannot be started.
    """
    words = [part.replace("{workspace}", str(workspace)) for part in shlex.split(agent)]
    given = any("{prompt}" in part for part in words)
    command = [part.replace("{prompt}", prompt) for part in words]
    started = time.monotonic()
    try:
        process = subprocess.Popen(
            command,
            cwd=workspace,
            env={**os.environ, "PWD": str(workspace)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise UsageError(f"--agent: {command[0]} cannot be started: {error.strerror}") from error
    with process:
        code: int | None
        try:
            output = process.communicate(None if given else prompt.encode(), timeout)[0]
            code = process.returncode
        except subprocess.TimeoutExpired:
            _end(process)
            output, code = process.communicate()[0], None
        finally:
            _end(process)
    transcript = output.decode("utf-8", "replace")
    return Session(code, time.monotonic() - started, tokens_of(transcript), transcript)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def tokens_of(transcript: str) -> int | None:
    """The tokens that a client says it used: the last ``usage`` of its JSON, or of its JSON lines."""
    found = None
    for text in (transcript, *transcript.splitlines()):
        with suppress(ValueError):
            for usage in _usages(json.loads(text)):
                counts = [
                    value
                    for key, value in usage.items()
                    if key.endswith("_tokens") and isinstance(value, int)
                ]
                found = sum(counts) if counts else found
    return found


def _usages(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("usage"), dict):
            yield value["usage"]
        for one in value.values():
            yield from _usages(one)
    elif isinstance(value, list):
        for one in value:
            yield from _usages(one)
