"""SKILL.md is what agents and their validator accept, and every document keeps its promises to the reader."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from documentation.blocks import blocks_of, documents
from documentation.cli import in_step

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCES = sorted((REPOSITORY / "references").glob("*.md"))
WORDS = "async tests, pytest-asyncio, FastAPI, asyncpg, psqlpy, SQLAlchemy, fixtures, mock database, flaky"
PATTERNS = ["dao", "exceptions", "services", "connection-patching", "batch", "endpoints", "several-results"]
TOPICS = [
    "organisation",
    "fixtures",
    "fakes",
    "real-database",
    "checklist",
    "pitfalls",
    "performance",
    "ci",
    "commands",
]


@pytest.fixture(scope="module")
def skill() -> str:
    return (REPOSITORY / "SKILL.md").read_text(encoding="utf-8")


def test_the_validator_accepts_it(tmp_path: Path) -> None:
    folder = tmp_path / "async-testing-expert"
    folder.mkdir()
    shutil.copy(REPOSITORY / "SKILL.md", folder)
    validator = Path(sys.executable).with_name("agentskills")
    done = subprocess.run([validator, "validate", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_read_whole_by_agents_that_cut_off(skill: str) -> None:
    assert len(skill.encode()) <= 8_000


def test_the_description_says_what_and_when_in_the_words_people_use(skill: str) -> None:
    line = next(line for line in skill.splitlines() if line.startswith("description:"))
    description = yaml.safe_load(skill.split("---")[1])["description"]
    assert re.fullmatch(r'description: ".*"', line)
    assert len(description) <= 1_024
    assert not set("<>") & set(description)
    assert [word for word in WORDS.split(", ") if word not in description] == []
    assert "Use it when" in description


@pytest.mark.parametrize("name", [*(f"pattern-{name}" for name in [*PATTERNS, "parametrization"]), *TOPICS])
def test_each_promised_pattern_and_topic_has_its_file(name: str) -> None:
    assert REPOSITORY / f"references/{name}.md" in REFERENCES


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: path.stem)
def test_a_reference_says_when_to_load_it_and_shows_something(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert lines[2].startswith("**Load when** ")
    assert blocks_of(path, REPOSITORY)


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: path.stem)
def test_references_link_to_files_beside_them_only(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not re.fullmatch(r"[a-z-]+\.md", link)] == []


def test_only_scripts_that_exist_are_named() -> None:
    named = {
        name
        for path in documents(REPOSITORY)
        for name in re.findall(r"\b(?:scripts/|`)(\w+\.py)\b", path.read_text(encoding="utf-8"))
    }
    ours = {path.name for path in (REPOSITORY / "scripts").glob("*.py")}
    assert {name for name in named if name in ("plan.py", "check.py", "verify.py")} <= ours
    assert "scaffold.py" in named


def test_every_copy_is_fresh_and_every_link_leads_somewhere() -> None:
    """What `tools/docs.py --check` also holds, without running what the documents show."""
    blocks = [block for path in documents(REPOSITORY) for block in blocks_of(path, REPOSITORY)]
    report = in_step(REPOSITORY, blocks)
    assert report.problems == []
    assert report.counts["Python blocks"] >= 40


def test_what_goes_wrong_is_told_in_the_words_of_the_scripts() -> None:
    """Those of Python and pytest aside."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    section = readme[readme.index("## When something goes wrong") : readme.index("## Work on it")]
    messages = re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)
    said = "\n".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "scripts").rglob("*.py"))
    foreign = {"Event loop is closed", "was never awaited"}
    assert [one for one in messages if one not in said and one not in foreign] == []
    assert len(messages) > len(foreign)
