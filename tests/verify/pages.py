"""Reports whose pages are looked at."""

from __future__ import annotations

from async_testing.verifying import counting
from async_testing.verifying.model import Coverage, Gap, Instability, Outcome, Report, Statement

from tests.verify.made import judged, report

HOSTILE = (
    "</style></pre></script><script>alert(1)</script><img src=x onerror=alert(2)>"
    "\"' onload=x \u202e\x00\x1b[31m\udcff &lt;"
)


SOURCE = "".join(f"    value = {number}\n" for number in range(1, 121))


def full(verdicts: dict[int, str], name: str = "tests/test_dao.py::test_1", word: str = "value") -> Report:
    """A report with something of everything; the mutants of the lines that are named have these verdicts."""
    mutants = [
        judged(number, verdicts.get(number, "killed"), covering=(0, 1), closest=name, reason="", by="")
        if number in verdicts
        else judged(number, covering=(0, 1))
        for number in range(1, 121)
    ]
    return report(
        *mutants,
        outcomes=(
            Outcome("green", "passed", "3 tests passed", 0.4),
            Outcome("steady", "failed", f"1 test depends on {word}", 9),
            Outcome("complete", "failed", "119 of 120 lines", 0.1),
            counting.outcome(mutants, 12.5),
            Outcome("replayed", "unassessed", "no record"),
        ),
        instabilities=(
            Instability(
                "order", name, f"assert 1 == 2 {word}", "tests/test_dao.py::test_0", (3, 5), "pytest -p x"
            ),
        ),
        coverage=(Coverage("src/dao.py", 120, 119, 6, 4, (60,), ((30, 40), (90, -1)), "coverage 7.6"),),
        gaps=(
            Gap(
                "src/dao.py",
                60,
                60,
                "DAO.find",
                f"{word} missing \u2192 404 never provoked",
                "test_find_missing",
            ),
        ),
        seeds=(3, 5),
        notes=(word,),
        statements=(
            Statement(
                "rejected", f"no column {word}", f"SELECT {word}\n  FROM users", name, "tests/test_dao.py", 7
            ),
            Statement("unassessed", "only running tells", "CALL it()", name, "", 0),
        ),
    )


MISSED = {20: "survived", 21: "survived", 75: "untested", 76: "untested", 100: "unassessed"}
