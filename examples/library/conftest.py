"""The application's own fixtures; those that any project has are in `tests/conftest.py`, as scaffold writes it."""

from collections.abc import Callable
from datetime import date

import pytest
from faker import Faker
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from src.domain.service import LibraryService
from src.domain.unit_of_work import UnitOfWork
from tests.rows import Rows


@pytest.fixture
def today() -> date:
    """The date that the service is told."""
    return date(2026, 3, 2)


@pytest.fixture
def rows(database_session_maker: async_sessionmaker[AsyncSession], faker: Faker, today: date) -> Rows:
    """Stores rows in the real database."""
    return Rows(database_session_maker, faker, today)


@pytest.fixture
def begin(database_session_maker: async_sessionmaker[AsyncSession]) -> Callable[[], UnitOfWork]:
    """Begins a unit of work on the real database."""
    return lambda: UnitOfWork(database_session_maker)


@pytest.fixture
def library(begin: Callable[[], UnitOfWork], today: date) -> LibraryService:
    """The service on the real database."""
    return LibraryService(begin, lambda: today)
