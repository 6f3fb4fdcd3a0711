"""What the domain refuses, and what PostgreSQL's refusals mean."""

from sqlalchemy.exc import IntegrityError


class LibraryException(Exception):
    """The library does not do that."""


class NotFound(LibraryException):
    """It is not there."""


class Conflict(LibraryException):
    """It does not go with what is there."""


MEANINGS = {
    "uq_members_email": "this address is taken",
    "uq_titles_isbn": "this ISBN is taken",
    "ix_loans_open": "the member has this title already",
    "uq_holds_position": "the queue has moved meanwhile: try again",
    "uq_holds_member_id": "the member waits for this title already",
}


def meaning_of(error: IntegrityError) -> Exception:
    """Return what to raise for a violated constraint: the error itself, if nobody has foreseen it."""
    cause = error.orig.__cause__ if error.orig else None
    meaning = MEANINGS.get(getattr(cause, "constraint_name", None) or "")
    return Conflict(meaning) if meaning else error
