"""Bugs of the operators in the examples: each is noticed by the tests of its file, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from async_testing.mutants import operators, registry
from async_testing.mutants.making import mutants, read_sources
from async_testing.verifying.noticing import Options, judge

from tests.verify.planting import clean_of, snapshot, target_of

EXAMPLES = Path(__file__).parents[2] / "examples"
EVERY = 25


@pytest.mark.parametrize(
    ("example", "module", "tests"),
    [
        ("users", "src/domain/service/user.py", "test_user_service.py"),
        ("bank", "src/accounts.py", "test_accounts.py"),
        ("warehouse", "src/models.py", "test_models.py"),
        ("library", "src/domain/dto.py", "test_library_dto.py"),
    ],
)
def test_the_tests_of_an_example_notice(example: str, module: str, tests: str) -> None:
    root = EXAMPLES / example
    planted = mutants(read_sources(root, module), registry.load(operators))[::EVERY]
    before = snapshot(root / "src") | snapshot(root / "tests")
    target = target_of(root, f"tests/{tests}", "-m", "not integration")
    judged = [*judge(target, clean_of(target, planted), planted, Options(jobs=2))]
    assert len(judged) == len(planted)
    assert {one.verdict for one in judged} <= {"killed", "timeout", "untested", "survived"}
    noticed = [one for one in judged if one.verdict == "killed"]
    assert len(noticed) >= len(judged) / 2, judged
    assert {one.by.partition("::")[0] for one in noticed} <= {f"tests/{tests}", ""}
    assert snapshot(root / "src") | snapshot(root / "tests") == before
