"""Adding the missing fixtures to a conftest that somebody else wrote."""

from __future__ import annotations

import json

import pytest

from tests.scaffold.conftest import IGNORED, Sandbox, Scaffold

CONFTEST = "tests/conftest.py"
MINE = '''\
"""Mine."""
import os
from typing import Iterator

import pytest

from shop.main import create_app
app = create_app()   # odd  spacing stays


@pytest.fixture
def client() -> Iterator[str]:
    yield "mine"
'''
SUITE = """\
import pytest

def test_mine_stays(client):
    assert client == "mine"

@pytest.mark.asyncio
async def test_added(async_client, override_dependency, fake_pool, faker):
    assert (await async_client.get("/state")).json()["open"] is True
"""


def test_only_missing_fixtures_are_added_and_the_rest_stays(shop: Sandbox, scaffold: Scaffold) -> None:
    shop.write({CONFTEST: MINE, "tests/__init__.py": "", "tests/test_suite.py": SUITE})
    told = scaffold("--merge", "--dry-run", "--all")
    assert told.code == 0
    assert shop.text(CONFTEST) == MINE
    diff = [
        line
        for line in told.out.splitlines()
        if line.startswith(("+", "-")) and line[:3] not in ("+++", "---")
    ]
    assert '+@pytest.fixture(name="app")' in diff
    assert not [line for line in diff if line.startswith("-")]

    assert scaffold("--merge").code == 0
    merged = shop.text(CONFTEST)
    added = [line[1:] for line in diff]
    remaining = iter(merged.splitlines())
    assert all(line in remaining for line in MINE.splitlines())
    assert sorted([*MINE.splitlines(), *added]) == sorted(merged.splitlines())
    assert "def client(" in merged
    assert merged.count("def client(") == 1
    assert shop.pytest("-W", "error", "-W", IGNORED).counts == {"passed": 2}

    before = shop.snapshot()
    assert scaffold().code == 0
    assert scaffold("--merge").code == 0
    assert shop.snapshot() == before


def test_without_merge_it_is_a_conflict_that_shows_the_diff(shop: Sandbox, scaffold: Scaffold) -> None:
    shop.write({CONFTEST: MINE})
    result = scaffold("--output-format", "json", "--all")
    assert result.code == 1
    [change] = [one for one in json.loads(result.out)["changes"] if one["path"] == CONFTEST]
    assert change["state"] == "conflict"
    assert "--merge adds only them" in change["reason"]
    assert "+async def async_client(" in change["diff"]
    assert shop.text(CONFTEST) == MINE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# only a comment",
        b'"""Only a docstring."""',
        b"from __future__ import annotations\n",
        b"import pytest",
        b"import pytest\n\n\nVALUE = 1",
        b"\xef\xbb\xbfimport pytest\r\n\r\nVALUE = '\xc3\xa9'\r\n",
        b"# -*- coding: latin-1 -*-\nimport pytest\nVALUE = '\xe9'\n",
        b"import pytest\r\nVALUE = 1\r\n",
        b"if True:\n    import pytest\nVALUE = '''\x0c\n'''\n",
        b"import os; import pytest\n\n\nclass Late: ...\n\n\nimport sys  # noqa\n",
        b"from typing import (\n    TYPE_CHECKING,\n)\nif TYPE_CHECKING:\n    from fastapi import FastAPI\n",
        b"try:\n    import httpx\nexcept ImportError:\n    httpx = None\n",
    ],
    ids=range(13),
)  # fmt: skip
def test_every_byte_of_the_rest_stays(content: bytes, shop: Sandbox, scaffold: Scaffold) -> None:
    shop.write(
        {CONFTEST: content, "tests/test_new.py": SUITE.partition("@")[2].join(["import pytest\n\n@", ""])}
    )
    assert scaffold("--merge").code == 0
    merged = (shop.root / CONFTEST).read_bytes()
    position = 0
    for line in content.splitlines(keepends=True):
        position = merged.index(line.rstrip(b"\r\n"), position) + len(line.rstrip(b"\r\n"))
    if b"\r\n" in content:
        assert merged.count(b"\n") == merged.count(b"\r\n")
    else:
        assert b"\r" not in merged
    assert merged.startswith(b"\xef\xbb\xbf") is content.startswith(b"\xef\xbb\xbf")
    ran = shop.pytest("-o", "pythonpath=.", "-W", "error", "tests/test_new.py")
    assert ran.counts == {"passed": 1}, ran.out + ran.err
    assert scaffold("--merge").code == 0
    assert (shop.root / CONFTEST).read_bytes() == merged


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("def in_lifespan(): ...\n", "in_lifespan"),
        ("class Iterator: ...\n", "Iterator"),
        ("pytest_asyncio = 1\n", "pytest_asyncio"),
    ],
)
def test_a_name_that_means_something_else_is_a_conflict(
    line: str, name: str, shop: Sandbox, scaffold: Scaffold
) -> None:
    shop.write({CONFTEST: line})
    result = scaffold("--merge")
    assert result.code == 1
    assert f"it uses the name {name} for something else" in result.out
    assert shop.text(CONFTEST) == line


def test_a_hook_of_its_own_stays_the_only_one(shop: Sandbox, scaffold: Scaffold) -> None:
    hook = "def pytest_collection_modifyitems(items):\n    items.reverse()\n"
    shop.write({CONFTEST: hook, "tests/__init__.py": ""})
    assert scaffold("--merge").code == 0
    assert shop.text(CONFTEST).count("def pytest_collection_modifyitems") == 1
    shop.write({"tests/test_new.py": SUITE.replace('client == "mine"', "client")})
    assert shop.pytest("-W", "error", "-W", IGNORED).counts == {"passed": 2}


def test_statements_that_share_a_line_with_the_last_import_are_not_torn(
    shop: Sandbox, scaffold: Scaffold
) -> None:
    torn = 'import os; TEXT = """\n"""\n'
    shop.write({CONFTEST: torn})
    result = scaffold("--merge")
    assert result.code == 1
    assert "cannot be added" in result.out
    assert shop.text(CONFTEST) == torn


def test_permissions_and_links_stay(shop: Sandbox, scaffold: Scaffold) -> None:
    shop.write({"shared/conftest.py": MINE, "tests/__init__.py": ""})
    (shop.root / "shared/conftest.py").chmod(0o640)
    (shop.root / CONFTEST).symlink_to("../shared/conftest.py")
    assert scaffold("--merge").code == 0
    assert (shop.root / CONFTEST).is_symlink()
    assert (shop.root / "shared/conftest.py").stat().st_mode & 0o777 == 0o640
    assert "def async_client(" in shop.text("shared/conftest.py")


def test_a_fixture_app_that_is_a_client_is_not_handed_on_as_an_application(
    shop: Sandbox, scaffold: Scaffold
) -> None:
    mine = (
        "import pytest\nfrom fastapi.testclient import TestClient\nfrom shop.main import create_app\n\n\n"
        "@pytest.fixture\ndef app():\n    with TestClient(create_app()) as app:\n        yield app\n"
    )
    shop.write({CONFTEST: mine})
    result = scaffold("--merge", "--all")
    assert result.code == 0, result.err
    assert (
        "tests/conftest.py:7: left out: clients and overrides, the fixture app gives a client" in result.err
    )
    assert "running_app" not in shop.text(CONFTEST)
    assert "def fake_pool(" in shop.text(CONFTEST)


def test_a_fixture_app_that_starts_the_lifespan_is_told_of(shop: Sandbox, scaffold: Scaffold) -> None:
    mine = (
        "import pytest\nfrom fastapi.testclient import TestClient\nfrom shop.main import create_app\n\n\n"
        "@pytest.fixture\ndef app():\n    app = create_app()\n    with TestClient(app):\n        yield app\n"
    )
    shop.write({CONFTEST: mine})
    result = scaffold("--merge", "--all")
    assert result.code == 0, result.err
    assert "tests/conftest.py:7: app starts the lifespan itself" in result.err
    assert "def running_app(" in shop.text(CONFTEST)
