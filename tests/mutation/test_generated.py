"""The figures of generated tests: what counts as noticed, and which bars are missed."""

from __future__ import annotations

from typing import Any

import generated
import pytest


def verdict(state: str, operator: str) -> dict[str, Any]:
    mutant = {"operator": operator, "path": "src/a.py", "line": 3, "before": " a ", "after": " b "}
    return {"mutant": mutant, "verdict": state}


def test_what_no_test_ran_or_noticed_counts_against_the_tests() -> None:
    row = generated.Row("users")

    for state, operator in (
        ("killed", "item-dropped"),
        ("timeout", "sql-limit"),
        ("untested", "sql-limit"),
        ("survived", "constant"),
    ):
        generated.count(verdict(state, operator), row)

    assert (row.noticed, row.judged, row.sql_noticed, row.sql_judged) == (2, 4, 1, 2)
    assert row.survivors == [
        "src/a.py:3 sql-limit (untested): a -> b",
        "src/a.py:3 constant (survived): a -> b",
    ]
    assert generated.missed(row) == ["users: mutants 50.0 % < 80 %", "users: SQL mutants 50.0 % < 85 %"]


def test_the_table_has_a_dash_where_nothing_was_judged() -> None:
    row = generated.Row(
        "library", passed=7, skipped=2, failed=["tests/test_a.py::test_b"], noticed=4, judged=5
    )

    assert generated.missed(row) == []
    assert generated.table([row]).splitlines()[2] == "| library | 10 | 2 | 1 | 4 of 5 (80.0 %) | - | - |"


def test_an_example_that_does_not_exist_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        generated.main(["shop"])

    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith("no such example: shop\n")
