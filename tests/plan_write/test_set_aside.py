"""What cannot be followed is replaced where the module under test looks it up, or reached past what hides it."""

from __future__ import annotations

import pytest

from tests.plan_write.conftest import Project

SETTINGS = """import importlib.resources
from functools import lru_cache


class Settings:
    def __init__(self) -> None:
        self.host = importlib.resources.files("json").name
        self.limit = 3


@lru_cache
def get_settings() -> Settings:
    return Settings()
"""
CALLED = """from config import get_settings


async def address(path: str) -> str:
    settings = get_settings()
    if settings.limit > 5:
        raise ValueError(path)
    return f"https://{settings.host}/{path}"
"""
MADE = """from pathlib import Path


class Store:
    def __init__(self, folder: str) -> None:
        self.folder = Path(folder).resolve()

    async def load(self, name: str) -> str:
        return (self.folder / name).read_text()
"""
MAKING = """from store import Store


async def title(name: str) -> str:
    store = Store("pages")
    text = await store.load(name)
    return text.partition(".")[0].title()
"""
EMPTY = """class Cache:
    backend = None

    async def keep(self, key: str, value: str) -> bool:
        await self.backend.set(key, value, ttl=60)
        return True
"""
UNSAID = """async def total(basket, rate):
    lines = await basket.lines()
    return sum(line.price for line in lines) * rate.factor
"""
HIDDEN = """from starlette.authentication import requires


class Pages:
    @requires("admin")
    async def show(self, request, number: int) -> str:
        return f"{request.url.path}#{number}"
"""
ABSTRACT = """from abc import ABC, abstractmethod


class Notes(ABC):
    @property
    @abstractmethod
    def kind(self) -> str: ...

    async def line(self, text: str) -> str:
        return f"{self.kind}: {text}"


class Warnings(Notes):
    kind = "warning"
"""
LATE = """from dataclasses import dataclass, field


@dataclass
class Tally:
    start: int
    seen: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.seen = [self.start]

    async def add(self, number: int) -> int:
        self.seen.append(number)
        return sum(self.seen)
"""
GENERIC = """from typing import Generic, TypeVar

from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()
Row = TypeVar("Row", bound=Base)


class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True)
    name = Column(String(20), nullable=False)


class Repository(Generic[Row]):
    def __init__(self, model: type[Row]) -> None:
        self.model = model

    async def made(self, name: str) -> Row:
        return self.model(name=name)
"""


BELOW = """from starlette.authentication import requires


@requires("admin")
async def owner(request) -> str:
    return request.user.name


async def label(request, number: int) -> str:
    return f"{await owner(request)}-{number}"
"""


CALLABLE = """import urllib.request


class Source:
    async def read(self, city: str) -> bytes:
        return urllib.request.urlopen(city).read()


class Rate:
    def __init__(self, first: Source, second: Source) -> None:
        self.first = first
        self.second = second

    async def __call__(self, city: str) -> float:
        return float(await self.first.read(city) or await self.second.read(city))


class Label:
    def __call__(self, price: float, currency: str) -> str:
        return urllib.request.quote(f"{price}{currency}")


class Prices:
    def __init__(self, rate: Rate, label: Label) -> None:
        self.rate = rate
        self.label = label

    async def price(self, city: str, net: float) -> str:
        rate = await self.rate(city)
        if rate > 9:
            raise ValueError(city)
        return self.label(net * rate, currency="BRL").strip()
"""


def written(project: Project, path: str) -> str:
    """Write a module's tests, none of them skipped; returns their file."""
    result = project.plan(path, "--write")
    assert result.code == 0, result.err
    assert "skipped" not in result.out
    return result.out.split(" written to ")[1].split()[0].rstrip(",")


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (CALLED, (("> 5", "> 2"), ("https", "http"), ("/{path}", ""), ("settings.host", "settings.limit"))),
        (MAKING, (('"pages"', '"sites"'), ("load(name)", "load('x')"), (".title()", ""), ("[0]", "[2]"))),
        (EMPTY, (("ttl=60", "ttl=61"), ("key, value", "value, key"), ("return True", "return False"))),
        (UNSAID, (("line.price", "line.cost"), ("rate.factor", "rate.size"), ("sum(", "max("))),
        (HIDDEN, (("url.path", "url.query"), ("#{number}", ""))),
        (ABSTRACT, (("{self.kind}", ""), ("{text}", "text"))),
        (LATE, (("append(number)", "append(0)"), ("[self.start]", "[]"))),
        (GENERIC, (("name=name", 'name="x"'),)),
        (BELOW, (("}-{", "}{"), ("request.user.name", "request.url.path"))),
        (
            CALLABLE,
            (("self.rate(city)", "self.rate('x')"), ("net * rate", "net"), ("BRL", "EUR"), ("> 9", "> 99")),
        ),
    ],
    ids=[
        "called",
        "made",
        "empty",
        "unannotated",
        "decorated",
        "abstract",
        "late",
        "generic",
        "below",
        "callable",
    ],
)
def test_the_tests_pass_and_notice_each_change(
    project: Project, text: str, changes: tuple[tuple[str, str], ...]
) -> None:
    project.write("config.py", SETTINGS)
    project.write("store.py", MADE)
    project.write("things_service.py", text)

    name = written(project, "things_service.py")

    assert project.pytest(name).code == 0
    for before, after in changes:
        project.write("things_service.py", text.replace(before, after))
        assert project.pytest(name).code == 1, after


def test_a_function_that_can_be_followed_is_not_replaced(project: Project) -> None:
    project.write("config.py", "def limit() -> int:\n    return 3\n")
    project.write(
        "things_service.py",
        "from config import limit\n\n\nasync def double() -> int:\n    return limit() * 2\n",
    )

    name = written(project, "things_service.py")

    assert "monkeypatch" not in project.read(name)
    assert "assert result == 6" in project.read(name)


def test_what_is_replaced_gives_what_its_annotation_says(project: Project) -> None:
    project.write(
        "store.py",
        "from pathlib import Path\n\n\nasync def names(folder: str) -> list[str]:\n"
        "    return [one.name for one in Path(folder).iterdir()]\n",
    )
    project.write(
        "things_service.py",
        'from store import names\n\n\nasync def first() -> str:\n    return (await names("a"))[0].upper()\n',
    )

    name = written(project, "things_service.py")

    assert "AsyncMock(return_value=['" in project.read(name).replace('"', "'")
    assert project.pytest(name).code == 0


def test_secrets_and_urls_are_taken_and_come_back(project: Project) -> None:
    text = (
        "from pydantic import BaseModel, PostgresDsn, SecretStr\n\n\nclass Access(BaseModel):\n"
        "    token: SecretStr\n    database: PostgresDsn\n    port: int = 5432\n"
    )
    project.write("access_dto.py", text)

    name = written(project, "access_dto.py")

    shown = project.read(name)
    assert "result.token == SecretStr(" in shown
    assert "str(result.database) == " in shown
    assert project.pytest(name).code == 0
    for before, after in (("5432", "5433"), ("token: SecretStr", "token: str"), ("database:", "base:")):
        project.write("access_dto.py", text.replace(before, after))
        assert project.pytest(name).code == 1, after


def test_models_without_fields_have_no_tests(project: Project) -> None:
    project.write(
        "base_dto.py",
        "from pydantic import BaseModel, ConfigDict\n\n\nclass Base(BaseModel):\n"
        "    model_config = ConfigDict(frozen=True)\n\n\nclass Named(Base):\n    name: str\n",
    )

    name = written(project, "base_dto.py")

    assert "Named(" in project.read(name)
    assert " Base(" not in project.read(name)


def test_settings_with_sources_of_their_own_are_left_to_hand(project: Project) -> None:
    project.write(
        "settings_dto.py",
        "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    port: int = 1\n\n"
        "    @classmethod\n    def settings_customise_sources(cls, settings_cls, *sources):\n        return ()\n",
    )

    project.plan("settings_dto.py", "--write")

    assert "refuses" not in project.read("tests/test_settings_dto.py")


ROUTER = """from fastapi import APIRouter


def make_router() -> APIRouter:
    router = APIRouter(prefix="/sums")
    step = 2

    @router.get("/{number}")
    async def doubled(number: int) -> int:
        if number < 0:
            raise ValueError("negative")
        return number * step

    return router
"""
APPLICATION = """from fastapi import FastAPI

from sums_router import make_router

app = FastAPI()
app.include_router(make_router())
"""


def test_routes_within_a_function_are_found_on_the_router_that_it_makes(project: Project) -> None:
    project.write("main.py", APPLICATION)
    project.write("sums_router.py", ROUTER)
    project.scaffold()

    name = written(project, "sums_router.py")

    assert project.pytest(name).code == 0
    for before, after in (("* step", "+ step"), ("< 0", "<= 0"), ("step = 2", "step = 3")):
        project.write("sums_router.py", ROUTER.replace(before, after))
        assert project.pytest(name).code == 1, after
