"""The application's own fixtures; those that any project has are in `tests/conftest.py`, as scaffold writes it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from faker import Faker

from src.domain.dto.user import UserDTO


@pytest.fixture
def user_row(faker: Faker) -> dict[str, Any]:
    """A row of the table of users."""
    return {
        "id": faker.random_int(1, 1000),
        "name": faker.name(),
        "email": faker.email(),
        "cpf": "".join(digit for digit in faker.cpf() if digit.isdigit()),
        "status": "pending",
        "created_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    }


@pytest.fixture
def user(user_row: dict[str, Any]) -> UserDTO.Read:
    """The user of that row."""
    return UserDTO.Read(**user_row)
