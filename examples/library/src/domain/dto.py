"""The shapes that go in and out."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, EmailStr, Field, StringConstraints, field_validator

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class DTO(BaseModel):
    """Unknown fields are errors; rows can be read from the models."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class MemberDTO:
    """Shapes of a member."""

    class Create(DTO):
        """Who joins."""

        name: Text
        email: EmailStr

        @field_validator("email")
        @classmethod
        def lower(cls, email: str) -> str:
            """Addresses that differ in case alone are the same."""
            return email.lower()

    class Read(DTO):
        """A member."""

        id: int
        name: str
        email: str


class TitleDTO:
    """Shapes of a title."""

    class Create(DTO):
        """What the library buys."""

        isbn: str
        name: Text
        copies: int = Field(default=1, ge=0, le=1000)

        @field_validator("isbn")
        @classmethod
        def checked(cls, isbn: str) -> str:
            """Thirteen digits, the last of which checks the others."""
            digits = isbn.replace("-", "").replace(" ", "")
            if len(digits) != 13 or not (digits.isascii() and digits.isdigit()):
                raise ValueError("an ISBN has 13 digits")
            if sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10:
                raise ValueError("the last digit of the ISBN does not fit")
            return digits

    class Update(DTO):
        """New values, and the version that they are about."""

        version: int
        name: Text
        copies: int = Field(ge=0, le=1000)

    class Read(DTO):
        """A title."""

        id: int
        isbn: str
        name: str
        copies: int
        version: int


class LoanDTO:
    """Shapes of a loan."""

    class Create(DTO):
        """Who borrows what."""

        member_id: Id
        title_id: Id

    class Read(DTO):
        """A loan."""

        id: int
        member_id: int
        title_id: int
        due_on: date
        returned_on: date | None

    class Overdue(DTO):
        """What to remind whom of."""

        loan_id: int
        title: str
        email: str
        due_on: date


class HoldDTO:
    """Shapes of a place in a queue."""

    class Read(DTO):
        """A place in the queue for a title."""

        title_id: int
        member_id: int
        position: int
