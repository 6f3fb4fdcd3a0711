"""Routes of public applications that were told wrongly: where they lie, what guards them, what they answer."""

from __future__ import annotations

from typing import Any

from tests.plan.conftest import Project

ROUTER = "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/users')\n\n\n"
ONE = "@router.get('/{key}')\nasync def one(key: int):\n    return key\n"


def route(project: Project, content: str, path: str = "app/users.py", name: str = "one") -> dict[str, Any]:
    found: dict[str, Any] = project.plan(content, path).function(name)["route"]
    return found


def test_path_has_the_prefixes_of_all_routers_around(project: Project) -> None:
    project.write(
        "app/settings.py",
        "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n"
        "    root: str = '/api'\n\n\n"
        "def get_settings() -> Settings:\n    return Settings()\n\n\nsettings = Settings()\n",
    )
    project.write("app/__init__.py", "")
    project.write(
        "app/v1.py",
        "from fastapi import APIRouter\n\nfrom app import users\n\nv1 = APIRouter(prefix='/v1')\n"
        "v1.include_router(users.router, prefix='/of')\n",
    )
    project.write(
        "app/main.py",
        "from fastapi import FastAPI\n\nfrom app.settings import get_settings\nfrom app.v1 import v1\n\n\n"
        "def create() -> FastAPI:\n    app = FastAPI()\n"
        "    app.include_router(router=v1, prefix=get_settings().root)\n    return app\n",
    )
    found = route(project, ROUTER + ONE)
    assert (found["path"], found["own"]) == ("/api/v1/of/users/{key}", "/users/{key}")


def test_prefix_that_is_not_known_is_said_so(project: Project) -> None:
    project.write("app/__init__.py", "")
    project.write(
        "app/main.py",
        "import os\n\nfrom app import users\n\napp.include_router(users.router, prefix=os.environ['ROOT'])\n",
    )
    assert route(project, ROUTER + ONE)["path"] == "{os.environ['ROOT']}/users/{key}"


def test_routers_that_include_each_other_end(project: Project) -> None:
    project.write("app/other.py", "from app.users import router as users\n\nother.include_router(users)\n")
    content = f"{ROUTER}from app.other import other\n\nrouter.include_router(other, prefix='/a')\n\n\n{ONE}"
    assert route(project, content)["path"].endswith("/users/{key}")


def test_router_that_a_function_makes_is_found(project: Project) -> None:
    project.write("app/__init__.py", "")
    project.write(
        "app/main.py",
        "from fastapi import FastAPI\n\nfrom app.users import make\n\napp = FastAPI()\n"
        "app.include_router(make(), prefix='/api')\n",
    )
    content = (
        "from fastapi import APIRouter\n\n\ndef make() -> APIRouter:\n"
        "    router = APIRouter(prefix='/users')\n\n"
        "    @router.get('/{key}')\n    async def one(key: int):\n        return key\n\n    return router\n"
    )
    assert route(project, content)["path"] == "/api/users/{key}"


def test_alias_of_a_dependency_in_another_module_guards(project: Project) -> None:
    project.write("app/__init__.py", "")
    project.write(
        "app/deps.py",
        "from fastapi import Depends, HTTPException, Request\n\n\n"
        "async def known(request: Request) -> None:\n"
        "    raise HTTPException(status_code=401)\n\n\nasync def strict(_: None = Depends(known)) -> None:\n"
        "    raise HTTPException(403)\n\n\nOnlyStrict = Depends(strict)\n",
    )
    found = route(
        project,
        "from fastapi import APIRouter\n\nfrom app.deps import OnlyStrict\n\nrouter = APIRouter()\n\n\n"
        "@router.delete('/{key}', dependencies=[OnlyStrict])\nasync def one(key: int):\n    return key\n",
    )
    assert (found["dependencies"], found["auth"], found["statuses"]) == (
        ["Depends(strict)"],
        ["Depends(strict)"],
        [401, 403, 422],
    )


def test_container_is_no_guard_whatever_it_gives_is_called(project: Project) -> None:
    found = route(
        project,
        f"{ROUTER}@router.post('/')\nasync def one(service=Depends(Provide[Container.jwt_service])):\n    return 1\n",
    )
    assert found["auth"] == []


def test_controller_of_litestar_provides_and_guards(project: Project) -> None:
    project.write(
        "app/guards.py",
        "from litestar.exceptions import NotAuthorizedException\n\n\n"
        "def members_only(connection, handler) -> None:\n"
        "    raise NotAuthorizedException('no')\n",
    )
    found = route(
        project,
        "from litestar import Controller, get\nfrom litestar.di import Provide\n\n"
        "from app.guards import members_only\n\n"
        "class Teams(Controller):\n    path = '/teams'\n    guards = [members_only]\n"
        "    dependencies = {'teams': Provide(make)}\n\n"
        "    @get('/{key:int}')\n    async def one(self, key: int, teams: Teams, other: Others) -> Team:\n"
        "        return await teams.get(key)\n",
        name="Teams.one",
    )
    assert [(one["name"], one["place"]) for one in found["given"]] == [
        ("key", "path"),
        ("teams", "dependency"),
        ("other", "dependency"),
    ]
    assert (found["auth"], found["statuses"]) == (["members_only"], [400, 401])


def test_statuses_of_responses_and_of_errors_that_helpers_make(project: Project) -> None:
    project.write("app/__init__.py", "")
    project.write(
        "app/problems.py",
        "from fastapi import HTTPException\n\n\nasync def missing(key: int) -> Exception:\n"
        "    return HTTPException(status_code=404, detail=key)\n",
    )
    planned = project.plan(
        f"{ROUTER}from app.problems import missing\n\n\n"
        "@router.get('/{key}')\nasync def one(key: int):\n    refused = HTTPException(401)\n    if key < 0:\n"
        "        return JSONResponse({}, status_code=409)\n    try:\n        return await find(key)\n"
        "    except LookupError:\n        raise await missing(key)\n    except OSError:\n"
        "        raise refused\n"
        "    except ValueError:\n        return JSONResponse({}, 410)\n",
        "app/users.py",
    )
    function = planned.function("one")
    assert [(one["raises"].partition("(")[0], one["status"]) for one in function["mappings"]] == [
        ("HTTPException", 404),
        ("HTTPException", 401),
        ("JSONResponse", 410),
    ]
    assert function["route"]["statuses"] == [401, 404, 409, 410, 422]


def test_error_that_the_function_catches_itself_is_not_raised(project: Project) -> None:
    planned = project.plan(
        "async def caller(token):\n    refused = HTTPException(401)\n    try:\n        if not token:\n"
        "            raise refused\n    except HTTPException:\n        return None\n"
    )
    assert planned.function("caller")["raises"] == []


def test_status_is_handed_to_the_base_in_any_place_or_said_by_a_foreign_name(project: Project) -> None:
    planned = project.plan(
        "from fastcrud.exceptions.http_exceptions import NotFoundException\n\n\n"
        "class Problem(Exception):\n    def __init__(self, text, status_code=500):\n"
        "        self.status_code = status_code\n\n"
        "class Taken(Problem):\n    def __init__(self, name):\n"
        "        super().__init__(f'{name} is taken', 409)\n\n\n"
        "async def rename(name):\n    if not name:\n        raise NotFoundException('nobody')\n"
        "    raise Taken(name)\n"
    )
    assert [one["status"] for one in planned.function("rename")["raises"]] == [404, 409]
