"""The table of a project as a page of HTML that needs nothing else."""

from __future__ import annotations

from html import escape

from async_testing.planning.survey import Row, Survey, by_layer

_STYLE = """
:root { color-scheme: light dark; --have: #2f9e6e; --lack: #d9543f; --line: #8884; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.bar { display: flex; height: .7rem; min-width: 10rem; margin-top: .4rem; border-radius: .2rem; overflow: hidden; }
.have { background: var(--have); } .lack { background: var(--lack); }
details > ul { margin: .3rem 0; padding-left: 1.2rem; font-size: .9em; }
code { font-family: ui-monospace, monospace; }
"""


def render(survey: Survey, title: str) -> str:
    """The page."""
    totals = "".join(
        f"<tr><td>{escape(layer)}</td><td class=number>{modules}</td>{_cells(covered, uncovered)}</tr>"
        for layer, modules, covered, uncovered in by_layer(survey.rows)
    )
    rows = "".join(_row(one) for one in survey.rows)
    problems = "".join(f"<li>{escape(one)}</li>" for one in survey.problems)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>\n<h1>{escape(title)}</h1>\n"
        "<table><thead><tr><th>Layer</th><th class=number>Modules</th>"
        "<th class=number>Covered</th><th class=number>Missing</th><th></th></tr></thead>"
        f"<tbody>{totals}</tbody></table>\n"
        "<table><thead><tr><th>Layer</th><th>Module</th><th class=number>Covered</th>"
        "<th class=number>Missing</th><th></th></tr></thead>"
        f"<tbody>{rows}</tbody></table>\n"
        + (f"<h2>Not judged</h2><ul>{problems}</ul>\n" if problems else "")
        + "</body></html>\n"
    )


def _cells(covered: int, uncovered: int) -> str:
    whole = max(covered + uncovered, 1)
    share = round(100 * covered / whole)
    return (
        f"<td class=number>{covered}</td><td class=number>{uncovered}</td>"
        f'<td><div class=bar title="{share} %"><div class=have style="width:{share}%"></div>'
        f'<div class=lack style="width:{100 - share}%"></div></div></td>'
    )


def _row(one: Row) -> str:
    items = "".join(f"<li><code>{escape(each.name)}</code> {escape(each.about)}</li>" for each in one.missing)
    path = f"<code>{escape(one.path)}</code>"
    module = f"<details><summary>{path}</summary><ul>{items}</ul></details>" if items else path
    return f"<tr><td>{escape(one.layer or 'other')}</td><td>{module}</td>{_cells(one.covered, one.uncovered)}</tr>\n"
