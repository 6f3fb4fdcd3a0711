"""What the application makes of a route: its prefix, its handlers and its middleware, however it is set up."""

from __future__ import annotations

import pytest

from tests.plan_write.conftest import Project

ITEMS = """
from typing import Annotated

from fastapi import APIRouter, Depends


class NotThere(Exception):
    pass


class Items:
    async def get(self, item_id: int) -> str | None:
        raise NotImplementedError


def get_items() -> Items:
    return Items()


router = APIRouter(prefix="/items")


@router.get("/{item_id}")
async def get_item(item_id: int, items: Annotated[Items, Depends(get_items)]) -> dict[str, str]:
    found = await items.get(item_id)
    if found is None:
        raise NotThere(str(item_id))
    return {"item": found}
"""

FACTORY = """
import logging
import os
import platform

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from items import NotThere, router


class ApiSettings(BaseModel):
    prefix: str = "/api/v1"


def configure_logging() -> None:
    root = logging.getLogger()
    for handler in list(root.handlers):
        if handler.get_name() == "ours":
            root.removeHandler(handler)


def build_router(*, prefix: str) -> APIRouter:
    outer = APIRouter()
    outer.include_router(router, prefix=prefix)
    return outer


def register_handlers(app: FastAPI) -> None:
    @app.exception_handler(NotThere)
    async def handle(request: Request, error: NotThere) -> JSONResponse:
        return JSONResponse({"missing": str(error)}, status_code=410)

    @app.exception_handler(RequestValidationError)
    async def refuse(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"problem": request.url.path}, status_code=400)


def create_app() -> FastAPI:
    configure_logging()
    where = platform.node()
    app = FastAPI(title=where, version=platform.python_version())
    if platform.node() == "somewhere":
        app.state.where = where
    register_handlers(app)
    app.include_router(build_router(prefix=ApiSettings().prefix))
    return app


app = create_app()
"""


def _written(project: Project, app: str) -> str:
    project.write("items.py", ITEMS)
    project.write("app.py", app)
    project.scaffold()
    result = project.plan("items.py", "--write")
    assert result.code == 0, result.err
    name = result.out.split(" written to ")[1].split()[0].rstrip(",")
    ran = project.pytest(name)
    assert ran.code == 0, ran.out
    return project.read(name)


def test_a_factory_is_followed_past_what_does_not_matter(project: Project) -> None:
    text = _written(project, FACTORY)

    assert 'requests.get("/api/v1/items/' in text
    assert 'assert response.json() == {"missing": "' in text
    assert "assert response.status_code == 410" in text
    assert "422" not in text
    assert "lets_the_error_through" not in text.replace("fails_lets", "")


def test_a_module_is_followed_as_a_factory_is(project: Project) -> None:
    before, _, _ = FACTORY.partition("def create_app")
    text = _written(
        project,
        before + "app = FastAPI(title=platform.node())\n"
        "register_handlers(app)\n"
        "for one in [router]:\n    app.include_router(one, prefix=ApiSettings().prefix)\n",
    )

    assert 'requests.get("/api/v1/items/' in text
    assert "assert response.status_code == 410" in text


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("app.include_router(router, prefix=platform.node())", "the prefix of a router is not known"),
        (
            "if platform.node():\n    app.include_router(router)",
            "whether the application has its router is not known",
        ),
        ("if platform.node():\n    register_handlers(app)", ""),
        ("router = APIRouter()", "the application that is tested has no such route"),
    ],
)
def test_what_is_not_known_of_an_application_is_not_claimed(project: Project, told: str, reason: str) -> None:
    before, _, _ = FACTORY.partition("def create_app")
    more = "" if reason else "\napp.include_router(router)"
    text = _written(project, f"{before}app = FastAPI()\n{told}{more}\n")

    assert "410" not in text
    assert "422" not in text
    assert ("requests.get(" in text) is not bool(reason)


MIDDLEWARE = """
import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from items import router

app = FastAPI()
app.include_router(router)


@app.middleware("http")
async def timed(request: Request, call_next):
    try:
        return await call_next(request)
    except ZeroDivisionError:
        return JSONResponse({"by": "zero"}, status_code=400)


@app.middleware("http")
async def safely(request: Request, call_next):
    try:
        return await call_next(request)
    except Exception as error:
        logging.getLogger().error("%s: %s", request.url.path, error)
        return JSONResponse({"code": "internal"}, status_code=503)
"""


def test_an_error_that_middleware_answers_is_no_error_of_the_request(project: Project) -> None:
    text = _written(project, MIDDLEWARE)

    assert "lets_the_error_through" not in text
    assert "assert response.status_code == 503" in text
    assert 'assert response.json() == {"code": "internal"}' in text


def test_the_handler_of_all_exceptions_raises_them_again(project: Project) -> None:
    text = _written(
        project,
        "from fastapi import FastAPI, Request\nfrom fastapi.responses import JSONResponse\n\n"
        "from items import router\n\napp = FastAPI()\napp.include_router(router)\n\n\n"
        "@app.exception_handler(Exception)\nasync def handle(request: Request, error: Exception) -> JSONResponse:\n"
        '    return JSONResponse({"code": "internal"}, status_code=500)\n',
    )

    assert "with pytest.raises(NotThere)" in text
    assert "assert response.status_code == 500" not in text


def test_a_page_of_a_generic_model_holds_what_it_is_given(project: Project) -> None:
    project.write(
        "app.py",
        "from typing import Annotated, Generic, TypeVar\n\n"
        "from fastapi import Depends, FastAPI\nfrom pydantic import BaseModel\n\n"
        'T = TypeVar("T")\n\n\n'
        "class Book(BaseModel):\n    title: str\n\n\n"
        "class Page(BaseModel, Generic[T]):\n    items: list[T]\n    total: int\n\n\n"
        "class Books:\n    async def page(self) -> Page[Book]:\n        raise NotImplementedError\n\n\n"
        "def get_books() -> Books:\n    return Books()\n\n\napp = FastAPI()\n\n\n"
        '@app.get("/books", response_model=Page[Book])\n'
        "async def list_books(books: Annotated[Books, Depends(get_books)]) -> Page[Book]:\n"
        "    return await books.page()\n",
    )
    project.scaffold()

    result = project.plan("app.py", "--write")

    assert result.code == 0, result.err
    name = result.out.split(" written to ")[1].split()[0].rstrip(",")
    ran = project.pytest(name)
    assert ran.code == 0, ran.out
    assert "Book(title=" in project.read(name)
