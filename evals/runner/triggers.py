"""Whether an agent loads the skill when it should, and only then."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from async_testing.finding import UsageError

from evals.runner import agents
from evals.runner.cases import FOLDER

LOADED = rf'{agents.SKILL}/SKILL\.md|"skill":\s*"(?:[\w-]+:)?{agents.SKILL}"'
"""What a transcript shows when the skill was loaded: its file was read, or the client's tool for skills called."""


class Query(NamedTuple):
    """A prompt, and whether it is one for this skill."""

    query: str
    should_trigger: bool


class Answer(NamedTuple):
    """What an agent did with it."""

    query: Query
    loaded: bool


def queries() -> list[Query]:
    """The set of ``triggers.json``."""
    return [Query(**one) for one in json.loads((FOLDER / "triggers.json").read_text(encoding="utf-8"))]


def ask(
    agent: str, every: list[Query], timeout: float, loaded: str, say: Callable[[str], None]
) -> list[Answer]:
    """Give each prompt to an agent that has the skill, in an empty folder of its own.

    Raises:
        UsageError: ``loaded`` is no regular expression.
    """
    try:
        pattern = re.compile(loaded)
    except re.error as error:
        raise UsageError(f"--loaded {loaded}: no regular expression: {error}") from error
    answers = []
    for number, one in enumerate(every, start=1):
        with TemporaryDirectory(prefix="trigger-") as folder:
            agents.install(Path(folder), ["SKILL.md"])  # all that decides whether it is loaded
            session = agents.drive(agent, one.query, Path(folder), timeout)
        answers.append(Answer(one, pattern.search(session.transcript) is not None))
        say(f"{number} of {len(every)}: {'loaded' if answers[-1].loaded else 'not loaded'}: {one.query[:80]}")
    return answers


def wrong(answers: list[Answer]) -> list[Answer]:
    """Those that should have gone the other way."""
    return [one for one in answers if one.loaded != one.query.should_trigger]
