"""The look of the page: that of the table of ``plan``, in light and dark, wide, narrow and on paper."""

_LIGHT = """--ink: #1b1d20; --soft: #565c64; --ground: #fff; --panel: #f5f6f7; --edge: #d9dce0; --link: #0b57a8;
--good: #17633f; --good-ground: #e0f4ea; --bad: #a32a17; --bad-ground: #fdeae6; --open: #7a4b00; --open-ground: #fcf1da;
--have: #2f9e6e; --lack: #d9543f;"""
_DARK = """--ink: #e6e8ea; --soft: #a4abb3; --ground: #15171a; --panel: #1e2125; --edge: #383d44; --link: #8dc0ff;
--good: #83dab0; --good-ground: #12301f; --bad: #ffa494; --bad-ground: #41180f; --open: #f0c270; --open-ground: #3a2a08;
--have: #2f9e6e; --lack: #d9543f;"""

STYLE = (
    f"""
:root {{ color-scheme: light dark; {_LIGHT} }}
@media (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}
"""
    + """
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); max-width: 72rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .6rem; padding-bottom: .2rem; border-bottom: 1px solid var(--edge); }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; max-width: 48rem; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .9em; }
code { overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--ground); padding: .3rem .6rem; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; margin: .8rem 0 0; }
.state { display: inline-block; white-space: nowrap; padding: 0 .5rem; border-radius: .6rem; font-weight: 600; }
.passed, .noticed { color: var(--good); background: var(--good-ground); }
.failed, .missed { color: var(--bad); background: var(--bad-ground); }
.unassessed { color: var(--open); background: var(--open-ground); }
.outcomes { list-style: none; margin: 0; padding: 0; }
.outcomes li { display: grid; grid-template-columns: 8.5rem 1fr auto; gap: 0 .8rem; padding: .5rem 0;
  border-bottom: 1px solid var(--edge); }
.outcomes .evidence { grid-column: 2 / -1; overflow-wrap: anywhere; }
.bar { display: flex; height: .7rem; max-width: 24rem; margin: .4rem 0; border-radius: .2rem; overflow: hidden; }
.have { background: var(--have); } .lack { background: var(--lack); } .dim { background: var(--edge); }
table { border-collapse: collapse; width: 100%; margin: .6rem 0 1rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--edge); vertical-align: top; }
th { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.scroll { overflow-x: auto; }
.items { padding-left: 1.2rem; }
.items > li { margin: .5rem 0; overflow-wrap: anywhere; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.inside, .line { scroll-margin-top: 4rem; }
details > .inside { padding: .2rem 0 .4rem 1.1rem; }
.source { background: var(--panel); border: 1px solid var(--edge); border-radius: .3rem; padding: .4rem 0; }
.line { display: flex; min-width: max-content; }
.line > .at { flex: none; width: 3.6rem; padding-right: .6rem; text-align: right; color: var(--soft); }
.line > .of { flex: none; width: 4.4rem; font-size: .8em; line-height: 1.9; color: var(--good); }
.line > code { white-space: pre; padding-right: 1rem; overflow-wrap: normal; }
.line.unrun { background: var(--bad-ground); } .line.unrun > code { color: var(--bad); }
.line > .note { color: var(--bad); font-size: .85em; padding-right: 1rem; }
.line > .of.missed { color: var(--bad); background: none; font-weight: 600; }
.source > details.fold > summary { padding: .1rem 1rem; color: var(--soft); }
.source details.mutant { position: sticky; left: 0; max-width: min(68rem, calc(100vw - 4rem));
  margin: .2rem .8rem .3rem 4rem; padding: .2rem .6rem; border-left: 3px solid var(--lack); background: var(--ground); }
.source details.mutant.open { border-color: var(--open); }
pre.diff { margin: .3rem 0; padding: .3rem .6rem; white-space: pre-wrap; overflow-wrap: anywhere;
  background: var(--panel); }
pre.diff del, pre.diff ins { display: block; text-decoration: none; }
pre.diff del { color: var(--bad); } pre.diff ins { color: var(--good); }
pre.diff mark { color: inherit; background: none; font-weight: 700; text-decoration: underline;
  text-underline-offset: .2em; }
.matrix { width: auto; }
.matrix th, .matrix td { padding: .15rem .4rem; }
.matrix thead th { vertical-align: bottom; font-weight: 400; }
.matrix thead .turned { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 14rem;
  overflow-wrap: anywhere; }
.matrix tbody th { position: sticky; left: 0; background: var(--ground); font-weight: 400; max-width: 26rem;
  overflow-wrap: anywhere; }
.matrix td { text-align: center; font-variant-numeric: tabular-nums; min-width: 2rem; }
.matrix td.noticed { font-weight: 600; }
@media (max-width: 40rem) {
  body { margin: 1rem auto; }
  .outcomes li { grid-template-columns: 1fr auto; }
  .outcomes .question, .outcomes .evidence { grid-column: 1 / -1; }
  .outcomes .number { grid-row: 1; grid-column: 2; }
  .matrix tbody th { max-width: 11rem; font-size: .85em; }
  .line > .at { width: 2.6rem; } .line > .of { width: 3.4rem; }
  .source details.mutant { margin-left: .6rem; }
  table.stack thead { display: none; }
  table.stack tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--edge); }
  table.stack td { display: block; border: 0; padding: 0; overflow-wrap: anywhere; }
}
@media print {
  body { font-size: 10pt; max-width: none; margin: 0; }
  nav, .skip { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .line, .source details.mutant { min-width: 0; position: static; max-width: none; }
  .line > code { white-space: pre-wrap; }
  .scroll { overflow: visible; }
  .outcomes li, .items > li, details.mutant { break-inside: avoid; }
  * { print-color-adjust: exact; }
}
"""
)
