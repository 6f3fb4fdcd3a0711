"""The import root, the module's name and the tests folder, for each layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from async_testing.model import UsageError
from async_testing.project import choose_app, detect

Write = Callable[[Mapping[str, str | bytes]], Path]
APP = "from fastapi import FastAPI\napp = FastAPI()\n"
LAYOUTS = {
    "flat": ({"main.py": APP}, "main", ".", "tests"),
    "flat package": ({"app/__init__.py": "", "app/main.py": APP}, "app.main", ".", "tests"),
    "flat package without init": (
        {"app/main.py": "from app.api import router\n" + APP, "app/api.py": "router = None\n"},
        "app.main",
        ".",
        "tests",
    ),
    "src as a package": (
        {"src/__init__.py": "", "src/main.py": "from src.api import router\n" + APP, "src/api.py": ""},
        "src.main",
        ".",
        "tests",
    ),
    "src as a package without init": (
        {"src/main.py": "from src.config import settings\n" + APP, "src/config.py": "settings = 1\n"},
        "src.main",
        ".",
        "tests",
    ),
    "src layout": (
        {
            "src/shop/__init__.py": "",
            "src/shop/main.py": "from shop.api import router\n" + APP,
            "src/shop/api.py": "",
        },
        "shop.main",
        "src",
        "tests",
    ),
    "src layout, relative imports": (
        {"src/shop/__init__.py": "", "src/shop/main.py": "from .api import router\n" + APP},
        "shop.main",
        "src",
        "tests",
    ),
    "backend/app": (
        {
            "backend/app/__init__.py": "",
            "backend/app/main.py": "from app.api import router\n" + APP,
            "backend/app/api.py": "",
            "backend/tests/test_a.py": "from app.main import app\n",
            "frontend/package.json": "{}",
        },
        "app.main",
        "backend",
        "backend/tests",
    ),
    "application in a package's init": ({"shop/__init__.py": APP}, "shop", ".", "tests"),
    "relative imports reach two folders up": (
        {"app/core/main.py": "from ..api import router\n" + APP, "app/api.py": ""},
        "app.core.main",
        ".",
        "tests",
    ),
    "pythonpath of the configuration": (
        {"service/main.py": APP, "pytest.ini": "[pytest]\npythonpath = service\n"},
        "main",
        "service",
        "tests",
    ),
    "testpaths of the configuration": (
        {"main.py": APP, "checks/test_a.py": "", "pytest.ini": "[pytest]\ntestpaths = checks\n"},
        "main",
        ".",
        "checks",
    ),
    "testpaths not there yet": (
        {"main.py": APP, "pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["checks"]\n'},
        "main",
        ".",
        "checks",
    ),
    "a folder called test": ({"main.py": APP, "test/test_a.py": ""}, "main", ".", "test"),
    "tests in the package": (
        {"app/__init__.py": "", "app/main.py": APP, "app/tests/test_a.py": ""},
        "app.main",
        ".",
        "app/tests",
    ),
    "several testpaths below one folder": (
        {
            "main.py": APP,
            "tests/unit/test_a.py": "",
            "tests/api/test_b.py": "",
            "pytest.ini": "[pytest]\ntestpaths = tests/unit tests/api\n",
        },
        "main",
        ".",
        "tests",
    ),
}


@pytest.mark.parametrize(("files", "module", "home", "tests"), LAYOUTS.values(), ids=LAYOUTS)
def test_a_layout(write: Write, files: dict[str, str], module: str, home: str, tests: str) -> None:
    project = detect(write(files))

    chosen = choose_app(project)
    assert chosen
    assert (chosen.module, project.import_root, project.tests) == (module, home, tests)
    assert project.tests_exist == any(path.startswith(f"{tests}/") for path in files)


def test_a_monorepo_has_an_application_for_each_service(write: Write) -> None:
    shop = {"services/shop/app/main.py": "from app.api import r\n" + APP, "services/shop/app/api.py": ""}
    mail = {"services/mail/app/main.py": "from app.api import r\n" + APP, "services/mail/app/api.py": ""}
    root = write(shop | mail)

    with pytest.raises(UsageError, match=r"services/mail/app/main\.py:3.*services/shop/app/main\.py:3"):
        choose_app(detect(root))
    alone = detect(root / "services" / "shop")
    assert [(one.module, one.path) for one in alone.apps] == [("app.main", "app/main.py")]


MARKED = {
    "src/__init__.py": "",
    "src/app/__init__.py": "",
    "src/app/main.py": "from .api import router\n" + APP,
    "src/app/api.py": "",
    "src/app/models.py": "",
    "src/migrations/env.py": "from app.models import Base\nfrom app.api import router\n",
}


@pytest.mark.parametrize(
    ("tests", "module", "home"),
    [
        ("from src.app.main import app\n", "src.app.main", "."),
        ("import src.app.models as models\n", "src.app.main", "."),
        ("from app.main import app\n", "app.main", "src"),
        ("from src.nothing import app\n", "app.main", "src"),
        ("from ..helpers import app\n", "app.main", "src"),
        ("", "app.main", "src"),
        ("from app.main import app\nfrom app import api\nfrom src.app.models import M\n", "app.main", "src"),
    ],
)
def test_the_spelling_of_the_existing_tests_decides(write: Write, tests: str, module: str, home: str) -> None:
    project = detect(write(MARKED | {"tests/__init__.py": "", "tests/test_users.py": tests}))

    assert (project.apps[0].module, project.import_root) == (module, home)


def test_a_spelling_under_which_the_application_cannot_import_itself_does_not(write: Write) -> None:
    files = {"src/app/main.py": "from app.api import router\n" + APP, "src/app/api.py": ""}

    project = detect(write(files | {"tests/test_users.py": "from src.app.main import app\n"}))

    assert (project.apps[0].module, project.import_root) == ("app.main", "src")


def test_what_the_tests_import_from_elsewhere_has_no_say(write: Write) -> None:
    files = {
        "src/shop/__init__.py": "",
        "src/shop/main.py": "from .api import r\n" + APP,
        "src/shop/api.py": "",
        "mail/__init__.py": "",
        "tests/test_mail.py": "from mail import send\n",
    }

    assert detect(write(files)).import_root == "src"


def test_the_tests_folder_that_the_user_names(write: Write) -> None:
    root = write({"main.py": APP, "tests/test_a.py": "", "a.txt": ""})

    assert detect(root, tests="checks/unit").tests == "checks/unit"
    assert not detect(root, tests="checks/unit").tests_exist
    assert detect(root, tests="./tests/").tests_exist
    with pytest.raises(UsageError, match="lies outside"):
        detect(root, tests="../elsewhere")
    with pytest.raises(UsageError, match="is a file where a folder should be"):
        detect(root, tests="a.txt/tests")


def test_a_root_that_is_none(write: Write) -> None:
    root = write({"main.py": APP})

    with pytest.raises(UsageError, match="is not a folder"):
        detect(root / "main.py")
    with pytest.raises(UsageError, match="does not exist"):
        detect(root / "missing")
