"""Tests for the DTOs: what they accept, what they make of it, and what they refuse."""

from typing import Any

import pytest
from faker import Faker
from pydantic import ValidationError

from src.domain.dto import LoanDTO, MemberDTO, TitleDTO

ISBN: str = "9783161484100"


def test_create_member_cleans_what_it_is_given() -> None:
    """Names are trimmed; an address has one spelling, or somebody could join twice."""
    dto: MemberDTO.Create = MemberDTO.Create(name="  Ana Souza ", email="Ana@Example.COM")

    assert dto.model_dump() == {"name": "Ana Souza", "email": "ana@example.com"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "   "), ("name", "x" * 201), ("email", "ana"), ("email", "@example.com")],
)
def test_create_member_refuses_value(field: str, value: str, faker: Faker) -> None:
    """What names nobody, or cannot be written to."""
    given: dict[str, Any] = {"name": faker.name(), "email": faker.email(), field: value}

    with pytest.raises(ValidationError) as refusal:
        MemberDTO.Create.model_validate(given)

    assert [error["loc"] for error in refusal.value.errors()] == [(field,)]


@pytest.mark.parametrize("spelled", [ISBN, "978-3-16-148410-0", "978 3 16 148410 0"])
def test_create_title_keeps_the_digits_of_the_isbn(spelled: str) -> None:
    """However it is printed, it is the same book."""
    dto: TitleDTO.Create = TitleDTO.Create(isbn=spelled, name="Dom Casmurro")

    assert dto.model_dump() == {"isbn": ISBN, "name": "Dom Casmurro", "copies": 1}


@pytest.mark.parametrize(
    ("isbn", "reason"),
    [
        ("", "13 digits"),
        (ISBN[:-1], "13 digits"),
        (ISBN + "0", "13 digits"),
        ("97831614841\u09660", "13 digits"),
        ("9783161484101", "does not fit"),
        ("9783161448100", "does not fit"),
    ],
)
def test_create_title_refuses_isbn(isbn: str, reason: str) -> None:
    """Mistyped: a digit too few or too many, another one, two that changed places."""
    with pytest.raises(ValidationError) as refusal:
        TitleDTO.Create(isbn=isbn, name="Dom Casmurro")

    (error,) = refusal.value.errors()
    assert error["loc"] == ("isbn",)
    assert reason in error["msg"]


@pytest.mark.parametrize(("copies", "accepted"), [(-1, False), (0, True), (1000, True), (1001, False)])
def test_update_title_limits_copies(copies: int, accepted: bool) -> None:
    """None is possible, less is not."""
    given: dict[str, Any] = {"version": 1, "name": "Dom Casmurro", "copies": copies}

    if accepted:
        assert TitleDTO.Update.model_validate(given).model_dump() == given
    else:
        with pytest.raises(ValidationError, match="copies"):
            TitleDTO.Update.model_validate(given)


@pytest.mark.parametrize(("copies", "accepted"), [(-1, False), (0, True), (1000, True), (1001, False)])
def test_create_title_limits_copies(copies: int, accepted: bool) -> None:
    """The same limits as for a change."""
    given: dict[str, Any] = {"isbn": ISBN, "name": "Emma", "copies": copies}

    if accepted:
        assert TitleDTO.Create.model_validate(given).copies == copies
    else:
        with pytest.raises(ValidationError, match="copies"):
            TitleDTO.Create.model_validate(given)


@pytest.mark.parametrize(
    "given", [{"member_id": 1}, {"member_id": 0, "title_id": 1}, {"member_id": 1, "title_id": 2**31}]
)
def test_create_loan_refuses_ids(given: dict[str, int]) -> None:
    """What is missing, and what no row can have."""
    with pytest.raises(ValidationError):
        LoanDTO.Create.model_validate(given)


def test_create_loan_takes_the_greatest_id() -> None:
    """The greatest that the column can hold."""
    assert LoanDTO.Create(member_id=1, title_id=2**31 - 1).title_id == 2147483647


def test_create_loan_refuses_unknown_field() -> None:
    """A date that the caller wishes for is an error, not something silently lost."""
    with pytest.raises(ValidationError) as refusal:
        LoanDTO.Create.model_validate({"member_id": 1, "title_id": 1, "due_on": "2030-01-01"})

    assert [(error["loc"], error["type"]) for error in refusal.value.errors()] == [
        (("due_on",), "extra_forbidden")
    ]
