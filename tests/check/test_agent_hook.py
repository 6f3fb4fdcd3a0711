"""check as Claude Code's hook: silent where all is well, a few lines for the agent where it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.check.conftest import Saved


def edited(path: Path | str) -> bytes:
    """What the hook is given."""
    return json.dumps(
        {
            "session_id": "1",
            "hook_event_name": "PostToolUse",
            "tool_name": "Edit",
            "tool_input": {"file_path": str(path), "old_string": "a", "new_string": "b"},
        }
    ).encode()


def test_a_clean_test_file_is_not_spoken_of(saved: Saved) -> None:
    folder = saved("result = await save('a')", "assert result is None")

    done = folder.check("--agent-hook", stdin=edited(folder.root / "tests/test_save.py"))

    assert done == (0, "", "")


def test_a_defect_reaches_the_agent(saved: Saved) -> None:
    folder = saved("save('a')")

    done = folder.check("--agent-hook", stdin=edited(folder.root / "tests/test_save.py"))

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("tests/test_save.py:10: AT103 save(...) makes a coroutine that nobody awaits")
    assert "; instead: await save(...)" in done.err


def test_only_a_few_lines_of_many(saved: Saved) -> None:
    folder = saved(*["save('a')"] * 20)

    done = folder.check("--agent-hook", stdin=edited(folder.root / "tests/test_save.py"))

    lines = done.err.splitlines()
    assert len(lines) == 7
    assert lines[-1] == f"14 more: python check.py {folder.root / 'tests/test_save.py'}"


def test_a_file_that_does_not_parse_is_told(saved: Saved) -> None:
    folder = saved("save('a'")

    done = folder.check("--agent-hook", stdin=edited(folder.root / "tests/test_save.py"))

    assert done.code == 2
    assert done.err.startswith("tests/test_save.py:")
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("name", ["shop/orders.py", "README.md", "tests/data.json", "tests/gone/test_it.py"])
def test_other_files_are_left_alone(name: str, saved: Saved) -> None:
    folder = saved("save('a')")
    if "gone" not in name:
        folder.write(name, "async def save(): ...\n\n\nsave()\n")

    assert folder.check("--agent-hook", stdin=edited(folder.root / name)) == (0, "", "")


@pytest.mark.parametrize("stdin", [b"", b"not json", b"[]", b'{"tool_input": {}}', b'{"tool_input": null}'])
def test_what_no_hook_is_given(stdin: bytes, saved: Saved) -> None:
    done = saved("save('a')").check("--agent-hook", stdin=stdin)

    assert done.code == 2
    assert "tool_input.file_path" in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("more", [["tests"], ["--fix"], ["--diff"], ["--output-file", "out"]])
def test_it_judges_what_it_is_given_and_nothing_else(more: list[str], saved: Saved) -> None:
    done = saved("save('a')").check("--agent-hook", *more, stdin=b"")

    assert done.code == 2
    assert "--agent-hook judges the one file" in done.err
