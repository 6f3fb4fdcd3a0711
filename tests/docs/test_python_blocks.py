"""Python blocks are copies of tested code, and counter-examples do what their text says."""

from __future__ import annotations

import pytest

from .conftest import Bundle

APP = "examples/users/app.py"
TEST = "examples/users/tests/test_app.py"
WRONG = "tests/docs/counterexamples/wrong.py"


def test_a_function_is_copied_with_its_decorators(bundle: Bundle) -> None:
    assert bundle.copy(f"{TEST}::test_total_of_nothing") == (
        '@pytest.mark.parametrize("prices", [[], ["0"]])\n'
        "def test_total_of_nothing(prices: list[str]) -> None:\n"
        "    assert total(prices) == 0\n"
    )


def test_a_method_is_copied_without_its_indentation(bundle: Bundle) -> None:
    assert bundle.copy(f"{APP}::Basket.dumped") == (
        '@staticmethod\ndef dumped() -> str:\n    """Dump."""\n\n    return json.dumps([])\n'
    )


def test_assignments_and_several_files_are_copied_in_order(bundle: Bundle) -> None:
    text = bundle.copy(f"{TEST}::helper; {APP}::TABLE,LIMIT")
    assert text == 'def helper() -> int:\n    return 1\n\n\nTABLE = "users"\n\n\nLIMIT: int = 3\n'


def test_only_the_imports_that_are_used_are_copied(bundle: Bundle) -> None:
    text = bundle.copy(f"{TEST}::imports,test_total_adds")
    assert text.startswith("import decimal\n\nfrom app import total\n\n\ndef test_total_adds")


def test_a_file_is_copied_whole(bundle: Bundle) -> None:
    assert bundle.copy(APP) == (bundle.root / APP).read_text()


def test_what_surrounds_a_block_stays_and_writing_twice_changes_nothing(bundle: Bundle) -> None:
    path = bundle.page(
        f"# Title\n\n- item\n\n  <!-- code: {APP}::TABLE -->\n\n  ```python\n  old\n  old\n  ```\n\nEnd.\n"
    )
    assert bundle.write() == (0, "wrote page.md\ndocs: 1 Python blocks copied; in step\n")
    assert path.read_text() == (
        f'# Title\n\n- item\n\n  <!-- code: {APP}::TABLE -->\n\n  ```python\n  TABLE = "users"\n  ```\n\nEnd.\n'
    )
    assert bundle.write() == (0, "docs: 1 Python blocks copied; in step\n")


def test_check_counts_blocks_and_addressed_tests(bundle: Bundle) -> None:
    bundle.copy(f"{TEST}::test_total_adds,test_total_of_nothing,helper,TestBasket.test_dumped")
    code, said = bundle.check()
    assert (code, said.splitlines()[-1]) == (0, "docs: 1 Python blocks, 3 addressed tests; in step")


def test_a_snippet_of_the_bundle_is_run_where_it_is(bundle: Bundle) -> None:
    snippets = bundle.root / "tests/docs/snippets"
    snippets.mkdir()
    (snippets / "test_snippet.py").write_text("def test_it() -> None:\n    assert True\n")
    bundle.copy("tests/docs/snippets/test_snippet.py::test_it")
    code, said = bundle.check()
    assert (code, said.splitlines()[-1]) == (0, "docs: 1 Python blocks, 1 addressed tests; in step")


def test_a_stale_copy_is_red_and_is_left_alone(bundle: Bundle) -> None:
    path = bundle.page(f'<!-- code: {APP}::TABLE -->\n```python\nTABLE = "people"\n```\n')
    code, said = bundle.check()
    assert (code, said.splitlines()[0]) == (1, "references/page.md:2: this copy is stale: run tools/docs.py")
    assert "people" in path.read_text()


def test_a_changed_source_makes_the_copy_stale(bundle: Bundle) -> None:
    bundle.copy(f"{APP}::total")
    source = bundle.root / APP
    source.write_text(source.read_text().replace("decimal.Decimal(0))", "decimal.Decimal(1))"))
    code, said = bundle.check()
    assert code == 1
    assert "this copy is stale" in said


@pytest.mark.parametrize(
    ("test", "said"),
    [("test_total_is_wrong", "does not pass (failed)"), ("test_skipped", "does not pass (skipped)")],
)
def test_an_addressed_test_that_does_not_pass_is_red(bundle: Bundle, test: str, said: str) -> None:
    bundle.copy(f"{TEST}::{test}")
    code, output = bundle.check()
    assert code == 1
    assert f"references/page.md:2: tests/test_app.py::{test} {said}" in output


def test_an_addressed_test_that_is_not_collected_is_red(bundle: Bundle) -> None:
    bundle.copy(f"{TEST}::test_total_adds")
    config = bundle.root / "examples/users/pyproject.toml"
    config.write_text(config.read_text() + 'python_functions = ["check_*"]\n')
    code, said = bundle.check()
    assert code == 1
    assert "tests/test_app.py::test_total_adds is not collected" in said


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("", "a Python block without an address"),
        ("<!-- a remark -->\n", "a Python block without an address"),
        (f"<!-- code: {APP}::missing -->\n", f"{APP} has no symbol 'missing'"),
        ("<!-- code: examples/users/gone.py::x -->\n", "examples/users/gone.py does not exist"),
        ("<!-- code: somewhere/else.py::x -->\n", "'somewhere/else.py' is no address"),
        ("<!-- code: examples/../secret.py::x -->\n", "is no address"),
        ("<!-- code: -->\n", "an empty address"),
        ("<!-- fails: whatever -->\n", "fails: is not of the form"),
    ],
)
def test_a_block_without_a_good_address_is_red(bundle: Bundle, comment: str, said: str) -> None:
    bundle.page(f"{comment}```python\nx = 1\n```\n")
    code, output = bundle.check()
    assert code == 1
    assert f"{1 + bool(comment)}: " in output
    assert said in output


@pytest.mark.parametrize("text", ["# No block at all\n", "Only `inline` code.\n"])
def test_no_python_block_at_all_cannot_be_judged(bundle: Bundle, text: str) -> None:
    bundle.page(text)
    code, said = bundle.check()
    assert code == 2
    assert said.startswith("docs: no Python block in SKILL.md, README.md, references/*.md")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```python\nx = 1\n", "references/page.md:1: this fence is never closed"),
        ("<!-- cod: x -->\n```python\n```\n", "references/page.md:1: unknown keyword 'cod'"),
    ],
)
def test_a_document_that_cannot_be_read_cannot_be_judged(bundle: Bundle, text: str, said: str) -> None:
    bundle.page(text)
    code, output = bundle.check()
    assert (code, output.startswith(f"docs: {said}")) == (2, True)


def test_every_document_is_looked_at(bundle: Bundle) -> None:
    for name in ("SKILL.md", "README.md", "references/other.md"):
        bundle.page(f"<!-- code: {APP}::TABLE -->\n```python\nstale\n```\n", name)
    _, said = bundle.check()
    assert [line.partition(":")[0] for line in said.splitlines()[:3]] == [
        "SKILL.md",
        "README.md",
        "references/other.md",
    ]


def counter(bundle: Bundle, claim: str) -> tuple[int, str]:
    bundle.page(f"<!-- {claim} -->\n```python\n```\n")
    assert main_writes(bundle)
    return bundle.check()


def main_writes(bundle: Bundle) -> bool:
    return bundle.write()[0] == 0


def test_a_counter_example_fails_as_the_text_says(bundle: Bundle) -> None:
    claim = f"fails: {WRONG}::imports,test_compares_with_text with \"Decimal('1') == '1'\""
    code, said = counter(bundle, claim)
    assert (code, said) == (0, "docs: 1 Python blocks, 1 counter-examples; in step\n")


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("test_compares_with_text", "should fail with 'nonsense' and is failed"),
        ("test_notices_nothing", "and is passed"),
    ],
)
def test_a_counter_example_that_does_otherwise_is_red(bundle: Bundle, test: str, said: str) -> None:
    code, output = counter(bundle, f'fails: {WRONG}::{test} with "nonsense"')
    assert code == 1
    assert said in output


def misses(old: str, node: str, test: str = "test_notices_nothing") -> str:
    planted = f'where "{old}" becomes "return decimal.Decimal(7 +" in app.py'
    return f"misses: {WRONG}::{test} {planted}, caught by tests/test_app.py::{node}"


def test_a_counter_example_misses_a_bug_that_the_model_test_catches(bundle: Bundle) -> None:
    code, said = counter(bundle, misses("return sum(map(decimal.Decimal, prices),", "test_total_adds"))
    assert (code, said.rpartition("; ")[2]) == (0, "in step\n"), said


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (
            misses("return sum(map(decimal.Decimal, prices),", "TestBasket::test_dumped"),
            "should catch the bug and is passed",
        ),
        (
            misses("return sum(map(decimal.Decimal, prices),", "test_total_adds", "test_compares_with_text"),
            "this should pass and is failed",
        ),
        (misses("not there", "test_total_adds"), "'not there' is 0 times in app.py"),
    ],
)
def test_a_missed_bug_that_does_not_hold_is_red(bundle: Bundle, claim: str, said: str) -> None:
    code, output = counter(bundle, claim)
    assert code == 1
    assert said in output
