"""The whole tool on a tiny application: verdicts, equivalents, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mutation import running
from mutation.cli import main

Example = Callable[..., Path]


def run(root: Path, *options: str) -> int:
    return main([str(root), "--source", "app", *options])


def listed(capsys: pytest.CaptureFixture[str], root: Path, *options: str) -> list[tuple[str, str]]:
    """Return operator and fingerprint of each mutant that --list shows."""
    assert run(root, "--list", *options) == 0
    lines = capsys.readouterr().out.splitlines()
    return [(line.split()[1], line.split()[2]) for line in lines if line.startswith("app/")]


def entry(operator: str, fingerprint: str, reason: str = "nobody can see it") -> str:
    return f'[[equivalent]]\noperator = "{operator}"\nfingerprint = "{fingerprint}"\nreason = "{reason}"\n'


def test_verdicts_table_and_json(
    example: Example, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    root = example()
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    output = tmp_path / "verdicts.json"
    assert run(root, "--only", "return-none", "--jobs", "2", "--minimum", "95", "--output", str(output)) == 1
    printed = capsys.readouterr().out
    assert "return-none         1         1         0    50%" in printed
    assert "app/shop.py:11 return-none" in printed
    assert "-     return name.strip()\n+     return None" in printed
    assert "1 of 2 killed: 50.0 % (50.0 % of all 2, 0 of them listed as equivalent)" in printed
    assert "exit 1: below the minimum of 95 %" in printed
    data = json.loads(output.read_text())
    assert [(item["line"], item["state"], item["by"]) for item in data["results"]] == [
        (6, "killed", "test_shop.py::test_total"),
        (11, "survived", ""),
    ]
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_an_equivalent_leaves_the_score(example: Example, capsys: pytest.CaptureFixture[str]) -> None:
    root = example()
    _, (operator, fingerprint) = listed(capsys, root, "--only", "return-none")
    (root / "mutants-equivalent.toml").write_text(entry(operator, fingerprint))
    assert run(root, "--only", "return-none", "--minimum", "100") == 0
    assert "1 of 1 killed: 100.0 % (50.0 % of all 2, 1 of them listed" in capsys.readouterr().out


def test_an_equivalent_that_is_noticed_is_none(example: Example, capsys: pytest.CaptureFixture[str]) -> None:
    root = example()
    (operator, fingerprint), _ = listed(capsys, root, "--only", "return-none")
    (root / "mutants-equivalent.toml").write_text(entry(operator, fingerprint))
    assert run(root, "--only", "return-none") == 1
    assert "listed as equivalent, yet noticed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (entry("return-none", "0" * 12), "lists mutants that do not exist"),
        (entry("return-none", "0" * 12, reason=""), "entry 1 needs an operator, a fingerprint and a reason"),
        ("[[equivalent", "cannot be read as TOML"),
    ],
)
def test_a_wrong_list_of_equivalents_is_an_error(
    example: Example, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    root = example()
    (root / "mutants-equivalent.toml").write_text(text)
    assert run(root) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tests", "message"),
    [("def test_red(): assert False\n", "is not green before"), ("", "has no test to run")],
)
def test_a_suite_that_proves_nothing_is_not_assessed(
    example: Example, capsys: pytest.CaptureFixture[str], tests: str, message: str
) -> None:
    assert run(example(tests=tests), "--only", "return-none") == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "nonsense"], "--only nonsense: no such operator"),
        (["--source", "nowhere"], "has no .py or .sql file"),
    ],
)
def test_nothing_to_judge_is_an_error(
    example: Example, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert run(example(), *options) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("app", "message"), [('"""Nothing."""\n', "nothing to change"), ("def f(:\n", "cannot be read as source")]
)
def test_code_without_a_mutant_is_an_error(
    example: Example, capsys: pytest.CaptureFixture[str], app: str, message: str
) -> None:
    assert run(example(app=app)) == 2
    assert message in capsys.readouterr().err


def test_a_sample_is_the_same_for_the_same_seed(example: Example, capsys: pytest.CaptureFixture[str]) -> None:
    root = example(app="def f(a, b):\n    return a + b > 1 or not (a and b < 3)\n")
    every = listed(capsys, root)
    first, again = (listed(capsys, root, "--sample", "3", "--seed", "7") for _ in range(2))
    assert first == again
    assert len(first) == 3
    assert set(first) < set(every)


def test_a_test_that_notices_a_rewrite_is_reported(
    example: Example, capsys: pytest.CaptureFixture[str]
) -> None:
    tests = (
        "import inspect\nfrom app import shop\n\n\n"
        "def test_change_detector():\n    assert 'outcome' not in inspect.getsource(shop.total)\n"
    )
    assert run(example(tests=tests), "--rewrites", "--only", "result-variable", "--minimum", "90") == 1
    printed = capsys.readouterr().out
    assert "1 of 2 rewrites stay green: 50.0 %" in printed
    assert "noticed by test_shop.py::test_change_detector" in printed


def test_a_rewrite_that_the_oracle_refuses_is_an_error(
    example: Example, capsys: pytest.CaptureFixture[str]
) -> None:
    tests = (
        "import inspect\nimport pytest\nfrom app import shop\n\n\n@pytest.mark.integration\n"
        "def test_oracle():\n    assert 'outcome' not in inspect.getsource(shop.total)\n"
    )
    root = example(tests=tests)
    (root / "pytest.ini").write_text("[pytest]\npythonpath = .\nmarkers = integration\n")
    assert run(root, "--rewrites", "--only", "result-variable", "--oracle", "integration") == 2
    assert "1 rewrites change behaviour" in capsys.readouterr().err


def test_a_run_that_takes_too_long_is_ended(example: Example) -> None:
    root = example()
    verdict = running.Suite(root).run(root, 0.0)
    assert (verdict.state, verdict.exit_code) == ("timeout", None)


def test_a_suite_that_breaks_by_itself_proves_nothing(
    example: Example, capsys: pytest.CaptureFixture[str]
) -> None:
    tests = "from pathlib import Path\n\n\ndef test_once():\n    Path('trace').touch(exist_ok=False)\n"
    assert run(example(tests=tests), "--only", "return-none", "--sample", "1") == 2
    assert "is not green any more with every change undone" in capsys.readouterr().err


def test_an_interpreter_that_is_missing_is_an_error(
    example: Example, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(example(), "--python", str(tmp_path / "none")) == 2
    assert "cannot be started" in capsys.readouterr().err
