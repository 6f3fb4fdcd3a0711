"""Shell blocks are run, configurations configure, workflows work, trees and outputs are there."""

from __future__ import annotations

import pytest

from .conftest import Bundle

SKILL = 'SKILL_DIR="/absolute/folder/of/this/skill"'


@pytest.mark.parametrize(
    "text",
    [
        "# a remark\npytest -q tests/test_app.py::test_total_adds",
        "pytest -q \\\n  -k test_total_adds  # one test",
        "$ mkdir -p made\n$ ls made",
        "make demo PYTHON=python3.12",
        "python -m pip install pytest 'pytest-asyncio>=1.0'\npip install -r requirements.txt",
        f'{SKILL}; python3 "$SKILL_DIR/scripts/tool.py" --merge',
        'py "$SKILL_DIR/scripts/tool.py"',
        'uv run "$SKILL_DIR/scripts/tool.py" --merge',
        "git clone https://example.org/x && false",
    ],
)
def test_shell_lines_that_hold(bundle: Bundle, text: str) -> None:
    bundle.block("bash", text)
    code, said = bundle.check()
    assert code == 0, said
    assert "shell lines" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pytest -q tests/test_app.py::test_total_is_wrong", "failed: pytest -q"),
        ("pytest -q tests/nowhere.py", "failed: pytest -q tests/nowhere.py"),
        ("pytest --no-such-flag", "failed: pytest --no-such-flag"),
        ("ls nowhere\nls", "failed: ls nowhere"),
        ("make demo nonsense", "the Makefile has no target 'nonsense'"),
        ("pip install left-pad", "left-pad is not in requirements.lock"),
        ("pip install 'pytest>>9'", "is no requirement"),
        ('python "$SKILL_DIR/scripts/tool.py" --mrege', "scripts/tool.py --help does not know --mrege"),
        ('python "$SKILL_DIR/scripts/tool.py" --mer', "scripts/tool.py --help does not know --mer"),
        ("uv run scripts/gone.py", "scripts/gone.py does not exist"),
        ("echo 'open", "is no shell command"),
        ("# nothing but a remark", "a shell block without a command"),
    ],
)
def test_shell_lines_that_do_not_hold(bundle: Bundle, text: str, said: str) -> None:
    bundle.block("bash", text)
    code, output = bundle.check()
    assert code == 1
    assert said in output
    assert "references/page.md:6: " in output


def test_shell_lines_leave_the_example_as_it_was(bundle: Bundle) -> None:
    bundle.block("bash", "rm -r tests app.py\nmkdir made")
    assert bundle.check()[0] == 0
    assert sorted(path.name for path in (bundle.root / "examples/users").iterdir()) == [
        "app.py",
        "pyproject.toml",
        "tests",
    ]


def test_a_block_names_the_example_that_it_is_run_in(bundle: Bundle) -> None:
    (bundle.root / "examples/other").mkdir()
    (bundle.root / "examples/other/only_here.txt").write_text("")
    bundle.block("bash", "ls only_here.txt", "in: examples/other")
    assert bundle.check()[0] == 0
    bundle.block("bash", "ls", "in: examples/gone")
    assert "examples/gone does not exist" in bundle.check()[1]


PASSING = 'python_functions = ["test_total_adds"]'


@pytest.mark.parametrize("table", ["tool.pytest.ini_options", "tool.pytest"])
def test_a_configuration_is_used_for_a_real_run(bundle: Bundle, table: str) -> None:
    bundle.block("toml", f'[{table}]\n{PASSING}\naddopts = ["--strict-config"]')
    code, said = bundle.check()
    assert code == 0, said
    assert "1 configurations" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f'[tool.pytest.ini_options]\n{PASSING}\nno_such_key = 1\naddopts = ["--strict-config"]',
            "Unknown config option",
        ),
        ('[tool.pytest.ini_options]\npython_functions = ["test_total_is_wrong"]', "1 failed"),
        ('[tool.pytest.ini_options]\npython_functions = ["none"]', "ended with 5"),
        ("[tool.pytest\n", "this TOML does not parse"),
        ("[tool.ruff]\nline-length = 100", "has to configure pytest"),
    ],
)
def test_a_configuration_that_does_not_hold_is_red(bundle: Bundle, text: str, said: str) -> None:
    bundle.block("toml", text)
    code, output = bundle.check()
    assert code == 1
    assert said in output


def workflow(run: str, uses: str = "actions/checkout@v4") -> str:
    return f"""\
jobs:
  tests:
    strategy:
      matrix:
        only: [test_total_adds, test_total_is_wrong]
    steps:
      - uses: {uses}
      - run: |
          {run}"""


def test_the_steps_of_a_workflow_are_run(bundle: Bundle) -> None:
    bundle.block("yaml", workflow("pytest -k ${{ matrix.only }}"))
    code, said = bundle.check()
    assert (code, "2 workflow steps" in said) == (0, True), said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (workflow("pytest -k test_total_is_wrong"), "failed: pytest -k test_total_is_wrong"),
        (workflow("pytest -k ${{ matrix.nothing }}"), "the matrix has no 'nothing'"),
        (workflow("pytest", uses="checkout"), "job tests: a step needs run: or uses: owner/name@ref"),
        ("a: [", "this YAML does not parse"),
        ("- a", "has to be a mapping"),
    ],
)
def test_a_workflow_that_does_not_hold_is_red(bundle: Bundle, text: str, said: str) -> None:
    bundle.block("yaml", text)
    code, output = bundle.check()
    assert code == 1
    assert said in output


TREE = "users/\n├── app.py            # the application\n└── tests/\n    └── test_app.py"


def test_a_drawn_tree_is_there(bundle: Bundle) -> None:
    bundle.block("text", TREE, "tree: examples")
    code, said = bundle.check()
    assert (code, "4 tree entries" in said) == (0, True), said


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (
            TREE.replace("test_app", "test_gone"),
            "examples/users/tests/test_gone.py is drawn and is not there",
        ),
        (TREE.replace("tests/", "tests"), "examples/users/tests is drawn and is not there"),
        ("", "a tree without an entry"),
    ],
)
def test_a_tree_that_is_not_there_is_red(bundle: Bundle, drawn: str, said: str) -> None:
    bundle.block("text", drawn, "tree: examples")
    code, output = bundle.check()
    assert code == 1
    assert said in output


FAILING = "output: pytest -q tests/test_app.py::test_total_is_wrong"


def test_an_output_is_what_the_command_prints(bundle: Bundle) -> None:
    lines = [
        '>       assert total(["1", "2"]) == 4',
        "...",
        "E ... assert Decimal(...) == 4",
        "1 failed in ...s",
    ]
    bundle.block("text", "\n".join(lines), FAILING)
    code, said = bundle.check()
    assert (code, "1 outputs" in said) == (0, True), said


def test_an_output_that_is_not_printed_is_red(bundle: Bundle) -> None:
    bundle.block("text", "2 failed", FAILING)
    code, said = bundle.check()
    assert code == 1
    assert "does not print '2 failed'" in said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("javascript", "nothing here can hold a block of language 'javascript'"),
        ("", "nothing here can hold a block of language ''"),
        ("text", "a text block needs <!-- tree: --> or <!-- output: -->"),
    ],
)
def test_a_block_that_nothing_can_hold_is_red(bundle: Bundle, language: str, said: str) -> None:
    bundle.block(language, "anything")
    code, output = bundle.check()
    assert code == 1
    assert said in output


@pytest.mark.parametrize(
    ("prose", "said"),
    [
        ("See [there](gone.md#part).", "references/page.md:1: the link to gone.md leads nowhere"),
        ("Run `scripts/gone.py`.", "references/page.md:1: scripts/gone.py does not exist"),
    ],
)
def test_a_dead_reference_is_red(bundle: Bundle, prose: str, said: str) -> None:
    bundle.page(f'{prose}\n<!-- code: examples/users/app.py::TABLE -->\n```python\nTABLE = "users"\n```\n')
    code, output = bundle.check()
    assert (code, said in output) == (1, True)


def test_live_references_are_fine(bundle: Bundle) -> None:
    bundle.page("# Other\n", "references/other.md")
    bundle.page(
        "[a](other.md#x) [b](https://example.org/x) [c](#here) `scripts/tool.py`\n"
        '<!-- code: examples/users/app.py::TABLE -->\n```python\nTABLE = "users"\n```\n'
    )
    assert bundle.check()[0] == 0
