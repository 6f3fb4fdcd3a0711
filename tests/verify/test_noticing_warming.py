"""What forks would each work out again is worked out before: bytecode of what tests import late, and patterns."""

import re
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest
from async_testing.inside import warming


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SourceFileLoader:
    """A loader of a file that was made ready."""
    monkeypatch.setattr(SourceFileLoader, "source_to_code", SourceFileLoader.source_to_code)
    path = tmp_path / "helper.py"
    path.write_text("answer = 42\n")
    warming.warm([str(path)], [])
    return SourceFileLoader("helper", str(path))


def test_a_file_that_is_imported_late_has_been_compiled(helper: SourceFileLoader) -> None:
    data = helper.get_data(helper.path)

    first = helper.source_to_code(data, helper.path)

    assert helper.source_to_code(data, helper.path) is first
    assert first.co_filename == helper.path
    names: dict[str, int] = {}
    exec(first, names)
    assert names["answer"] == 42


def test_another_text_or_optimization_is_compiled_as_it_is(helper: SourceFileLoader) -> None:
    data = helper.get_data(helper.path)
    known = helper.source_to_code(data, helper.path)

    changed = helper.source_to_code(b"answer = 43\n", helper.path)
    optimized = helper.source_to_code(data, helper.path, _optimize=2)

    assert 43 in changed.co_consts
    assert optimized is not known


def test_files_and_patterns_that_are_no_longer_there_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SourceFileLoader, "source_to_code", SourceFileLoader.source_to_code)
    re.purge()

    warming.warm([str(tmp_path / "gone.py")], [("(", 0), ("a+b", int(re.IGNORECASE))])

    assert ("a+b", int(re.compile("a+b", re.IGNORECASE).flags & ~re.UNICODE)) in warming.patterns()
    assert all(pattern != "(" for pattern, _ in warming.patterns())
