"""Results of runs: kept one file each, so that a run goes on where it was cut; joined into benchmark.json."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from evals.runner.agents import SKILL, Session
from evals.runner.grading import Grade

ARMS = ("with_skill", "without_skill")


class Run(NamedTuple):
    """One run of one case."""

    case: str
    arm: str
    number: int
    seconds: float
    tokens: int | None
    code: int | None
    grade: Grade

    @property
    def score(self) -> float:
        """Between 0 and 1."""
        return self.grade.score


def kept(folder: Path, case: str, arm: str, number: int) -> Path:
    """The folder of a run."""
    return folder / case / arm / f"run-{number}"


def store(folder: Path, run: Run, session: Session) -> None:
    """Write a run down, the transcript first: ``result.json`` says that it is complete."""
    place = kept(folder, run.case, run.arm, run.number)
    place.mkdir(parents=True, exist_ok=True)
    (place / "transcript.txt").write_text(session.transcript, encoding="utf-8")
    told = {**run._asdict(), "grade": run.grade._asdict(), "score": run.score}
    partial = place / "result.partial"
    partial.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    partial.replace(place / "result.json")


def stored(folder: Path) -> Iterator[Run]:
    """The runs that are complete, in the order of their names."""
    for path in sorted(folder.glob("*/*/run-*/result.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        told.pop("score")
        grade = told.pop("grade")
        yield Run(**told, grade=Grade(**{**grade, "missed": tuple(grade["missed"])}))


def joined(runs: Sequence[Run], agent: str) -> dict[str, Any]:
    """All runs in the form of a ``benchmark.json``: metadata, runs, run_summary with mean and spread of both arms."""
    names = sorted({run.case for run in runs})
    summary: dict[str, Any] = {arm: _summary([run for run in runs if run.arm == arm]) for arm in ARMS}
    present = [arm for arm in ARMS if summary[arm]]
    if len(present) == 2:
        summary["delta"] = {
            measure: f"{summary[ARMS[0]][measure]['mean'] - summary[ARMS[1]][measure]['mean']:+.3f}"
            for measure in ("pass_rate", "time_seconds", "tokens")
            if all(measure in summary[arm] for arm in ARMS)
        }
    return {
        "metadata": {
            "skill_name": SKILL,
            "agent": agent,
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "evals_run": names,
            "runs_per_configuration": max((run.number for run in runs), default=0),
        },
        "runs": [_told(run) for run in runs],
        "run_summary": {arm: figures for arm, figures in summary.items() if figures},
        "notes": [
            f"{run.case} {run.arm} {run.number}: not green, {run.grade.reason}"
            for run in runs
            if run.grade.reason
        ],
    }


def _told(run: Run) -> dict[str, Any]:
    grade = run.grade
    expectations = [
        ("The suite is green in three random orders", grade.green, grade.reason or "three runs"),
        ("The tests notice every planted bug", not grade.missed and grade.green, f"{grade.bugs:.0%} of them"),
        (
            "The tests notice the drawn mutants",
            grade.mutants >= 0.95,
            f"{grade.mutants:.0%} of the real ones",
        ),
        ("The tests stay green when code is only rewritten", grade.rewrites >= 0.9, f"{grade.rewrites:.0%}"),
        ("check reports nothing", grade.findings == 0, f"{grade.findings} findings"),
    ]
    passed = sum(bool(holds) for _, holds, _ in expectations)
    return {
        "eval_id": run.case,
        "configuration": run.arm,
        "run_number": run.number,
        "result": {
            "pass_rate": run.score,
            "passed": passed,
            "failed": len(expectations) - passed,
            "total": len(expectations),
            "time_seconds": round(run.seconds, 1),
            "tokens": run.tokens,
            "tests": grade.tests,
            "lines": grade.lines,
        },
        "expectations": [
            {"text": text, "passed": bool(holds), "evidence": seen} for text, holds, seen in expectations
        ],
        "notes": [f"missed: {name}" for name in grade.missed],
    }


def _summary(runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    if not runs:
        return {}
    measures: dict[str, list[float]] = {
        "pass_rate": [run.score for run in runs],
        "time_seconds": [run.seconds for run in runs],
        "tokens": [float(run.tokens) for run in runs if run.tokens is not None],
        "lines": [float(run.grade.lines) for run in runs],
    }
    return {name: _spread(values) for name, values in measures.items() if values}


def _spread(values: Sequence[float]) -> dict[str, float]:
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    figures = {"mean": statistics.fmean(values), "stddev": spread, "min": min(values), "max": max(values)}
    return {name: round(value, 4) for name, value in figures.items()}
