"""The GitHub Action: its step run by a shell as a runner would."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.channels.conftest import REPOSITORY, TEST, git, yaml_blocks

ACTION: dict[str, Any] = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))


class Done(NamedTuple):
    code: int
    out: str
    outputs: dict[str, str]


def run(host: Path, **inputs: str) -> Done:
    """Run every step in the working folder of a project, with these inputs and the others' defaults."""
    given = {name: one["default"] for name, one in ACTION["inputs"].items()}
    given |= {"python": sys.executable, **inputs}
    known = {
        "github.action_path": str(REPOSITORY),
        **{f"inputs.{name}": value for name, value in given.items()},
    }
    out, code = "", 0
    outputs = host.parent / "outputs"
    outputs.write_text("")
    for step in ACTION["runs"]["steps"]:
        assert step["shell"] == "bash"
        values = {
            name: re.sub(r"\$\{\{ (\S+) \}\}", lambda match: known[match[1]], value)
            for name, value in step["env"].items()
        }
        script = host.parent / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=host,
            env={**os.environ, **values, "GITHUB_OUTPUT": str(outputs), "XDG_CACHE_HOME": str(host.parent)},
            capture_output=True,
            text=True,
            check=False,
        )
        out += done.stdout + done.stderr
        code = code or done.returncode
    pairs = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
    return Done(code, out, pairs)


def test_it_is_a_composite_action_whose_text_takes_nothing_in() -> None:
    """Inputs come as variables: put into the text of a step they would be run."""
    assert ACTION["runs"]["using"] == "composite"
    assert all("${{" not in step["run"] for step in ACTION["runs"]["steps"])
    assert {"name", "description", "inputs", "outputs", "runs"} == set(ACTION)


def test_the_page_about_ci_gives_inputs_that_there_are_and_uploads_what_is_written(host: Path) -> None:
    steps = [
        step
        for block in yaml_blocks("references/ci.md")
        for job in block.get("jobs", {}).values()
        for step in job["steps"]
    ]
    (step,) = (one for one in steps if "/async-testing-expert@" in one.get("uses", ""))
    (upload,) = (one for one in steps if "upload-sarif" in one.get("uses", ""))
    assert set(step["with"]) <= set(ACTION["inputs"])
    git(host, "commit", "-q", "-m", "before")
    git(host, "update-ref", "refs/remotes/origin/main", "HEAD")
    (host / "tests" / "test_new.py").write_text(TEST, encoding="utf-8")
    done = run(host, **step["with"])
    assert (done.code, done.outputs) == (1, {"findings": "1"}), done.out
    assert (host / upload["with"]["sarif_file"]).is_file()


def test_a_finding_is_an_annotation_and_fails_the_step(host: Path) -> None:
    done = run(host)
    assert done.code == 1
    assert "::error title=AT103 unawaited-call,file=tests/test_save.py,line=9,col=5,endLine=9::" in done.out
    assert done.outputs == {"findings": "1"}


def test_what_is_clean_passes(host: Path) -> None:
    file = host / "tests" / "test_save.py"
    file.write_text(TEST.replace('save("Ann")', 'assert await save("Ann") is None'), encoding="utf-8")
    done = run(host)
    assert (done.code, done.outputs) == (0, {"findings": "0"}), done.out
    assert "::error" not in done.out


def test_paths_and_arguments(host: Path) -> None:
    git(host, "mv", "tests/test_save.py", "tests/test_kept.py")
    (host / "tests" / "test_other.py").write_text(TEST, encoding="utf-8")
    assert run(host).outputs == {"findings": "2"}
    assert run(host, paths="tests/test_other.py\n  tests/test_kept.py").outputs == {"findings": "2"}
    assert run(host, paths="tests/test_other.py").outputs == {"findings": "1"}
    assert run(host, arguments="--select=AT2\n\n--exit-zero\n").code == 0


def test_inputs_are_never_run(host: Path) -> None:
    for bad in ("$(touch made)", "`touch made`", "; touch made", "tests; touch made", "*"):
        assert run(host, paths=bad).code == 2
        assert run(host, arguments=f"--select={bad}").code == 2
    assert not (host / "made").exists()


def test_a_report_for_code_scanning(host: Path) -> None:
    done = run(host, sarif="report.sarif")
    assert done.code == 1
    told = json.loads((host / "report.sarif").read_text(encoding="utf-8"))
    assert [one["ruleId"] for one in told["runs"][0]["results"]] == ["AT103"]


@pytest.mark.parametrize("inputs", [{"paths": "nowhere"}, {"arguments": "--no-such-flag"}])
def test_what_cannot_be_judged_fails_and_says_why(host: Path, inputs: dict[str, str]) -> None:
    done = run(host, **inputs)
    assert done.code == 2
    assert "nowhere" in done.out or "--no-such-flag" in done.out
    assert done.outputs == {}
