"""skill.yaml says what is in the folder, line by line, and SKILL.md says the same."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import async_testing
import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
FAKES = REPOSITORY / "scripts/async_testing/templates/fakes"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((REPOSITORY / "skill.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def skill() -> str:
    return (REPOSITORY / "SKILL.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def helps(manifest: dict[str, Any]) -> dict[str, str]:
    """What each script says with --help, white space folded."""
    paths = [script["path"] for script in manifest["scripts"]]
    return {
        path: " ".join(
            subprocess.run(
                [sys.executable, REPOSITORY / path, "--help"], capture_output=True, text=True, check=True
            ).stdout.split()
        )
        for path in paths
    }


def header(manifest_text: str) -> set[str]:
    """The fields that the comment at the top documents."""
    comment = manifest_text.partition("\n\n")[0]
    named = re.findall(r"^# ([a-z, ]+?) {2,}", comment, re.MULTILINE)
    return {name.strip() for names in named for name in names.split(",") if name.strip()}


def rows(skill: str, title: str) -> list[list[str]]:
    """The cells of the table in SKILL.md whose first heading is ``title``."""
    lines = skill[skill.index(f"| {title} |") :].splitlines()
    table = lines[2 : next(place for place, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table]


def test_every_field_is_documented_in_the_header(manifest: dict[str, Any]) -> None:
    text = (REPOSITORY / "skill.yaml").read_text(encoding="utf-8")
    assert header(text) == set(manifest)
    comment = text.partition("\n\n")[0]
    inner = {key for kind in ("scripts", "references", "drivers") for each in manifest[kind] for key in each}
    assert {key for key in inner | set(manifest["requirements"]) if key not in comment} == set()


def test_name_and_version_are_those_of_the_bundle(manifest: dict[str, Any], skill: str) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    front = yaml.safe_load(skill.split("---")[1])
    assert manifest["name"] == project["name"] == front["name"]
    versions = {
        str(manifest["version"]),
        project["version"],
        front["metadata"]["version"],
        async_testing.__version__,
    }
    assert versions == {async_testing.__version__}


def test_requirements_are_those_that_were_tried(manifest: dict[str, Any]) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8").lower()
    wanted = (REPOSITORY / "requirements.in").read_text(encoding="utf-8").split()
    assert manifest["requirements"]["python"] == project["requires-python"]
    for needed in manifest["requirements"]["project"]:
        assert needed["package"] in wanted
        assert f"\n{needed['package']}=={needed['tried']} " in f"\n{lock}"


def test_scripts_import_no_package(manifest: dict[str, Any]) -> None:
    """-S hides every installed package, -I the environment and the working folder."""
    assert manifest["requirements"]["scripts"] == []
    for script in manifest["scripts"]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", REPOSITORY / script["path"], "--help"], check=False
        )
        assert done.returncode == 0


APP = """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def home() -> str:
    return "home"
"""
ASKED_FOR_MORE = {"verify", "combine", "hook"}
"""Verbs that want more than a folder; that they write nothing is held by tests of their own."""
RECORDED = {
    "version": 1,
    "driver": "aiosqlite",
    "method": "execute",
    "statement": "SELECT 1",
    "parameters": [],
    "batch": False,
    "rows": None,
    "test": "tests/test_app.py::test_nothing",
    "path": "app.py",
    "line": 1,
}


def test_every_script_is_listed(manifest: dict[str, Any]) -> None:
    listed = [script["path"] for script in manifest["scripts"]]
    assert listed == [f"scripts/{path.name}" for path in sorted((REPOSITORY / "scripts").glob("*.py"))]


def test_options_are_those_of_help(manifest: dict[str, Any], helps: dict[str, str]) -> None:
    for script in manifest["scripts"]:
        said = helps[script["path"]].partition("options:")[2].partition("exit codes:")[0]
        defined = set(re.findall(r"(?:^| )(--[a-z][a-z-]*)(?= [A-Z{]| {1,}[a-z])", said))
        usage = set(re.findall(r"\[(--[a-z-]+)", helps[script["path"]])) | {"--help"}
        assert set(script["options"]) == usage
        assert usage <= defined


def test_verbs_are_options_and_say_whether_they_write(
    manifest: dict[str, Any], helps: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "test_app.py").write_text("def test_nothing() -> None:\n    assert 1 + 1 == 2\n")
    record = tmp_path.parent / "record.jsonl"
    record.write_text(json.dumps(RECORDED) + "\n")
    for script in manifest["scripts"]:
        flags = [verb["flag"] for verb in script["verbs"]]
        assert {flag for flag in flags if flag} <= set(script["options"])
        for verb in script["verbs"]:
            if not verb["writes"] and verb["name"] not in ASKED_FOR_MORE:
                given = [record] if verb["flag"] == "--replay" else [] if verb["flag"] else [tmp_path]
                if verb["name"] == "plan":
                    given = [tmp_path / "app.py"]
                if verb["name"] == "verify":
                    given = [tmp_path, "--only", "steady", "--no-cache"]
                flag = [verb["flag"]] if verb["flag"] else []
                subprocess.run(
                    [sys.executable, REPOSITORY / script["path"], *flag, *given],
                    check=True,
                    capture_output=True,
                    cwd=tmp_path,
                )
                assert sorted(path.name for path in tmp_path.iterdir()) == ["app.py", "test_app.py"]


def test_exit_codes_and_side_effects_are_in_the_words_of_help(
    manifest: dict[str, Any], helps: dict[str, str]
) -> None:
    for script in manifest["scripts"]:
        said = helps[script["path"]]
        codes = " ".join(f"{code} {meaning}" for code, meaning in script["exit_codes"].items())
        assert said.endswith(f"exit codes: {codes}")
        assert f"Side effects: {' '.join(script['side_effects'].split())}" in said


def test_every_reference_is_listed_with_its_size(manifest: dict[str, Any]) -> None:
    listed = {reference["path"]: reference for reference in manifest["references"]}
    found = {
        f"references/{path.name}": path for path in (REPOSITORY / "references").rglob("*") if path.is_file()
    }
    assert set(listed) == set(found)
    for name, path in found.items():
        content = path.read_bytes()
        assert (listed[name]["bytes"], listed[name]["tokens"]) == (
            len(content),
            len(content.decode()) // 4,
        ), name


def test_drivers_are_those_with_fakes(manifest: dict[str, Any]) -> None:
    with_fakes = [
        path.parent for path in sorted(FAKES.glob("*/__init__.py")) if "FakeConnection" in path.read_text()
    ]
    assert [driver["name"] for driver in manifest["drivers"]] == [path.stem for path in with_fakes]
    for driver, path in zip(manifest["drivers"], with_fakes, strict=True):
        assert REPOSITORY / driver["fakes"] == path
        assert (REPOSITORY / driver["reference"]).is_file()


def test_the_table_of_references_is_that_of_skill_md(manifest: dict[str, Any], skill: str) -> None:
    listed = [[reference["load_when"], reference["path"]] for reference in manifest["references"]]
    assert [[when, f"references/{name}"] for when, name in rows(skill, "load when")] == listed


def test_the_table_of_scripts_is_that_of_skill_md(manifest: dict[str, Any], skill: str) -> None:
    table = rows(skill, "script")
    assert [row[0] for row in table] == [script["path"] for script in manifest["scripts"]]
    for row, script in zip(table, manifest["scripts"], strict=True):
        assert re.findall(r"\b\d(?= )", row[2]) == [str(code) for code in script["exit_codes"]]
