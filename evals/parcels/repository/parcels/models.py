"""What goes in and out."""

from pydantic import BaseModel, Field


class Announced(BaseModel):
    """A parcel that somebody is going to send."""

    code: str = Field(pattern=r"^[A-Z]{2}\d{6}$")
    receiver: str
    weight_grams: int = Field(gt=0, le=31_500)


class Parcel(BaseModel):
    """A parcel as it is kept."""

    id: int
    code: str
    receiver: str
    weight_grams: int
    state: str


class Scan(BaseModel):
    """Where a parcel was seen."""

    code: str
    place: str
