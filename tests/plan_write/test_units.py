"""Units of work, private names, columns that are declared once, and what the environment says."""

from __future__ import annotations

import pytest
from async_testing.cli.scaffold import main as scaffold

from tests.plan_write.conftest import Project
from tests.plan_write.test_rows import DATABASE, unnoticed

MODEL = """from typing import Annotated
from uuid import UUID, uuid4

from sqlalchemy import JSON, DateTime, ForeignKey, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

key = Annotated[uuid4, mapped_column(Uuid, primary_key=True)]


class Base(DeclarativeBase):
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return f"{cls.__name__.lower()}s"


class Hotel(Base):
    id: Mapped[key]
    name: Mapped[str]
    services: Mapped[list[str]] = mapped_column(JSON)
    opened: Mapped[str] = mapped_column(DateTime)


class Room(Base):
    id: Mapped[key]
    hotel_id: Mapped[int] = mapped_column(ForeignKey("hotels.id"))
    price: Mapped[int]
"""
REPOSITORY = """from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from model import Hotel, Room


class Hotels:
    def __init__(self, session: AsyncSession) -> None:
        self.__session = session

    async def store(self, data: dict) -> None:
        await self.__session.execute(insert(Hotel).values(**data))

    async def change(self, hotel_id: UUID, data: dict) -> None:
        await self.__session.execute(update(Hotel).where(Hotel.id == hotel_id).values(**data))

    async def services(self, hotel_id: UUID) -> list[str] | None:
        return await self.__session.scalar(select(Hotel.services).where(Hotel.id == hotel_id))


class Rooms(Hotels):
    def __init__(self, session: AsyncSession) -> None:
        super().__init__(session)
        self.__session = session

    async def add(self, room_id: UUID, hotel_id: UUID, price: int) -> None:
        self.__session.add(Room(id=room_id, hotel_id=hotel_id, price=price))
        await self.__session.flush()

    async def cheaper(self, price: int) -> Sequence[Room]:
        return (await self.__session.scalars(select(Room).where(Room.price < price))).all()
"""
STORED = [
    ("insert(Hotel)", "insert(Room)"),
    ("values(**data))\n\n    async def services", "values(name='x'))\n\n    async def services"),
    ("update(Hotel).where(Hotel.id == hotel_id)", "update(Hotel)"),
    ("select(Hotel.services)", "select(Hotel.name)"),
    ("price=price", "price=1"),
    ("self.__session.add(", "str("),
    ("Room.price < price", "Room.price <= price"),
]
SERVICE = """import os
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from database import engine
from repository import Hotels, Rooms


class Refused(Exception):
    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Price(Refused):
    value: int


class UnitOfWork(AbstractAsyncContextManager["UnitOfWork"]):
    def __init__(self) -> None:
        self.session: AsyncSession = None

    async def __aenter__(self) -> "UnitOfWork":
        self.session = AsyncSession(engine)
        self.rooms = Rooms(self.session)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.session.close()

    async def commit(self) -> None:
        await self.session.commit()


def highest() -> int:
    return int(os.environ["HIGHEST_COUNT"]) + int(os.getenv("MORE", "5"))


LEVEL = os.environ.get("NO_SUCH_LEVEL", "low")


def level() -> str:
    return LEVEL.upper()


_first: str | None = None


def first(name: str) -> str:
    global _first
    if _first is None:
        _first = name
    return _first


class Agency:
    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit

    async def offer(self, room_id: UUID, hotel_id: UUID, price: Price) -> int:
        if price.value > 100:
            raise Refused("too much")
        async with self.unit as unit:
            await unit.rooms.add(room_id, hotel_id, price.value)
            await unit.commit()
        return price.value

    async def shown(self, hotel_id: UUID) -> list[str] | None:
        return await Hotels(self.unit.session).services(hotel_id)


def summary(data: dict) -> str:
    return f"{data['name']} ({data['stars']})"
"""
CHANGES = [
    ("room_id, hotel_id, price.value)", "hotel_id, room_id, price.value)"),
    ("await unit.commit()", "pass"),
    ("return price.value", "return 1"),
    ("price.value > 100", "price.value >= 100"),
    ("Hotels(self.unit.session)", "Hotels(None)"),
    ("HIGHEST_COUNT", "LOWEST_COUNT"),
    ('"5"', '"6"'),
    ("({data['stars']})", "({data['name']})"),
    ("_first = name", "_first = 'x'"),
    ("LEVEL.upper()", "LEVEL"),
]


@pytest.fixture
def hotels(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A service on a unit of work; the environment has a variable that its tests read."""
    monkeypatch.setenv("MORE", "70")
    for path, text in {
        "database.py": DATABASE,
        "model.py": MODEL,
        "repository.py": REPOSITORY,
        "hotel_service.py": SERVICE,
    }.items():
        project.write(path, text)
    return project


def test_what_a_unit_of_work_and_the_environment_give_is_arranged(hotels: Project) -> None:
    assert unnoticed(hotels, "hotel_service.py", CHANGES) == []


def test_columns_are_filled_by_what_their_declarations_say(hotels: Project) -> None:
    assert scaffold([str(hotels.root), "--with-database"]) == 0
    assert unnoticed(hotels, "repository.py", STORED, "-p", "no:cacheprovider") == []


@pytest.mark.parametrize(
    ("parameter", "body", "called"),
    [
        ("label: FromDishka[Label]", "await label(1)", "show.__dishka_orig_func__("),
        ("label: str", "label * 2", "show("),
    ],
)
def test_what_dishka_injects_is_called_past_its_decorator(
    project: Project, parameter: str, body: str, called: str
) -> None:
    project.write(
        "show_service.py",
        "from dishka.integrations.fastapi import FromDishka, inject\n\n\n"
        "class Label:\n    async def __call__(self, number: int) -> str:\n        return str(number)\n\n\n"
        f"@inject\nasync def show({parameter}) -> str:\n    return {body}\n",
    )

    project.plan("show_service.py", "--write")

    assert f" {called}" in project.read("tests/test_show_service.py")
