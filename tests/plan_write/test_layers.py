"""Services with collaborators, routes over HTTP, models with limits; and what cannot be told."""

from __future__ import annotations

from tests.plan_write.conftest import Project
from tests.plan_write.test_files import SERVICE

MODELS = """
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=2, max_length=5)]
    count: int = Field(default=1, ge=1, le=9)
    state: Literal["open", "done"] = "open"

    @field_validator("name")
    @classmethod
    def cleaned(cls, name: str) -> str:
        if not name.isalpha():
            raise ValueError("letters only")
        return name.lower()
"""

APP = """
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException

from models import Order


class Orders:
    async def add(self, order: Order) -> int:
        raise NotImplementedError

    async def get(self, order_id: int) -> Order | None:
        raise NotImplementedError


def get_orders() -> Orders:
    return Orders()


router = APIRouter(prefix="/orders")


@router.post("", status_code=201)
async def add_order(order: Order, orders: Annotated[Orders, Depends(get_orders)]) -> dict[str, int]:
    return {"id": await orders.add(order)}


@router.get("/{order_id}")
async def get_order(order_id: int, orders: Annotated[Orders, Depends(get_orders)]) -> Order:
    found = await orders.get(order_id)
    if found is None:
        raise HTTPException(404, "no such order")
    return found


app = FastAPI()
app.include_router(router, prefix="/api")
"""


def test_a_service_is_asked_with_exact_arguments(project: Project) -> None:
    project.write("greeting_service.py", SERVICE)

    assert project.plan("greeting_service.py", "--write").code == 0

    text = project.read("tests/test_greeting_service.py")
    assert "mailer: AsyncMock = create_autospec(Mailer, instance=True)" in text
    assert "mailer.send.assert_awaited_once_with(" in text
    assert project.pytest("tests").code == 0
    project.write("greeting_service.py", SERVICE.replace("send(address, ", "send(name, "))
    assert project.pytest("tests").code == 1


def test_a_model_is_held_to_its_limits(project: Project) -> None:
    project.write("models.py", MODELS)

    assert project.plan("models.py", "--write").code == 0

    assert project.pytest("tests").code == 0
    for before, after in (
        ("le=9", "le=8"),
        ("ge=1", "ge=2"),
        ("max_length=5", "max_length=6"),
        ("lower()", "upper()"),
    ):
        project.write("models.py", MODELS.replace(before, after))
        assert project.pytest("tests").code == 1, after


def test_a_route_is_asked_over_http(project: Project) -> None:
    project.write("models.py", MODELS)
    project.write("app.py", APP)
    project.scaffold()

    result = project.plan("app.py", "--write")

    assert result.code == 0, result.err
    name = result.out.split(" written to ")[1].split()[0].rstrip(",")
    text = project.read(name)
    assert 'requests.post("/api/orders", json=' in text
    assert "override_dependency(get_orders, lambda: orders)" in text
    ran = project.pytest(name)
    assert ran.code == 0, ran.out
    for before, after in (
        ("status_code=201", "status_code=200"),
        ("404", "410"),
        ("orders.get(order_id)", "orders.get(1)"),
    ):
        project.write("app.py", APP.replace(before, after))
        assert project.pytest(name).code == 1, after


def test_what_cannot_be_told_is_skipped_with_its_reason(project: Project) -> None:
    project.write(
        "weather_service.py",
        "import os\n\n\nasync def load(most: float) -> bool:\n    return os.getloadavg()[0] > most\n",
    )

    result = project.plan("weather_service.py", "--write")

    assert result.code == 0
    assert "1 of them skipped" in result.out
    assert "what os.getloadavg gives is not known" in project.read("tests/test_weather_service.py")


def test_a_time_of_now_is_not_asserted(project: Project) -> None:
    text = "from datetime import UTC, datetime\n\n\nasync def stamped(name: str) -> dict[str, object]:\n"
    project.write("stamp_service.py", f'{text}    return {{"name": name, "at": datetime.now(UTC)}}\n')

    assert project.plan("stamp_service.py", "--write").code == 0

    assert '"at": ANY' in project.read("tests/test_stamp_service.py")
    assert project.pytest("tests").code == 0


ROUTED = """
from fastapi import APIRouter, Depends

router = APIRouter()


def current() -> str:
    return "me"


@router.get("/users/me")
async def me(user: str = Depends(current)) -> str:
    return user
"""
MAIN = """
from fastapi import FastAPI
from users_router import router

app = FastAPI()
app.include_router(router)
"""
MARKED = """
from fastapi import APIRouter, Body, Query
from nowhere import Money, prefix

router = APIRouter(prefix=prefix())


@router.get("/orgs/{key}")
async def list_orgs(key: str, limit: int = Query(default=20, le=100), price: Money = Body(...)) -> list[str]:
    if limit > 50:
        raise ValueError(price)
    return [str(limit), key]
"""


def test_a_route_that_is_called_as_a_function_gets_no_markers_and_says_why(project: Project) -> None:
    project.write("orgs.py", MARKED)
    project.write("main.py", "from fastapi import FastAPI\n\nfrom orgs import router\n\napp = FastAPI()\n")
    project.scaffold()
    result = project.plan("orgs.py", "--write")
    assert result.code == 0, result.err
    assert "test_list_orgs_through_the_application_does_what_it_says: " in result.out
    text = project.read("tests/test_orgs_router.py")
    assert text.count("limit=") == text.count("price=price") > 1


def test_a_conftest_without_the_fixture_of_overrides_is_told_of(project: Project) -> None:
    project.write("users_router.py", ROUTED)
    project.write("main.py", MAIN)
    project.scaffold()
    conftest = project.root / "tests/conftest.py"
    conftest.write_text(conftest.read_text().replace("override_dependency", "dependency_overrides"))
    planned = project.plan("users_router.py")
    assert "dependency_overrides (tests/conftest.py)" in planned.out
    refused = project.plan("users_router.py", "--write")
    assert refused.code == 2
    assert (
        "need the fixture override_dependency: run python scripts/scaffold.py . --merge first" in refused.err
    )


MEMBERS = """
from pydantic import BaseModel, EmailStr


class Member(BaseModel):
    email: EmailStr
    role: str


class Lookup:
    async def find(self, name: str) -> Member:
        raise NotImplementedError


class MemberService:
    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup

    async def greet(self, name: str) -> str:
        member = await self.lookup.find(name)
        if member.role in ("owner", "admin"):
            return f"dear {member.email}"
        return member.email
"""


def test_a_value_that_is_tried_and_refused_does_not_spoil_those_that_are_taken(project: Project) -> None:
    project.write("members.py", MEMBERS)
    result = project.plan("members.py", "--write")
    assert result.code == 0, result.err
    assert "def test_greet_with_role_owner_returns_str" in project.read("tests/test_members_service.py")
    ran = project.pytest("tests/test_members_service.py")
    assert ran.code == 0, ran.out
