"""benchmark.json as a page to look at."""

from __future__ import annotations

from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #8886; vertical-align: top; }
td.figure { font-variant-numeric: tabular-nums; white-space: nowrap; }
.scroll { overflow-x: auto; }
"""
NAMES = {"with_skill": "with the skill", "without_skill": "without"}


def render(benchmark: dict[str, Any]) -> str:
    """One page without scripts: the summary, then each run."""
    metadata = benchmark["metadata"]
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(metadata["skill_name"])}: with and without</title>
<style>{STYLE}</style>
<main>
<h1>{escape(metadata["skill_name"])}: with and without</h1>
<p>{escape(metadata["timestamp"])}, agent <code>{escape(metadata["agent"])}</code></p>
<h2>Summary</h2>
{_table(("", "score", "seconds", "tokens", "lines of tests"), _summary(benchmark["run_summary"]))}
<h2>Runs</h2>
{_table(("case", "", "score", "seconds", "tokens", "what it was graded by"), map(_run, benchmark["runs"]))}
</main>
</html>
"""


def _table(heads: tuple[str, ...], rows: Any) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _summary(summary: dict[str, Any]) -> list[str]:
    return [_summary_row(arm, summary[arm]) for arm in NAMES if arm in summary]


def _summary_row(arm: str, figures: dict[str, dict[str, float]]) -> str:
    cells = "".join(
        f'<td class="figure">{_spread(figures.get(name), digits)}</td>'
        for name, digits in (("pass_rate", 3), ("time_seconds", 0), ("tokens", 0), ("lines", 0))
    )
    return f'<tr><th scope="row">{NAMES[arm]}</th>{cells}</tr>'


def _spread(figures: dict[str, float] | None, digits: int) -> str:
    if figures is None:
        return "not told"
    return f"{figures['mean']:.{digits}f} ± {figures['stddev']:.{digits}f}"


def _run(run: dict[str, Any]) -> str:
    result = run["result"]
    graded = "".join(
        f"<li>{'✓' if one['passed'] else '✗'} {escape(one['text'])}: {escape(one['evidence'])}</li>"
        for one in run["expectations"]
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in run["notes"])
    tokens = "not told" if result["tokens"] is None else result["tokens"]
    return (
        f'<tr><th scope="row">{escape(run["eval_id"])} {run["run_number"]}</th>'
        f"<td>{NAMES[run['configuration']]}</td>"
        f'<td class="figure">{result["pass_rate"]:.3f}</td><td class="figure">{result["time_seconds"]:.0f}</td>'
        f'<td class="figure">{tokens}</td><td><ul>{graded}{notes}</ul></td></tr>'
    )
