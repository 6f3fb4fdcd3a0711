"""What scaffold prints: short, data and notes apart, the next command last, the missing configuration."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from dataclasses import fields

import pytest
from async_testing import reports
from async_testing.cli.scaffold import main
from async_testing.model import Change

from tests.scaffold.conftest import IGNORED, PYPROJECT, SCRIPT, SHOP, STRICT, Sandbox, Scaffold


def test_output_is_short_unless_all_is_asked_for(shop: Sandbox, scaffold: Scaffold) -> None:
    shop.write({"tests/conftest.py": "import pytest\n"})
    shop.write({f"shop/broken_{number}.py": "def (:  # FastAPI(\n" for number in range(30)})
    short = scaffold("--merge", "--dry-run")
    long = scaffold("--merge", "--dry-run", "--all")
    assert len((short.out + short.err).splitlines()) <= 25
    assert len((short.out + short.err).encode()) <= 2000
    assert "more lines: --all shows them" in short.out
    assert len(long.out.splitlines()) > 100
    assert long.err.count("broken_") == 30
    for result in (short, long):
        assert result.out.splitlines()[-1].startswith("next: ")
        assert "next:" not in result.err


@pytest.mark.parametrize("size", [1, 80, 3000])
def test_no_line_is_too_much(size: int, capsys: pytest.CaptureFixture[str]) -> None:
    reports.say(["x" * size] * 40, ["n" * size] * 40, "next: it", everything=False)
    told = capsys.readouterr()
    assert len((told.out + told.err).splitlines()) <= 25
    assert len((told.out + told.err).encode()) <= 2000
    assert told.out.endswith("next: it\n")


def test_json_is_the_changes_field_by_field(shop: Sandbox, scaffold: Scaffold) -> None:
    short = scaffold("--dry-run", "--output-format", "json")
    assert not short.err
    assert len(short.out.splitlines()) == 1
    parsed = json.loads(short.out)
    assert parsed.keys() == {"project", "changes", "notes", "configuration", "fixtures", "next"}
    assert {*parsed["changes"][0]} == {field.name for field in fields(Change)}
    assert not any(one["content"] for one in parsed["changes"])
    full = json.loads(scaffold("--dry-run", "--output-format", "json", "--all").out)
    assert all(one["content"] for one in full["changes"])
    [conftest] = [one for one in full["changes"] if one["path"] == "tests/conftest.py"]
    scaffold()
    assert shop.text("tests/conftest.py") == conftest["content"]


def test_help_tells_side_effects_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    told = capsys.readouterr().out
    assert "Side effects: creates" in told
    assert [line.split()[0] for line in told.partition("exit codes:")[2].splitlines() if line] == [
        "0",
        "1",
        "2",
    ]


def test_the_next_commands_lead_to_a_passing_suite(shop: Sandbox) -> None:
    """Follow the last line, from a dry run over a conflict to pytest."""
    shop.write({"tests/conftest.py": "import pytest\n", "tests/__init__.py": ""})
    shop.write({"tests/test_new.py": "def test_new(client): assert client.get('/state').is_success\n"})
    command, followed = [sys.executable, str(SCRIPT), "..", "--dry-run"], []
    while "pytest" not in command:
        done = subprocess.run(command, cwd=shop.root / "tests", capture_output=True, text=True)
        last = done.stdout.splitlines()[-1]
        assert last.startswith("next: "), done.stdout + done.stderr
        command = shlex.split(last.removeprefix("next: "))
        followed.append(last)
        assert len(followed) < 5, followed
        command[command.index("python")] = sys.executable
    assert shlex.join(command).startswith("cd .. && ") or command[:3] == ["cd", "..", "&&"]
    ran = shop.pytest(command[-1], "-W", "error", "-W", IGNORED, "-o", "pythonpath=.")
    assert ran.counts == {"passed": 1}, followed


HOMES = {
    "pyproject.toml": ("[tool.pytest.ini_options]\n{}", "[tool.pytest.ini_options]"),
    "pytest.ini": ("[pytest]\n{}", "[pytest]"),
    "tox.ini": ("[pytest]\n{}", "[pytest]"),
    "setup.cfg": ("[tool:pytest]\n{}", "[tool:pytest]"),
    "pytest.toml": ("[pytest]\n{}", "[pytest]"),
}


@pytest.mark.parametrize("home", HOMES)
def test_the_printed_configuration_is_all_that_is_missing(
    home: str, sandbox: Sandbox, scaffold: Scaffold
) -> None:
    """Adding the printed lines as they are makes pytest take them, and nothing is missing any more."""
    template, section = HOMES[home]
    sandbox.write({"pyproject.toml": PYPROJECT, "shop/__init__.py": "", "shop/main.py": SHOP})
    sandbox.write(
        {
            "tests/test_new.py": "import pytest\npytestmark = pytest.mark.integration\ndef test_new(app): pass\n"
        }
    )
    before = "" if home != "pyproject.toml" else PYPROJECT
    sandbox.write({home: before + template.format("")})
    result = scaffold("--with-database", "--all")
    assert f"add to {home}, under {section}:" in result.out
    lines = re.findall(r"^    (.*)$", result.out, re.MULTILINE)
    names = {line.partition("=")[0].strip() for line in lines if "=" in line}
    wanted = {"asyncio_mode", "asyncio_default_fixture_loop_scope", "pythonpath", "filterwarnings", "markers"}
    assert names == wanted
    sandbox.write({home: before + template.format("\n".join(lines) + "\n")})
    assert "add to" not in scaffold("--all").out
    assert sandbox.pytest("--strict-markers", "--strict-config").counts == {"passed": 1}


def test_the_printed_filters_fail_an_unawaited_coroutine(shop: Sandbox, scaffold: Scaffold) -> None:
    lines = re.findall(r"^    (.*)$", scaffold("--all").out, re.MULTILINE)
    test = "async def never(): ...\n\ndef test_forgotten():\n    never()\n"
    shop.write({"tests/test_new.py": test})
    assert shop.pytest().counts["passed"] == 1
    shop.write({"pyproject.toml": PYPROJECT + STRICT + "\n".join(lines)})
    assert shop.pytest().counts == {"failed": 1}


def test_nothing_is_printed_where_nothing_is_missing(shop: Sandbox, scaffold: Scaffold) -> None:
    configured = 'asyncio_mode = "strict"\nfilterwarnings = ["error"]\n'
    shop.write({"pyproject.toml": PYPROJECT + STRICT + configured})
    assert "add to" not in scaffold().out
