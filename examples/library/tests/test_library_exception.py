"""Tests for src/domain/exception.py."""

import pytest
from sqlalchemy.exc import IntegrityError

from src.domain.exception import Conflict, meaning_of


def violated(constraint: str | None) -> IntegrityError:
    """What SQLAlchemy raises, with what asyncpg told it; None for an error that no driver has caused."""
    if constraint is None:
        return IntegrityError("INSERT", {}, None)  # type: ignore[arg-type]
    cause: Exception = Exception("refused")
    cause.constraint_name = constraint  # type: ignore[attr-defined]
    refused: Exception = Exception("refused")
    refused.__cause__ = cause
    return IntegrityError("INSERT", {}, refused)


@pytest.mark.parametrize(
    ("constraint", "meaning"),
    [
        ("uq_members_email", "this address is taken"),
        ("uq_titles_isbn", "this ISBN is taken"),
        ("ix_loans_open", "the member has this title already"),
        ("uq_holds_position", "the queue has moved meanwhile: try again"),
        ("uq_holds_member_id", "the member waits for this title already"),
    ],
)
def test_meaning_of_known_constraint_is_conflict(constraint: str, meaning: str) -> None:
    """With the words that the caller gets to read."""
    found: Exception = meaning_of(violated(constraint))

    assert type(found) is Conflict
    assert str(found) == meaning


@pytest.mark.parametrize("constraint", ["ck_titles_copies", None])
def test_meaning_of_other_error_is_the_error(constraint: str | None) -> None:
    """Nobody has foreseen it: it stays what it is."""
    error: IntegrityError = violated(constraint)

    assert meaning_of(error) is error
