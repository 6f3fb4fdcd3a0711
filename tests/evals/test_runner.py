"""The runner and its graders, held against stand-ins whose worth is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.evals.conftest import REPOSITORY, Evals, agent


def benchmark(folder: Path) -> dict[str, Any]:
    """What the runner wrote."""
    told: dict[str, Any] = json.loads((folder / "results" / "benchmark.json").read_text())
    return told


def once(evals: Evals, kind: str, *more: str, case: str = "parcels") -> int:
    """One run of one case, with the skill."""
    options = [
        "--case",
        case,
        "--arm",
        "with_skill",
        "--runs",
        "1",
        "--mutants",
        "6",
        "--output",
        "results",
        *more,
    ]
    return evals("--agent", agent(kind), *options).returncode


@pytest.mark.parametrize("case", ["parcels"])
def test_a_perfect_agent(evals: Evals, tmp_path: Path, case: str) -> None:
    assert once(evals, "perfect", case=case) == 0

    run = benchmark(tmp_path)["runs"][0]
    assert run["result"]["pass_rate"] >= 0.95, run
    assert run["notes"] == []
    assert run["result"]["tokens"] == 1234
    assert (tmp_path / "results" / case / "with_skill" / "run-1" / "tests" / "conftest.py").is_file()
    assert "0.9" in (tmp_path / "results" / "benchmark.html").read_text() or run["result"]["pass_rate"] == 1


def test_a_lazy_agent_scores_next_to_nothing(evals: Evals, tmp_path: Path) -> None:
    """Though it also empties the code that its tests import: that is put back before they are graded."""
    assert once(evals, "lazy") == 0

    run = benchmark(tmp_path)["runs"][0]
    assert run["expectations"][0]["passed"]
    assert run["result"]["pass_rate"] <= 0.2


@pytest.mark.parametrize("kind", ["broken", "empty"])
def test_a_suite_that_is_red_or_missing_scores_nothing(evals: Evals, tmp_path: Path, kind: str) -> None:
    assert once(evals, kind) == 0

    run = benchmark(tmp_path)["runs"][0]
    assert run["result"]["pass_rate"] == 0
    assert "not green" in benchmark(tmp_path)["notes"][0]


def test_an_agent_that_never_comes_back_is_ended(evals: Evals, tmp_path: Path) -> None:
    assert once(evals, "slow", "--timeout", "1") == 0

    result = json.loads((tmp_path / "results/parcels/with_skill/run-1/result.json").read_text())
    assert result["code"] is None
    assert result["score"] == 0


def test_both_arms_are_joined_and_a_second_run_goes_on(evals: Evals, tmp_path: Path) -> None:
    options = ["--case", "tickets", "--runs", "2", "--output", "results"]
    assert evals("--agent", agent("empty"), *options).returncode == 0
    (tmp_path / "results/tickets/without_skill/run-2/result.json").unlink()

    again = evals("--agent", agent("empty"), *options)

    assert again.stderr.count("done before") == 3
    told = benchmark(tmp_path)
    assert told["run_summary"]["delta"] == {"pass_rate": "+0.000", **told["run_summary"]["delta"]}
    assert [(run["configuration"], run["run_number"]) for run in told["runs"]] == [
        *[("with_skill", 1), ("with_skill", 2)],
        *[("without_skill", 1), ("without_skill", 2)],
    ]


def test_the_skill_is_there_in_one_arm_only(evals: Evals, tmp_path: Path) -> None:
    look = "sh -c 'ls .claude/skills/*/SKILL.md .agents/skills/*/SKILL.md'"
    assert evals("--agent", look, "--case", "tickets", "--runs", "1", "--output", "results").returncode == 0

    transcripts = {
        path.parent.parent.name: path.read_text()
        for path in tmp_path.glob("results/tickets/*/run-1/transcript.txt")
    }
    assert transcripts["with_skill"].count("async-testing-expert/SKILL.md") == 2
    assert "async-testing-expert" not in transcripts["without_skill"]


def test_triggers(evals: Evals) -> None:
    every = json.loads((REPOSITORY / "evals" / "triggers.json").read_text())
    wrong = [one["query"] for one in every if ("test" in one["query"]) != one["should_trigger"]]

    done = evals("--triggers", "--agent", agent("choosing"))

    assert done.returncode == 1
    *told, last = done.stdout.splitlines()
    assert [line.partition(": ")[2] for line in told] == wrong
    assert last == f"{40 - len(wrong)} of 40 went the right way"
    assert [one["should_trigger"] for one in every].count(True) == 20


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "--agent: the command line of an agent is needed"),
        (["--agent", "no-such-agent-anywhere {prompt}", "--case", "tickets"], "cannot be started"),
        (["--agent", "true", "--case", "nowhere"], "no case is called nowhere; there are "),
        (["--agent", "true", "--runs", "0"], "--runs 0: at least 1 is expected"),
        (["--agent", "true", "--triggers", "--loaded", "("], "no regular expression"),
    ],
)
def test_what_it_refuses(evals: Evals, arguments: list[str], complaint: str) -> None:
    done = evals(*arguments)

    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_skill_at_home_would_spoil_the_comparison(evals: Evals, tmp_path: Path) -> None:
    (tmp_path / "home/.claude/skills/async-testing-expert").mkdir(parents=True)

    done = evals("--agent", "true", "--case", "tickets")

    assert done.returncode == 2
    assert "would be found without the skill too" in done.stderr
