"""The bench of the published skill: what it takes from a text, and what it says where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_published import blocks, main, put
from generated import Failure

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
