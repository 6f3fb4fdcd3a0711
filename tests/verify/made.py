"""Reports made by hand, for the tests of what is done with them."""

from __future__ import annotations

from typing import Any

from async_testing.verifying.model import Judged, Mutant, Outcome, Report, Test


def mutant(number: int, **fields: Any) -> Mutant:
    """A mutant of line ``number`` unless another one is given."""
    line = fields.pop("line", number)
    default = {
        "operator": ("sql-where", "await-dropped", "boundary")[number % 3],
        "path": "src/dao.py",
        "line": line,
        "end_line": line,
        "scope": f"DAO.method_{number // 10}",
        "before": f"    value = {number}",
        "after": f"    value = {number + 1}",
        "fingerprint": f"{number:012x}",
        "hint": f"assert that value is {number}",
    }
    return Mutant(**{**default, **fields})


def judged(number: int, verdict: str = "killed", **fields: Any) -> Judged:
    """A mutant with its verdict; a killed one was noticed by the first test."""
    one = fields.pop("mutant", None) or mutant(number)
    default: dict[str, Any] = {
        "by": "tests/test_dao.py::test_0" if verdict in ("killed", "timeout") else "",
        "tests": 1,
        "seconds": 0.01,
        "kind": "body",
        "covering": (0,),
    }
    return Judged(one, verdict, **{**default, **fields})  # type: ignore[arg-type]


def some_tests(count: int, path: str = "tests/test_dao.py") -> tuple[Test, ...]:
    """Passed tests."""
    return tuple([Test(f"{path}::test_{one}", "passed", 0.01, path, 10 * one + 1) for one in range(count)])


def report(*mutants: Judged, **fields: Any) -> Report:
    """A report of three tests on one module."""
    default: dict[str, Any] = {
        "root": "/home/ann/shop",
        "interpreter": "/home/ann/shop/.venv/bin/python",
        "python": "3.11.7",
        "pytest": "9.2.0",
        "modules": ("src/dao.py",),
        "arguments": ("tests/test_dao.py",),
        "outcomes": (Outcome("green", "passed", "3 tests passed", 0.5),),
        "tests": some_tests(3),
        "mutants": mutants,
        "seconds": 2.5,
        "code": "0123456789abcdef",
    }
    return Report(**{**default, **fields})
