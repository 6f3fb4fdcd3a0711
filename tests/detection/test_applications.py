"""Which applications there are, and which one is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from async_testing.model import UsageError
from async_testing.project import choose_app, detect

Write = Callable[[Mapping[str, str | bytes]], Path]
IMPORT = "from fastapi import FastAPI\n"
FACTORY = IMPORT + "def create_app() -> FastAPI:\n    app = FastAPI()\n    return app\n"
ROUTE = "@app.get('/')\ndef home(): ...\n"

# What main.py holds → attribute, kind, async, required arguments.
SHAPES = {
    "instance": (IMPORT + "app = FastAPI()\n", "app", "instance", False, ()),
    "annotated instance": (IMPORT + "app: FastAPI = FastAPI()\n", "app", "instance", False, ()),
    "another name": (IMPORT + "server = FastAPI()\n", "server", "instance", False, ()),
    "module import": ("import fastapi\napp = fastapi.FastAPI()\n", "app", "instance", False, ()),
    "alias": ("from fastapi import FastAPI as F\napp = F()\n", "app", "instance", False, ()),
    "starlette": (
        "from starlette.applications import Starlette\napp = Starlette()\n",
        "app",
        "instance",
        False,
        (),
    ),
    "subclass": (IMPORT + "class Api(FastAPI): ...\napp = Api()\n", "app", "instance", False, ()),
    "in a condition": (IMPORT + "if True:\n    app = FastAPI()\n", "app", "instance", False, ()),
    "factory": (FACTORY, "create_app", "factory", False, ()),
    "factory that returns at once": (
        IMPORT + "def make_app():\n    return FastAPI()\n",
        "make_app",
        "factory",
        False,
        (),
    ),
    "factory by its annotation": (
        "from fastapi import FastAPI\nfrom lib import build\n"
        "def get_app() -> 'FastAPI':\n    return build(FastAPI)\n",
        "get_app",
        "factory",
        False,
        (),
    ),
    "async factory": (
        IMPORT + "async def create_app():\n    return FastAPI()\n",
        "create_app",
        "factory",
        True,
        (),
    ),
    "factory with arguments": (
        IMPORT + "def create_app(settings, debug=False, *, dsn, pool=None):\n    return FastAPI()\n",
        "create_app",
        "factory",
        False,
        ("settings", "dsn"),
    ),
    "factory before the instance made from it": (
        FACTORY + "app = create_app()\n",
        "create_app",
        "factory",
        False,
        (),
    ),
    "instance that the module adds to": (
        FACTORY + "app = create_app()\n" + ROUTE,
        "app",
        "instance",
        False,
        (),
    ),
    "instance before a factory that wants arguments": (
        IMPORT + "def create_app(settings):\n    return FastAPI()\napp = create_app(1)\n",
        "app",
        "instance",
        False,
        (),
    ),
    "factory that calls a part": (
        IMPORT + "def build_api():\n    return FastAPI()\n"
        "def create_app():\n    app = build_api()\n    return app\n",
        "create_app",
        "factory",
        False,
        (),
    ),
    "mounted application": (
        IMPORT + "api = FastAPI()\napp = FastAPI()\napp.mount('/api', api)\n" + ROUTE,
        "app",
        "instance",
        False,
        (),
    ),
}


@pytest.mark.parametrize(("code", "attribute", "kind", "is_async", "arguments"), SHAPES.values(), ids=SHAPES)
def test_a_shape(
    write: Write, code: str, attribute: str, kind: str, is_async: bool, arguments: tuple[str, ...]
) -> None:
    chosen = choose_app(detect(write({"main.py": code})))

    assert chosen
    assert (chosen.attribute, chosen.kind, chosen.is_async, chosen.arguments) == (
        attribute,
        kind,
        is_async,
        arguments,
    )


def test_an_instance_of_a_factory_in_another_module(write: Write) -> None:
    project = detect(
        write({"factory.py": FACTORY, "main.py": "from factory import create_app\napp = create_app()\n"})
    )

    assert [(one.module, one.attribute, one.rank) for one in project.apps] == [
        ("factory", "create_app", 0),
        ("main", "app", 1),
    ]


@pytest.mark.parametrize(
    ("code", "lifespan"),
    [
        (IMPORT + "app = FastAPI()\n", False),
        (IMPORT + "app = FastAPI(lifespan=None)\n", False),
        (IMPORT + "app = FastAPI(lifespan=start)\n", True),
        (IMPORT + "app = FastAPI(on_startup=[start])\n", True),
        (IMPORT + "app = FastAPI()\n@app.on_event('startup')\nasync def start(): ...\n", True),
        (IMPORT + "app = FastAPI()\napp.add_event_handler('startup', start)\n", True),
        (IMPORT + "def create_app():\n    return FastAPI(lifespan=start)\n", True),
        (
            IMPORT + "def create_app():\n    app = FastAPI()\n"
            "    @app.on_event('startup')\n    async def start(): ...\n    return app\n",
            True,
        ),
        (FACTORY, False),
        (
            "from fastapi import APIRouter, FastAPI\nrouter = APIRouter()\napp = FastAPI()\n"
            "@router.on_event('startup')\nasync def start(): ...\n",
            False,
        ),
    ],
)
def test_whether_it_has_a_lifespan(write: Write, code: str, lifespan: bool) -> None:
    assert detect(write({"main.py": code})).apps[0].lifespan is lifespan


def test_a_lifespan_added_by_a_function_of_another_module(write: Write) -> None:
    files = {
        "events.py": "def register(app):\n    app.add_event_handler('startup', print)\n",
        "main.py": IMPORT + "from events import register\napp = FastAPI()\nregister(app)\n",
    }

    assert detect(write(files)).apps[0].lifespan


@pytest.mark.parametrize(
    "path",
    [
        "tests/app.py",
        "test_app.py",
        "app_test.py",
        "conftest.py",
        "pkg/testing/app.py",
        "examples/main.py",
        "docs_src/tutorial/main.py",
        "{{cookiecutter.name}}/main.py",
        ".hidden/main.py",
        "node_modules/x/main.py",
        "build/lib/main.py",
    ],
)
def test_what_is_not_the_applications_own_code_holds_no_candidate(write: Write, path: str) -> None:
    assert detect(write({path: FACTORY})).apps == ()


@pytest.mark.parametrize(
    "code",
    [
        "app = FastAPI()\n",
        "class FastAPI: ...\napp = FastAPI()\n",
        IMPORT + "# app = FastAPI()\n",
        IMPORT + "TEXT = 'app = FastAPI()'\n",
        IMPORT + "def setup(app: FastAPI):\n    app = FastAPI()\n    return app\n",
        IMPORT + "if __name__ == '__main__':\n    app = FastAPI()\n",
        IMPORT + "import pytest\n@pytest.fixture\ndef app():\n    return FastAPI()\n",
        IMPORT + "def run():\n    app = FastAPI()\n    serve(app)\n",
    ],
)
def test_what_only_looks_like_an_application(write: Write, code: str) -> None:
    assert choose_app(detect(write({"main.py": code}))) is None


def test_examples_are_named_where_there_is_nothing_else(write: Write) -> None:
    notes = detect(write({"examples/main.py": IMPORT + "app = FastAPI()\n"})).notes

    assert [(note.path, "--app MODULE:ATTR" in note.message) for note in notes] == [
        ("examples/main.py", True)
    ]


def test_an_application_of_another_framework_is_noted(write: Write) -> None:
    project = detect(write({"main.py": "from litestar import Litestar\napp = Litestar()\n"}))

    assert project.apps == ()
    assert [(note.path, note.line) for note in project.notes] == [("main.py", 2)]
    assert "Litestar" in project.notes[0].message


def test_two_applications_are_named_with_the_flag_that_decides(write: Write) -> None:
    project = detect(write({"a/main.py": IMPORT + "app = FastAPI()\n" + ROUTE, "b/main.py": FACTORY}))

    with pytest.raises(UsageError) as caught:
        choose_app(project)
    message = str(caught.value)
    assert "a/main.py:2" in message
    assert "b/main.py:2" in message
    assert message.startswith("two applications found: ")
    assert message.count("--app ") == 1
    assert "\n" not in message


def test_the_one_with_routes_goes_before_an_empty_one(write: Write) -> None:
    files = {
        "app/main.py": IMPORT + "from app.api import router\napp = FastAPI()\napp.include_router(router)\n",
        "app/api.py": "router = None\n",
        "app/core/database.py": IMPORT + "app = FastAPI(lifespan=print)\n",
    }

    chosen = choose_app(detect(write(files)))

    assert chosen
    assert chosen.path == "app/main.py"


@pytest.mark.parametrize("folder", ["scripts", "migrations", "tools", "benchmarks"])
def test_what_lies_at_the_side_comes_second(write: Write, folder: str) -> None:
    chosen = choose_app(detect(write({f"{folder}/main.py": FACTORY, "zebra/main.py": FACTORY})))

    assert chosen
    assert chosen.path == "zebra/main.py"


def test_the_application_that_the_user_names(write: Write) -> None:
    root = write(
        {
            "a/main.py": IMPORT + "app = FastAPI()\n",
            "b/main.py": FACTORY,
            "examples/demo.py": FACTORY,
            "c/main.py": "from somewhere import made\ndef build(settings): ...\n",
        }
    )

    named = detect(root, app="b.main:create_app")
    assert [(one.module, one.attribute, one.kind) for one in named.apps] == [
        ("b.main", "create_app", "factory")
    ]
    assert detect(root, app="examples.demo:create_app").apps[0].path == "examples/demo.py"
    taken = detect(root, app="c.main:build").apps[0]
    assert (taken.kind, taken.arguments, taken.line) == ("factory", ("settings",), 2)
    assert detect(root, app="c.main:made").apps[0].kind == "instance"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("main", "does not name an application"),
        ("main:", "does not name an application"),
        ("main.py:app", "no module main.py"),
        ("a/main:app", "does not name an application"),
        ("main:app.x", "does not name an application"),
        ("other:app", r"no module other in this project: there is create_app \(main\.py:2\)"),
        ("main:missing", r"no missing in main\.py: there is create_app \(main\.py:2\)"),
        ("broken:app", r"broken\.py cannot be parsed"),
    ],
)
def test_an_application_named_wrongly(write: Write, spec: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        detect(write({"main.py": FACTORY, "broken.py": "def (\n"}), app=spec)


def test_an_application_named_where_there_is_none(write: Write) -> None:
    with pytest.raises(UsageError, match="no application was found in its code either"):
        detect(write({"main.py": ""}), app="main:app")


@pytest.mark.parametrize(
    ("code", "provides"),
    [
        ("async def get_it() -> AsyncGenerator[AsyncSession, None]:\n    yield make()\n", "session"),
        ("async def get_it():\n    async with pool.acquire() as conn:\n        yield conn\n", "connection"),
        ("def get_it(request) -> ConnectionPool:\n    return request.app.state.db\n", "pool"),
        ("def get_it(request):\n    return request.app.state.pool\n", "pool"),
        ("def get_it(session) -> int:\n    return session\n", None),
        ("def get_it():\n    return settings\n", None),
    ],
)
def test_dependencies_that_hand_out_a_way_to_the_database(
    write: Write, code: str, provides: str | None
) -> None:
    route = IMPORT + "from fastapi import Depends\nfrom deps import get_it\napp = FastAPI()\n"
    files = {"main.py": route + "@app.get('/')\ndef home(it=Depends(get_it)): ...\n", "deps.py": code}

    found = detect(write(files)).dependencies

    assert [(one.module, one.name, one.provides) for one in found] == (
        [("deps", "get_it", provides)] if provides else []
    )
