"""The bench of the published skill: what it takes from a text, and what it says where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_published import blocks, main, put, told
from generated import Failure, Row, count

TEXT = """# A skill
```python
class FakeThing:
    pass
```
```bash
pytest
```
```python
async def test_thing():
    assert FakeThing()
```
```python
def test_lost(thing: NoSuchName): ...
```
```python
def broken(:
```
"""


def test_a_missing_folder_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", str(tmp_path)]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert f"{tmp_path / 'indented.md'} is missing" in said.err


def test_fakes_and_tests_are_parted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench_published.HEADER", "from tests.published_fakes import *\n")
    (tmp_path / "tests").mkdir()

    lost = put(tmp_path, blocks(TEXT))

    assert lost == ["test_published_1.py"]
    assert sorted(path.name for path in (tmp_path / "tests").glob("*.py")) == [
        "published_fakes.py",
        "test_published_0.py",
    ]


def test_a_text_without_tests_is_said(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no fakes and tests"):
        put(tmp_path, blocks("```python\nanswer = 42\n```\n"))


def test_what_is_asked_of_a_detail_is_worded_as_the_example_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench_published.HEADER", "")
    (tmp_path / "tests").mkdir()
    asked = "```python\ndef test_detail(error):\n    assert 'Another wording' in error.value.detail\n```\n"

    put(tmp_path, blocks("```python\nclass FakeThing: ...\n```\n" + asked))

    written = (tmp_path / "tests" / "test_published_0.py").read_text()
    assert 'assert "Could not fetch" in error.value.detail' in written


def test_bugs_that_no_test_runs_are_counted_apart() -> None:
    published, ours = Row("users", passed=1, failed=["a", "b"]), Row("users")
    verdicts = (("sql-where", "untested"), ("sql-where", "survived"), ("await-drop", "killed"))
    for operator, verdict in verdicts:
        mutant = {"operator": operator, "path": "a.py", "line": 1, "before": "x", "after": "y"}
        count({"mutant": mutant, "verdict": verdict}, published)
        count({"mutant": mutant, "verdict": "killed"}, ours)

    first, second, third = told(published, ours).splitlines()

    assert "1 of 3 pass" in first
    assert "1 of 3 (33.3 %) bugs, in the SQL 0 of 2 (0.0 %)" in first
    assert second.startswith("1 of the bugs lie")
    assert second.endswith("of the 2 that they run, they notice 1; in the SQL 0 of 1")
    assert third.endswith("3 of 3 (100.0 %) bugs, in the SQL 2 of 2 (100.0 %)")
