"""Tests for the DTOs: what they accept, what they make of it, and what they refuse."""

from typing import Any

import pytest
from faker import Faker
from pydantic import ValidationError

from src.domain.dto.user import UserDTO


def test_create_cleans_what_it_is_given() -> None:
    """The name is trimmed, the address lower case, the CPF digits only."""
    dto: UserDTO.Create = UserDTO.Create(name="  Ana   Souza ", email="Ana@Example.COM", cpf="529.982.247-25")

    assert dto.model_dump() == {"name": "Ana Souza", "email": "ana@example.com", "cpf": "52998224725"}


def test_create_needs_no_cpf(faker: Faker) -> None:
    """A user without a CPF is one whose CPF is not known."""
    dto: UserDTO.Create = UserDTO.Create(name=faker.name(), email=faker.email())

    assert dto.cpf is None


@pytest.mark.parametrize("length", [1, 120])
def test_create_accepts_name_of_length(length: int, faker: Faker) -> None:
    """The shortest and the longest name."""
    assert UserDTO.Create(name="x" * length, email=faker.email()).name == "x" * length


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "Ana\x00Souza", "Ana\u200bSouza", None])
def test_create_refuses_name(name: str, faker: Faker) -> None:
    """Empty, too long, and what nobody can see (PostgreSQL cannot even store a NUL)."""
    with pytest.raises(ValidationError) as refusal:
        UserDTO.Create(name=name, email=faker.email())

    assert [error["loc"] for error in refusal.value.errors()] == [("name",)]


@pytest.mark.parametrize("email", ["", "ana", "ana@", "@example.com", "ana@example", "ana souza@example.com"])
def test_create_refuses_email(email: str, faker: Faker) -> None:
    """What is no e-mail address."""
    with pytest.raises(ValidationError) as refusal:
        UserDTO.Create(name=faker.name(), email=email)

    assert [error["loc"] for error in refusal.value.errors()] == [("email",)]


@pytest.mark.parametrize(
    "cpf", ["529.982.247-25", "52998224725", "529982247-25", "123.456.789-09", "100.000.028-10"]
)
def test_create_accepts_cpf(cpf: str, faker: Faker) -> None:
    """With and without its punctuation; a remainder of ten makes the check digit a zero."""
    dto: UserDTO.Create = UserDTO.Create(name=faker.name(), email=faker.email(), cpf=cpf)

    assert dto.cpf == cpf.replace(".", "").replace("-", "")


@pytest.mark.parametrize("place", range(11))
def test_create_refuses_cpf_with_a_wrong_digit(place: int, faker: Faker) -> None:
    """The check digits notice any single digit that is wrong, their own included."""
    digits: list[str] = list("52998224725")
    digits[place] = str((int(digits[place]) + 1) % 10)

    with pytest.raises(ValidationError, match="check digits"):
        UserDTO.Create(name=faker.name(), email=faker.email(), cpf="".join(digits))


@pytest.mark.parametrize(
    "cpf",
    [
        "",
        "529.982.247-2",
        "529.982.247-255",
        " 529.982.247-25",
        "529/982/247-25",
        "529.982.247-2x",
        "٥٢٩٩٨٢٢٤٧٢٥",
    ],
)
def test_create_refuses_what_does_not_look_like_a_cpf(cpf: str, faker: Faker) -> None:
    """Too short, too long, other punctuation, and digits of another script."""
    with pytest.raises(ValidationError, match="eleven digits"):
        UserDTO.Create(name=faker.name(), email=faker.email(), cpf=cpf)


@pytest.mark.parametrize("digit", "0123456789")
def test_create_refuses_cpf_of_one_digit(digit: str, faker: Faker) -> None:
    """Their check digits are right, and yet nobody has such a CPF."""
    with pytest.raises(ValidationError, match="one digit eleven times"):
        UserDTO.Create(name=faker.name(), email=faker.email(), cpf=digit * 11)


def test_create_refuses_unknown_field(faker: Faker) -> None:
    """A misspelt field is an error, not something that is silently lost."""
    with pytest.raises(ValidationError) as refusal:
        UserDTO.Create.model_validate({"name": faker.name(), "email": faker.email(), "CPF": faker.cpf()})

    assert [(error["loc"], error["type"]) for error in refusal.value.errors()] == [
        (("CPF",), "extra_forbidden")
    ]


def test_create_cannot_be_changed(faker: Faker) -> None:
    """What has been validated stays as it is."""
    dto: UserDTO.Create = UserDTO.Create(name=faker.name(), email=faker.email())

    with pytest.raises(ValidationError):
        dto.name = ""


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        ({"name": " Ana  Souza"}, {"name": "Ana Souza"}),
        ({"email": "ANA@example.com", "cpf": None}, {"email": "ana@example.com", "cpf": None}),
        ({"cpf": "529.982.247-25"}, {"cpf": "52998224725"}),
    ],
)
def test_update_changes_only_what_was_given(given: dict[str, Any], changes: dict[str, Any]) -> None:
    """A field left out is no change; a CPF can be taken away."""
    assert UserDTO.Update.model_validate(given).changes() == changes


@pytest.mark.parametrize("given", [{}, {"name": None}, {"email": None}, {"name": ""}, {"id": 1}])
def test_update_refuses(given: dict[str, Any]) -> None:
    """Nothing to change, a name or an address taken away, a field that cannot be changed."""
    with pytest.raises(ValidationError):
        UserDTO.Update.model_validate(given)


@pytest.mark.parametrize("missing", ["id", "name", "email", "cpf", "status", "created_at"])
def test_read_needs_every_column(missing: str, user_row: dict[str, Any]) -> None:
    """A query that forgets a column is noticed at once."""
    del user_row[missing]

    with pytest.raises(ValidationError) as refusal:
        UserDTO.Read(**user_row)

    assert [error["loc"] for error in refusal.value.errors()] == [(missing,)]


def test_read_keeps_every_column(user_row: dict[str, Any]) -> None:
    """What is read is what was stored."""
    assert UserDTO.Read(**user_row).model_dump() == user_row


@pytest.mark.parametrize("status", ["pending", "approved", "rejected", "inactive"])
def test_status_accepts(status: str) -> None:
    """The four statuses."""
    assert UserDTO.SetStatus.model_validate({"status": status}).status == status


@pytest.mark.parametrize("status", ["", "Pending", "deleted", None])
def test_status_refuses(status: str | None) -> None:
    """Any other."""
    with pytest.raises(ValidationError):
        UserDTO.SetStatus.model_validate({"status": status})


def test_search_defaults() -> None:
    """Without a word, the first fifty users whatever their status and name."""
    assert UserDTO.Search().model_dump() == {"status": None, "name": None, "limit": 50, "offset": 0}


@pytest.mark.parametrize("page", [{"limit": 1}, {"limit": 200}, {"offset": 0}, {"offset": 2**31 - 1}])
def test_search_accepts_page(page: dict[str, int]) -> None:
    """The bounds themselves."""
    assert UserDTO.Search.model_validate(page).model_dump(exclude_unset=True) == page


@pytest.mark.parametrize("page", [{"limit": 0}, {"limit": 201}, {"offset": -1}, {"offset": 2**31}])
def test_search_refuses_page(page: dict[str, int]) -> None:
    """One beyond the bounds."""
    with pytest.raises(ValidationError):
        UserDTO.Search.model_validate(page)


@pytest.mark.parametrize("ids", [(1, 2**31 - 1), (2**31 - 1, 1)])
def test_assign_accepts_ids(ids: tuple[int, int]) -> None:
    """The smallest and the largest id that the database can hold."""
    dto: UserDTO.Assign = UserDTO.Assign(user_id=ids[0], role_id=ids[1])

    assert (dto.user_id, dto.role_id) == ids


@pytest.mark.parametrize("ids", [(0, 1), (1, 0), (2**31, 1), (1, 2**31)])
def test_assign_refuses_ids(ids: tuple[int, int]) -> None:
    """What no id can be; psqlpy would raise an OverflowError for the large ones."""
    with pytest.raises(ValidationError):
        UserDTO.Assign(user_id=ids[0], role_id=ids[1])
