"""What travels between the layers."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, model_validator

Status = Literal["pending", "approved", "rejected", "inactive"]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


def clean_name(name: str) -> str:
    """Return the name with single spaces; raise ValueError if it is empty, too long or not printable."""
    words = " ".join(name.split())
    if not 1 <= len(words) <= 120 or not words.isprintable():
        raise ValueError("a name has 1 to 120 printable characters")
    return words


def clean_cpf(cpf: str) -> str:
    """Return the eleven digits of a CPF; raise ValueError if its form or its check digits are wrong."""
    if not re.fullmatch(r"[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}", cpf):
        raise ValueError("a CPF has eleven digits, as in 529.982.247-25")
    digits = [int(digit) for digit in cpf if digit.isdigit()]
    for place in (9, 10):
        weighted = sum(digit * (place + 1 - index) for index, digit in enumerate(digits[:place]))
        if digits[place] != weighted * 10 % 11 % 10:
            raise ValueError("the check digits of this CPF are wrong")
    if len(set(digits)) == 1:
        raise ValueError("a CPF is not one digit eleven times")
    return "".join(map(str, digits))


Name = Annotated[str, AfterValidator(clean_name)]
Email = Annotated[EmailStr, AfterValidator(str.lower)]
Cpf = Annotated[str, AfterValidator(clean_cpf)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UserDTO:
    """The shapes of a user."""

    class Create(_Input):
        """A new user."""

        name: Name
        email: Email
        cpf: Cpf | None = None

    class Update(_Input):
        """The fields to change; what is left out stays as it is."""

        name: Name = ""  # the default is never stored, see changes()
        email: Email = ""
        cpf: Cpf | None = None

        @model_validator(mode="after")
        def _changes_something(self) -> Self:
            if not self.model_fields_set:
                raise ValueError("nothing to change")
            return self

        def changes(self) -> dict[str, Any]:
            """Return the fields that were given."""
            return self.model_dump(exclude_unset=True)

    class Read(BaseModel):
        """A user as stored."""

        id: int
        name: str
        email: str
        cpf: str | None
        status: Status
        created_at: datetime

    class Search(_Input):
        """Which users, and which page of them."""

        status: Status | None = None
        name: Name | None = None
        limit: int = Field(default=50, ge=1, le=200)
        offset: int = Field(default=0, ge=0, le=2**31 - 1)

    class Assign(_Input):
        """A role for a user."""

        user_id: Id
        role_id: Id

    class SetStatus(_Input):
        """The next status of a user."""

        status: Status

    class Synced(BaseModel):
        """What a synchronisation did."""

        received: int
        deactivated: int
