"""What each agent's catalogue is told comes from skill.yaml, and only from there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.channels.conftest import REPOSITORY

TOOL = REPOSITORY / "tools" / "manifests.py"
PATHS = (
    ".claude-plugin/plugin.json",
    ".claude-plugin/marketplace.json",
    ".cursor-plugin/plugin.json",
    "agents/openai.yaml",
    "assets/gemini.md",
    "gemini-extension.json",
)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, TOOL, *arguments], capture_output=True, text=True, check=False)


def loaded(path: str) -> Any:
    return yaml.safe_load((REPOSITORY / path).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = loaded("skill.yaml")
    return found


def test_the_committed_manifests_are_up_to_date() -> None:
    done = run("--check")
    assert (done.returncode, done.stdout) == (0, "")


def test_what_is_stale_is_named_and_written_again(tmp_path: Path) -> None:
    text = (REPOSITORY / "skill.yaml").read_text(encoding="utf-8")
    (tmp_path / "skill.yaml").write_text(text, encoding="utf-8")
    held = run("--check", "--root", tmp_path)
    assert held.returncode == 1
    assert [line.partition(":")[0] for line in held.stdout.splitlines()] == list(PATHS)
    assert not (tmp_path / "agents").exists()
    assert run("--root", tmp_path).returncode == 0
    for path in PATHS:
        assert (tmp_path / path).read_bytes() == (REPOSITORY / path).read_bytes()
    (tmp_path / "skill.yaml").write_text(
        re.sub(r"(?m)^version: .*", "version: 9.9.9", text), encoding="utf-8"
    )
    held = run("--check", "--root", tmp_path)
    assert {line.partition(":")[0] for line in held.stdout.splitlines()} == {
        ".claude-plugin/plugin.json",
        ".claude-plugin/marketplace.json",
        ".cursor-plugin/plugin.json",
        "gemini-extension.json",
    }


def test_one_name_and_one_version_everywhere(manifest: dict[str, Any]) -> None:
    market = loaded(".claude-plugin/marketplace.json")
    listed = [loaded(".claude-plugin/plugin.json"), loaded(".cursor-plugin/plugin.json"), *market["plugins"]]
    listed.append(loaded("gemini-extension.json"))
    assert {(one["name"], one["version"]) for one in listed} == {(manifest["name"], str(manifest["version"]))}
    assert market["metadata"]["version"] == str(manifest["version"])


def test_lengths_and_names_are_those_that_catalogues_take(manifest: dict[str, Any]) -> None:
    listing = manifest["listing"]
    assert 25 <= len(listing["summary"]) <= 64
    assert len(listing["description"]) <= 1024
    assert f"${manifest['name']}" in listing["prompt"]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", manifest["name"])
    assert all(re.fullmatch(r"[a-z0-9-]+", one) for one in listing["keywords"])
    front = yaml.safe_load((REPOSITORY / "SKILL.md").read_text(encoding="utf-8").split("---")[1])
    assert listing["license"] == front["license"]
    assert listing["authors"] in (REPOSITORY / "LICENSE").read_text(encoding="utf-8")


def test_paths_in_the_manifests_exist() -> None:
    """Claude Code and Cursor are told where the folder with SKILL.md is, Gemini which file to load."""
    assert loaded(".claude-plugin/plugin.json")["skills"] == ["./"]
    assert "skills" not in loaded(".cursor-plugin/plugin.json")
    assert (REPOSITORY / "SKILL.md").is_file()
    assert (REPOSITORY / loaded("gemini-extension.json")["contextFileName"]).is_file()
    assert loaded(".claude-plugin/marketplace.json")["plugins"][0]["source"] == "./"


def test_json_ends_as_editors_leave_it() -> None:
    for path in PATHS:
        text = (REPOSITORY / path).read_text(encoding="utf-8")
        assert text.endswith("\n")
        if path.endswith(".json"):
            assert json.dumps(json.loads(text), indent=2) + "\n" == text
