"""The fixtures that a test can already ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from async_testing.model import Fixture
from async_testing.project import detect

Write = Callable[[Mapping[str, str | bytes]], Path]
CONFTEST = "tests/conftest.py"
PYTEST = "import pytest\n"
SHAPES = {
    "plain": (PYTEST + "@pytest.fixture\ndef app(): ...\n", Fixture("app", CONFTEST, 3)),
    "called": (PYTEST + "@pytest.fixture()\ndef app(): ...\n", Fixture("app", CONFTEST, 3)),
    "imported": ("from pytest import fixture\n@fixture\ndef app(): ...\n", Fixture("app", CONFTEST, 3)),
    "alias": ("import pytest as pt\n@pt.fixture\ndef app(): ...\n", Fixture("app", CONFTEST, 3)),
    "name": (PYTEST + "@pytest.fixture(name='app')\ndef _app(): ...\n", Fixture("app", CONFTEST, 3)),
    "scope and autouse": (
        PYTEST + "@pytest.fixture(scope='session', autouse=True)\ndef app(): ...\n",
        Fixture("app", CONFTEST, 3, "session", False, True),
    ),
    "async": (
        PYTEST + "@pytest.fixture\nasync def client(): ...\n",
        Fixture("client", CONFTEST, 3, is_async=True),
    ),
    "pytest-asyncio": (
        "import pytest_asyncio\n@pytest_asyncio.fixture(loop_scope='session')\nasync def client(): ...\n",
        Fixture("client", CONFTEST, 3, is_async=True),
    ),
    "in a condition": (
        PYTEST + "if True:\n    @pytest.fixture\n    def app(): ...\n",
        Fixture("app", CONFTEST, 4),
    ),
    "assigned": (PYTEST + "app = pytest.fixture(make)\n", Fixture("app", CONFTEST, 2)),
    "assigned, called twice": (
        PYTEST + "app = pytest.fixture(scope='module')(make)\n",
        Fixture("app", CONFTEST, 2, "module"),
    ),
}


@pytest.mark.parametrize(("code", "fixture"), SHAPES.values(), ids=SHAPES)
def test_a_fixture(write: Write, code: str, fixture: Fixture) -> None:
    assert detect(write({CONFTEST: code})).fixtures == (fixture,)


@pytest.mark.parametrize(
    "code",
    [
        "def app(): ...\n",
        PYTEST + "# @pytest.fixture\ndef app(): ...\n",
        "from elsewhere import fixture\n@fixture\ndef app(): ...\n",
        PYTEST + "class TestIt:\n    @pytest.fixture\n    def app(self): ...\n",
    ],
)
def test_what_is_no_fixture_of_the_folder(write: Write, code: str) -> None:
    assert detect(write({CONFTEST: code})).fixtures == ()


FIXTURES = PYTEST + "@pytest.fixture\ndef app(): ...\n@pytest.fixture(name='client')\ndef make(): ...\n"


@pytest.mark.parametrize(
    ("conftest", "names"),
    [
        ("from tests.fixtures import app\n", {"app"}),
        ("from .fixtures import app\n", {"app"}),
        ("from fixtures import *\n", {"app", "client"}),
        ("from tests.fixtures import *\n", {"app", "client"}),
        ("from tests.fixtures import other\n", set()),
        ("pytest_plugins = ['tests.fixtures']\n", {"app", "client"}),
        ("pytest_plugins = 'tests.fixtures'\n", {"app", "client"}),
        ("pytest_plugins = ('pytest_httpx', 'missing')\n", set()),
        ("from tests.between import app\n", {"app"}),
        ("from tests.between import *\n", {"app"}),
    ],
)
def test_fixtures_from_another_module(write: Write, conftest: str, names: set[str]) -> None:
    files = {"tests/fixtures.py": FIXTURES, "tests/between.py": "from tests.fixtures import app  # fixture\n"}
    found = detect(write({CONFTEST: conftest, "tests/__init__.py": "", **files})).fixtures

    assert {one.name for one in found} == names
    assert {one.path for one in found} <= {"tests/fixtures.py"}


def test_plugins_that_import_each_other(write: Write) -> None:
    files = {
        CONFTEST: "from tests.a import *\n",
        "tests/a.py": "from tests.b import *\n" + FIXTURES,
        "tests/b.py": "from tests.a import *\n" + FIXTURES.replace("'client'", "'other'"),
    }

    assert {one.name for one in detect(write(files)).fixtures} == {"app", "client", "other"}


def test_the_nearest_conftest_hides_those_above_and_those_below_do_not_count(write: Write) -> None:
    files = {
        "conftest.py": FIXTURES,
        CONFTEST: PYTEST + "@pytest.fixture(scope='session')\ndef app(): ...\n",
        "tests/unit/conftest.py": PYTEST + "@pytest.fixture\ndef deep(): ...\n",
    }
    found = detect(write(files)).fixtures

    assert {(one.name, one.path, one.scope) for one in found} == {
        ("app", CONFTEST, "session"),
        ("client", "conftest.py", "function"),
    }


@pytest.mark.parametrize("path", [CONFTEST, "conftest.py", "tests/unit/conftest.py", "tests/test_a.py"])
def test_an_event_loop_override_is_dead(write: Write, path: str) -> None:
    code = PYTEST + "@pytest.fixture\ndef event_loop():\n    yield\n"
    notes = detect(write({"tests/test_b.py": "", path: code})).notes

    assert [(note.path, note.line) for note in notes] == [(path, 3)]
    assert "event_loop is dead" in notes[0].message


@pytest.mark.parametrize(
    "code", ["def event_loop(): ...\n", PYTEST + "@pytest.fixture\ndef app(event_loop): ...\n"]
)
def test_what_only_mentions_event_loop(write: Write, code: str) -> None:
    assert detect(write({CONFTEST: code})).notes == ()


@pytest.mark.parametrize(
    ("body", "gives"),
    [
        ("    return create_app()", ""),
        ("    with TestClient(create_app()) as app:\n        yield app", "client"),
        ("    client = testclient.TestClient(create_app())\n    yield client", "client"),
        ("    return TestClient(create_app())", "client"),
        ("    app = create_app()\n    with TestClient(app):\n        yield app", "started"),
        (
            "    app = create_app()\n    with LifespanManager(app) as manager:\n        yield manager.app",
            "started",
        ),
        ("    app = create_app()\n    app.client = TestClient(app)\n    return app", ""),
    ],
)
def test_what_a_fixture_app_gives(write: Write, body: str, gives: str) -> None:
    (app,) = detect(write({CONFTEST: f"{PYTEST}@pytest.fixture\ndef app():\n{body}\n"})).fixtures
    assert app.gives == gives


def test_a_client_of_another_name_is_what_it_says(write: Write) -> None:
    code = f"{PYTEST}@pytest.fixture\ndef client():\n    return TestClient(create_app())\n"
    (client,) = detect(write({CONFTEST: code})).fixtures
    assert client.gives == ""
