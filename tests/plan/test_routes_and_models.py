"""Routes with all that they are given and answer; models with values that are taken and refused."""

from __future__ import annotations

import importlib
import sys
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.plan.conftest import Project

ROUTER = """
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, status
from pydantic import BaseModel

router = APIRouter(prefix="/items", dependencies=[Depends(rate_limited)])


def get_current_user():
    raise HTTPException(401)


def get_service():
    return Items()


class NewItem(BaseModel):
    name: str


Service = Annotated[Items, Depends(get_service)]


@router.post("/{shop_id}", status_code=status.HTTP_201_CREATED, response_model=Item)
async def add(
    shop_id: int,
    item: NewItem,
    service: Service,
    request: Request,
    user: User = Depends(get_current_user),
    dry: bool = Query(False),
):
    if await service.has(item.name):
        raise HTTPException(status_code=409, detail="taken")
    return await service.add(shop_id, item)
"""


def test_route_tells_what_it_is_given_and_answers(project: Project) -> None:
    planned = project.plan(ROUTER, "src/routes.py")
    route: dict[str, Any] = planned.function("add")["route"]
    assert (route["methods"], route["path"], route["status"]) == (["POST"], "/items/{shop_id}", 201)
    assert [(one["name"], one["place"], one["required"]) for one in route["given"]] == [
        ("shop_id", "path", True),
        ("item", "body", True),
        ("service", "dependency", True),
        ("request", "request", True),
        ("user", "dependency", True),
        ("dry", "query", False),
    ]
    assert (route["body"], route["response"], route["statuses"]) == ("NewItem", "Item", [401, 409, 422])
    assert route["dependencies"] == [
        "Depends(rate_limited)",
        "Depends(get_service)",
        "Depends(get_current_user)",
    ]
    assert route["auth"] == ["Depends(get_current_user)"]
    assert [one for one in planned.cases if one.startswith("test_add")] == [
        "test_add_returns_201",
        "test_add_returns_422_for_invalid_item",
        "test_add_requires_credentials",
        "test_add_returns_409_when_service_has",
        "test_add_when_service_fails",
    ]


def test_controllers_of_litestar_have_their_path(project: Project) -> None:
    planned = project.plan(
        "from litestar import Controller, get, post\n\n\nclass Users(Controller):\n    path = '/users'\n\n"
        "    @get('/{user_id:int}')\n    async def one(self, user_id: int, users: UserService) -> User:\n"
        "        return await users.get(user_id)\n\n"
        "    @post()\n    async def add(self, data: NewUser, users: UserService) -> User:\n"
        "        return await users.add(data)\n"
    )
    one, add = planned.function("Users.one")["route"], planned.function("Users.add")["route"]
    assert (one["methods"], one["path"], one["status"]) == (["GET"], "/users/{user_id:int}", 200)
    assert (add["methods"], add["path"], add["status"], add["body"]) == (["POST"], "/users", 201, "NewUser")


MODELS = """
from enum import Enum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, EmailStr, Field, field_validator, model_validator

Id = Annotated[int, Field(ge=1, le=100)]


class Colour(str, Enum):
    RED = "red"


class Base(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: Id


class Item(Base):
    name: str = Field(min_length=6, max_length=20)
    email: EmailStr
    kind: Literal["a", "b"] = "a"
    colour: Colour
    tags: list[str] = Field(default_factory=list)
    price: float | None = Field(None, gt=0)
    code: str

    @field_validator("code")
    @classmethod
    def check_code(cls, value: str) -> str:
        return value

    @model_validator(mode="after")
    def fits(self):
        return self


class Box(BaseModel):
    item: Base
"""


def test_fields_tell_constraints_valid_and_invalid_values(project: Project) -> None:
    planned = project.plan(MODELS, "src/schemas.py")
    fields = planned.model("Item")
    assert list(fields) == ["id", "name", "email", "kind", "colour", "tags", "price", "code"]
    assert {name: one["valid"] for name, one in fields.items()} == {
        "id": "1",
        "name": "'x' * 6",
        "email": "'ann@example.com'",
        "kind": "'a'",
        "colour": "'red'",
        "tags": "['text']",
        "price": "1",
        "code": "",
    }
    assert fields["id"]["invalid"][:2] == [["ge 1", "0"], ["le 100", "101"]]
    assert fields["name"]["invalid"][:2] == [["min_length 6", "'x' * 5"], ["max_length 20", "'x' * 21"]]
    assert fields["price"]["invalid"] == [["gt 0", "0"], ["type", "'no number'"]]
    assert [name for name, one in fields.items() if one["required"]] == [
        "id",
        "name",
        "email",
        "colour",
        "code",
    ]
    assert fields["code"]["validators"] == ["check_code"]
    assert planned.model("Box")["item"]["valid"] == "{'id': 1}"
    assert planned.data["layer"] == "dto"
    assert {"test_item_refuses_unknown_fields", "test_item_checks_fits", "test_item_refuses_name"} <= set(
        planned.cases
    )


def test_values_that_are_told_are_taken_and_refused_by_pydantic(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The values are held against pydantic itself."""
    planned = project.plan(MODELS, "planned_schemas.py")
    monkeypatch.syspath_prepend(project.root)
    module = importlib.import_module("planned_schemas")
    monkeypatch.delitem(sys.modules, "planned_schemas")
    for name in ("Item", "Box"):
        infos = getattr(module, name).model_fields
        for field, told in planned.model(name).items():
            info = infos[field]
            adapter: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, info])
            if told["valid"]:
                adapter.validate_python(eval(told["valid"]))
            for _, value in told["invalid"]:
                with pytest.raises(ValidationError):
                    adapter.validate_python(eval(value))
