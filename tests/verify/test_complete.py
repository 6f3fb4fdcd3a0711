"""Which ways through a module the tests take, and in which words verify.py tells of the others."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.verify.commanding import Shop
from tests.verify.ways import WAYS, WAYS_TESTS


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    shop = Shop(tmp_path_factory.mktemp("ways"))
    shop.write("src/ways.py", WAYS)
    shop.write("tests/test_ways.py", WAYS_TESTS)
    done = shop.told("tests/test_ways.py", "--module", "src/ways.py", "--only", "complete", "--no-cache")
    assert done.code == 1, done.err
    data: dict[str, Any] = done.data
    return data


def expected(text: str) -> set[tuple[int, str]]:
    lines = enumerate(text.splitlines(), 1)
    return {(number, found[1]) for number, line in lines if (found := re.search(r"# gap: (.+)", line))}


def test_each_way_that_is_not_taken_is_told_in_words(ways: dict[str, Any]) -> None:
    found = {(one["line"], one["about"]) for one in ways["gaps"]}
    assert found == expected(WAYS)


def test_each_way_comes_with_the_name_of_a_test(ways: dict[str, Any]) -> None:
    names = {one["subject"]: one["suggestion"] for one in ways["gaps"]}
    assert names["plain"] == "test_plain_raises_404_when_value_is_none"
    assert names["never"].startswith("test_never")
    assert names["handled"] == "test_handled_maps_value_error_to_422"
    assert all(re.fullmatch(r"test_\w+", one) for one in names.values())


def test_lines_and_branches_are_counted(ways: dict[str, Any]) -> None:
    (figures,) = ways["coverage"]
    assert figures["measured_by"] in ("sys.settrace", "sys.monitoring")
    assert figures["lines"] - figures["lines_run"] == len(figures["missing_lines"])
    assert figures["branches"] - figures["branches_run"] == len(figures["missing_branches"])
    lines = WAYS.splitlines()
    missed = {lines[one - 1].strip() for one in figures["missing_lines"]}
    assert missed.isdisjoint(
        {"return doubled", "return value", "value = await call()", "yield 2", "raise Problem(500)"}
    )
    assert "raise NotImplementedError" not in missed


def test_coverage_py_counts_the_same(tmp_path: Path, ways: dict[str, Any]) -> None:
    coverage = pytest.importorskip("coverage")
    shop = Shop(tmp_path)
    shop.write("src/ways.py", WAYS)
    shop.write("tests/test_ways.py", WAYS_TESTS)
    run = f"""
    import sys
    import coverage, pytest
    sys.path.insert(0, {str(shop.root)!r})
    sys.dont_write_bytecode = True
    measured = coverage.Coverage(data_file=None, branch=True, include=["*/src/ways.py"], config_file=False)
    measured.start()
    pytest.main(["-q", "-p", "no:cacheprovider", "tests/test_ways.py"])
    measured.stop()
    measured.json_report(outfile={str(tmp_path / "told.json")!r})
    """
    assert coverage.__version__
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(run)], cwd=shop.root, check=True, capture_output=True
    )
    told = json.loads((tmp_path / "told.json").read_text())["files"]["src/ways.py"]
    (figures,) = ways["coverage"]
    ours = set(figures["missing_lines"])
    unseen = {number for number, line in enumerate(WAYS.splitlines(), 1) if "NotImplementedError" in line}
    guard = {number for number, line in enumerate(WAYS.splitlines(), 1) if "print(plain(1))" in line}
    assert ours == set(told["missing_lines"]) - unseen - guard
