"""Recall and silence on the planted defects of tests/planted, a line for each family, then what is missed by name.

    python tools/planted.py [--noise] [FAMILY ...]

``--noise`` names what the rules in preview say to twins. Exit 0 always: tests/planted/test_planted.py is what judges
the rules.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY / "scripts"), str(REPOSITORY)]

from async_testing import rules  # noqa: E402
from async_testing.model import Finding  # noqa: E402
from async_testing.rules import Rule  # noqa: E402

from tests.planted.plantedfile import Planted, Project, findings, hits, load, write  # noqa: E402


class Judged(NamedTuple):
    """What the rules say to a defect and to its twin."""

    one: Planted
    by_default: list[Finding]
    with_preview: list[Finding]
    elsewhere: list[Finding]
    noise: list[Finding]
    preview_noise: list[Finding]


def found_in(project: Project, asked: Sequence[Rule]) -> list[Finding]:
    """The findings in a project, written to a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        write(project, Path(folder))
        return findings(project, Path(folder), asked)


def judge(one: Planted, default: Sequence[Rule], preview: Sequence[Rule]) -> Judged:
    """Ask the rules about a defect and its twin, once each."""
    codes = {rule.code for rule in default}
    everywhere = found_in(one.defect, [*default, *preview])
    found = hits(one.defect, everywhere)
    noise = found_in(one.twin, [*default, *preview])
    return Judged(
        one,
        [each for each in found if each.code in codes],
        found,
        [each for each in everywhere if each not in found],
        [each for each in noise if each.code in codes],
        [each for each in noise if each.code not in codes],
    )


def table(judged: Sequence[Judged]) -> None:
    """A line for each family and one for all, percentages last."""
    print(f"{'family':20}{'planted':>9}{'default':>9}{'preview':>9}{'twins silent':>14}")
    families = list(dict.fromkeys(each.one.family for each in judged))
    for family in [*families, "all"]:
        rows = [each for each in judged if family in ("all", each.one.family)]
        default = sum(1 for each in rows if each.by_default)
        preview = sum(1 for each in rows if each.with_preview)
        silent = sum(1 for each in rows if not each.noise)
        print(f"{family:20}{len(rows):9}{default:9}{preview:9}{silent:14}")


def names(judged: Sequence[Judged], preview_noise: bool) -> None:
    """What is missed, and what twins are accused of."""
    missed = [each for each in judged if not each.with_preview]
    print(f"\nmissed ({len(missed)})")
    for each in missed:
        places = ", ".join(sorted(f"{path}:{line}" for path, line in each.one.defect.places))
        others = "".join(f"; {found.code} {found.path}:{found.line}" for found in each.elsewhere)
        print(f"  {each.one.name}  [{places}]{others}")
    noisy = [each for each in judged if each.noise or (preview_noise and each.preview_noise)]
    print(f"\nnoisy twins ({len(noisy)})")
    for each in noisy:
        for found in [*each.noise, *(each.preview_noise if preview_noise else [])]:
            print(f"  {each.one.name}  {found.code} {found.path}:{found.line} {found.message}")


def main() -> int:
    """Print the table and the names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("families", nargs="*", metavar="FAMILY")
    parser.add_argument("--noise", action="store_true")
    given = parser.parse_args()
    chosen = [one for one in load() if not given.families or one.family in given.families]
    everything = rules.load()
    default = [rule for rule in everything if rule.status == "stable"]
    preview = [rule for rule in everything if rule.status == "preview"]
    judged = [judge(one, default, preview) for one in chosen]
    table(judged)
    names(judged, given.noise)
    return 0


if __name__ == "__main__":
    sys.exit(main())
