"""A fingerprint names a change: it survives moving, and two changes never share one."""

from __future__ import annotations

from async_testing.mutants import operators, registry
from async_testing.mutants.making import mutants
from async_testing.mutants.source import Source

OPERATORS = registry.load(operators)
TEXT = "def f(a):\n    b = a + 1\n    b = a + 1\n    return b\n"


def fingerprints(text: str) -> list[str]:
    return [mutant.fingerprint for mutant in mutants([Source("example.py", text)], OPERATORS)]


def test_lines_above_and_indentation_change_nothing() -> None:
    moved = "import sys\n\n\n" + TEXT.replace("    ", "  ")
    assert fingerprints(moved) == fingerprints(TEXT)


def test_equal_lines_have_different_fingerprints() -> None:
    assert len(set(fingerprints(TEXT))) == len(fingerprints(TEXT))


def test_another_function_has_other_fingerprints() -> None:
    assert not set(fingerprints(TEXT)) & set(fingerprints(TEXT.replace("def f", "def g")))


def test_an_edit_elsewhere_in_the_function_keeps_the_others() -> None:
    edited = TEXT.replace("return b", "return -b")
    assert set(fingerprints(TEXT)) - set(fingerprints(edited)) == {
        mutant.fingerprint
        for mutant in mutants([Source("example.py", TEXT)], OPERATORS)
        if mutant.before.strip() == "return b"
    }


def test_a_mutant_says_where_it_is_and_what_it_changes() -> None:
    mutant = next(m for m in mutants([Source("example.py", TEXT)], OPERATORS) if m.operator == "arithmetic")
    assert (mutant.path, mutant.line, mutant.scope) == ("example.py", 2, "f")
    assert mutant.diff == "-     b = a + 1\n+     b = a - 1"
