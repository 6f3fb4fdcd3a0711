"""The clean run knows every fixture, also one that another fixture takes by its name."""

from __future__ import annotations

import sys
from pathlib import Path

from async_testing.verifying.clean import clean_run
from async_testing.verifying.launching import Target

TESTS = """\
import pytest


@pytest.fixture(scope="session")
def database_server():
    return "a server"


@pytest.fixture
def database(request):
    return request.getfixturevalue("database_server")


def test_it(database):
    assert database == "a server"
"""


def test_a_fixture_that_is_taken_by_name_is_known(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "code.py").write_text("A = 1\n")

    clean = clean_run(Target(tmp_path, sys.executable, ("test_it.py",)), ["code.py"], 60)

    assert {"database", "database_server"} <= clean.fixtures
