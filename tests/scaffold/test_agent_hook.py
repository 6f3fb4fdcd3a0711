"""The hook for Claude Code comes where it is asked for, and takes nothing away."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.scaffold.conftest import SCRIPT, Sandbox, Scaffold

SETTINGS = ".claude/settings.json"
MINE = {"permissions": {"allow": ["Bash(ls)"]}, "hooks": {"Stop": []}}


def test_never_without_being_asked(shop: Sandbox, scaffold: Scaffold) -> None:
    scaffold()

    assert not (shop.root / ".claude").exists()


def test_the_hook_that_is_written_judges_what_claude_code_edits(shop: Sandbox, scaffold: Scaffold) -> None:
    assert scaffold("--with-agent-hook").code == 0
    (hook,) = json.loads(shop.text(SETTINGS))["hooks"]["PostToolUse"]
    shop.write({"tests/test_bad.py": "async def save(): ...\n\n\nasync def test_bad():\n    save()\n"})
    event = {"tool_input": {"file_path": str(shop.root / "tests/test_bad.py")}}

    done = subprocess.run(
        ["sh", "-c", hook["hooks"][0]["command"]],
        input=json.dumps(event),
        env={**os.environ, "CLAUDE_PROJECT_DIR": str(shop.root)},
        cwd=shop.root,
        capture_output=True,
        text=True,
    )

    assert hook["matcher"] == "Edit|MultiEdit|Write"
    assert done.returncode == 2
    assert "tests/test_bad.py:5: AT103" in done.stderr


def test_a_second_run_changes_nothing(shop: Sandbox, scaffold: Scaffold) -> None:
    scaffold("--with-agent-hook")
    before = shop.snapshot()

    again = scaffold("--with-agent-hook")

    assert again.code == 0
    assert "identical  .claude/settings.json" in again.out
    assert shop.snapshot() == before


@pytest.mark.parametrize("indent", [2, 4, "\t"])
def test_other_settings_stay_with_merge(indent: int | str, shop: Sandbox, scaffold: Scaffold) -> None:
    shop.write({SETTINGS: json.dumps(MINE, indent=indent) + "\n"})

    refused = scaffold("--with-agent-hook")
    assert refused.code == 1
    assert json.loads(shop.text(SETTINGS)) == MINE
    assert "--merge" in refused.out.splitlines()[-1]

    assert scaffold("--with-agent-hook", "--merge").code == 0
    merged = json.loads(shop.text(SETTINGS))
    assert len(merged["hooks"].pop("PostToolUse")) == 1
    assert merged == MINE
    assert shop.text(SETTINGS).startswith(json.dumps(MINE, indent=indent).partition("]")[0])
    assert "identical  .claude/settings.json" in scaffold("--with-agent-hook").out


@pytest.mark.parametrize("text", ['{"a":1}', "// mine\n{}\n", "[]", '{\n  "hooks": 1\n}\n'])
def test_settings_that_it_cannot_add_to_are_left_alone(text: str, shop: Sandbox, scaffold: Scaffold) -> None:
    shop.write({SETTINGS: text})

    done = scaffold("--with-agent-hook", "--merge")

    assert done.code == 1
    assert "by hand: {" in done.out
    assert shop.text(SETTINGS) == text


def test_a_skill_inside_of_the_project_is_named_from_its_root(shop: Sandbox) -> None:
    installed = shop.root / ".claude/skills/async-testing-expert/scripts"
    shutil.copytree(SCRIPT.parent, installed, ignore=shutil.ignore_patterns("__pycache__"))

    subprocess.run(
        ["python3", installed / "scaffold.py", ".", "--with-agent-hook"], cwd=shop.root, check=True
    )

    command = json.loads(shop.text(SETTINGS))["hooks"]["PostToolUse"][0]["hooks"][0]["command"]
    assert '"$CLAUDE_PROJECT_DIR/.claude/skills/async-testing-expert/scripts/check.py"' in command


def test_it_goes_with_the_rest(shop: Sandbox, scaffold: Scaffold) -> None:
    before = shop.snapshot()
    scaffold("--with-agent-hook")

    assert scaffold("--remove").code == 0
    assert shop.snapshot() == before


def test_settings_with_more_in_them_stay(shop: Sandbox, scaffold: Scaffold) -> None:
    shop.write({SETTINGS: json.dumps(MINE, indent=2) + "\n"})
    scaffold("--with-agent-hook", "--merge")

    scaffold("--remove")

    assert Path(shop.root, SETTINGS).exists()
