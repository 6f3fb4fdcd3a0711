"""The fixtures that a project gets, used by a suite of its own under every plugin and mode."""

from __future__ import annotations

import re

import pytest

from tests.scaffold.conftest import IGNORED, PYPROJECT, SHOP, STRICT, Sandbox, Scaffold

SUITE = """\
import asyncio

import pytest

from shop.main import checked, everywhere, signed_in, unused, user


@MARK
async def test_lifespan_runs_and_its_state_reaches_requests(async_client):
    assert (await async_client.get("/state")).json() == {"open": True, "clock": "ticking"}


@MARK
async def test_async_clients_share_one_lifespan(app, async_client, error_client):
    assert (await error_client.get("/state")).json()["open"] is True
    assert app.state.open is True


@MARK
async def test_errors_reach_the_test(async_client):
    with pytest.raises(LookupError, match="broken"):
        await async_client.get("/broken")


@MARK
async def test_errors_are_a_response(error_client):
    assert (await error_client.get("/broken")).status_code == 500


def test_plain_client_runs_the_lifespan(client):
    assert client.get("/state").json() == {"open": True, "clock": "ticking"}


def test_plain_errors_are_a_response(sync_error_client):
    assert sync_error_client.get("/broken").status_code == 500


@pytest.mark.xfail(raises=pytest.fail.Exception, strict=True)
@MARK
async def test_two_loops_for_one_app_are_refused(async_client, client): ...


@MARK
async def test_override_is_used(async_client, override_dependency):
    override_dependency(user, lambda: "fake")
    assert (await async_client.get("/me")).json() == "fake"


@pytest.mark.parametrize("key", [user, signed_in, checked, everywhere])
def test_override_finds(key, override_dependency, app):
    override_dependency(key, lambda: None)
    assert key in app.dependency_overrides


def test_override_of_an_unused_key_fails(override_dependency):
    with pytest.raises(pytest.fail.Exception, match="no route of the app depends on unused"):
        override_dependency(unused, lambda: None)


@pytest.fixture
def before(app):
    app.dependency_overrides[user] = original = lambda: "before"
    yield
    assert app.dependency_overrides == {user: original}


def test_override_restores_what_was_set_before(before, override_dependency, client):
    override_dependency(user, lambda: "during")
    assert client.get("/me").json() == "during"


def test_app_is_new_for_each_test(app):
    assert not hasattr(app.state, "open") and not app.dependency_overrides


def test_made_up_data_is_the_same_each_time(faker):
    assert faker.locales == ["pt_BR"]
    first = faker.name()
    faker.seed_instance(0)
    assert faker.name() == first


@MARK
async def test_fake_connection_comes_from_the_pool(fake_pool, fake_connection):
    async with fake_pool.acquire() as connection:
        await connection.execute("DELETE FROM users WHERE id = $1", 1)
    assert [call.statement for call in fake_connection.execute_calls] == ["DELETE FROM users WHERE id = $1"]


@MARK
async def test_unused_answer_is_an_error_afterwards(fake_connection):
    fake_connection.when("SELECT", "users").then([])
"""
MODES = {
    "strict": (STRICT, "pytest.mark.asyncio"),
    "auto": (STRICT + 'asyncio_mode = "auto"\n', "pytest.mark.filterwarnings('error')"),
    "anyio": ("[tool.pytest.ini_options]\n", "pytest.mark.anyio"),
}


@pytest.mark.parametrize("mode", MODES)
def test_suite_passes_under(mode: str, sandbox: Sandbox, scaffold: Scaffold) -> None:
    configuration, mark = MODES[mode]
    declared = PYPROJECT.replace('"pytest-asyncio"', '"anyio"') if mode == "anyio" else PYPROJECT
    sandbox.write({"pyproject.toml": declared + configuration, "shop/__init__.py": "", "shop/main.py": SHOP})
    assert scaffold("--locale", "pt_BR").code == 0
    sandbox.write({"tests/test_suite.py": SUITE.replace("MARK", mark)})

    plugin = ["-p", "no:asyncio"] if mode == "anyio" else []
    result = sandbox.pytest("-W", "error", "-W", IGNORED, *plugin)

    assert result.counts == {"passed": 17, "xfailed": 1, "error": 1}, result.out
    assert re.search(r"ERROR .*test_unused_answer_is_an_error_afterwards", result.out)


INSTANCE = """\
from fastapi import FastAPI

app = FastAPI()
app.state.kept = "yes"


@app.get("/")
def root():
    return app.state.kept
"""


def test_one_instance_is_left_as_it_was(sandbox: Sandbox, scaffold: Scaffold) -> None:
    sandbox.write({"pyproject.toml": PYPROJECT + STRICT, "service.py": INSTANCE})
    assert scaffold().code == 0
    test = """\
import pytest
from service import app as instance

@pytest.mark.parametrize("turn", [1, 2])
def test_leaves_things_behind(turn, app, client):
    assert app is instance
    assert not app.dependency_overrides and not hasattr(app.state, "left")
    app.dependency_overrides = {root: None for root in ["x"]}
    app.state.left = True
    del app.state.kept
"""
    sandbox.write({"tests/test_instance.py": test})
    assert sandbox.pytest("-W", "error", "-W", IGNORED).counts == {"passed": 2}


ASYNC_FACTORY = """\
import asyncio
from fastapi import FastAPI, Request

async def create_app() -> FastAPI:
    app = FastAPI()
    app.state.loop = asyncio.get_running_loop()

    @app.get("/")
    async def root(request: Request):
        return request.app.state.loop is asyncio.get_running_loop()

    return app
"""


def test_an_async_factory_builds_on_the_loop_of_the_test(sandbox: Sandbox, scaffold: Scaffold) -> None:
    sandbox.write({"pyproject.toml": PYPROJECT + STRICT, "service.py": ASYNC_FACTORY})
    result = scaffold()
    assert result.code == 0
    assert "client and sync_error_client" in result.err
    test = """\
import pytest

@pytest.mark.asyncio
async def test_loop(async_client):
    assert (await async_client.get("/")).json() is True
"""
    sandbox.write({"tests/test_loop.py": test})
    assert sandbox.pytest("-W", "error").counts == {"passed": 1}


STARLETTE = """\
from starlette.applications import Starlette

app = Starlette()
"""


def test_starlette_has_no_overrides(sandbox: Sandbox, scaffold: Scaffold) -> None:
    sandbox.write(
        {"pyproject.toml": PYPROJECT.replace("fastapi", "starlette") + STRICT, "service.py": STARLETTE}
    )
    result = scaffold()
    assert result.code == 0
    assert "override_dependency" not in result.out
    test = "def test_404(client, app):\n    app.state.x = 1\n    assert client.get('/').status_code == 404\n"
    sandbox.write({"tests/test_starlette.py": test})
    assert sandbox.pytest("-W", "error", "-W", IGNORED).counts == {"passed": 1}


LOOPS = """\
import asyncio
import pytest
import pytest_asyncio
seen = []

@pytest_asyncio.fixture(loop_scope="OTHER")
async def elsewhere():
    return asyncio.get_running_loop()

@pytest.mark.asyncio
async def test_first(running_app):
    seen.append(asyncio.get_running_loop())

@pytest.mark.asyncio
async def test_second(running_app):
    seen.append(asyncio.get_running_loop())
    assert (seen[0] is seen[1]) is SHARED

@pytest.mark.asyncio(loop_scope="OTHER")
async def test_own_scope_is_respected(elsewhere):
    assert elsewhere is asyncio.get_running_loop()
"""


@pytest.mark.parametrize(
    ("configured", "shared", "other"), [("function", False, "module"), ("session", True, "function")]
)
def test_loop_scope_follows_the_configuration(
    configured: str, shared: bool, other: str, shop: Sandbox, scaffold: Scaffold
) -> None:
    line = f'asyncio_default_test_loop_scope = "{configured}"\n'
    shop.write({"pyproject.toml": PYPROJECT + STRICT + line})
    assert scaffold().code == 0
    assert f'LOOP_SCOPE: Final = "{configured}"' in shop.text("tests/conftest.py")
    shop.write({"tests/test_loops.py": LOOPS.replace("SHARED", str(shared)).replace("OTHER", other)})
    assert shop.pytest("-W", "error").counts == {"passed": 3}


def test_the_one_knob_moves_fixtures_and_tests_together(shop: Sandbox, scaffold: Scaffold) -> None:
    assert scaffold().code == 0
    conftest = shop.text("tests/conftest.py").replace(
        'LOOP_SCOPE: Final = "function"', 'LOOP_SCOPE: Final = "session"'
    )
    suite = LOOPS.replace("SHARED", "True").replace("OTHER", "module")
    shop.write({"tests/conftest.py": conftest, "tests/test_loops.py": suite})
    assert shop.pytest("-W", "error").counts == {"passed": 3}


def test_what_is_written_passes_a_strict_type_checker(shop: Sandbox, scaffold: Scaffold) -> None:
    pytest.importorskip("mypy")
    import subprocess
    import sys

    assert scaffold("--with-database").code == 0
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        str(shop.root / ".mypy_cache"),
        "tests",
    ]
    overrides = "[tool.mypy]\n[[tool.mypy.overrides]]\nmodule = 'shop.*'\nignore_errors = true\n"
    shop.write({"pyproject.toml": PYPROJECT + overrides})
    done = subprocess.run(command, cwd=shop.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
