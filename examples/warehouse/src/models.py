"""What travels between the routes and the repositories."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["open", "shipped", "cancelled"]
Sku = Annotated[str, Field(pattern="^[A-Z0-9][A-Z0-9-]{2,19}$")]
# No control characters: PostgreSQL does not store a zero byte.
Name = Annotated[str, Field(pattern=r"^\P{C}{1,120}$")]
Reference = Annotated[str, Field(pattern=r"^\P{C}{1,40}$")]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Model):
    """Something that is kept in stock; to be ordered again when less than `reorder_at` is left."""

    sku: Sku
    name: Name
    stock: Count = 0
    reorder_at: Count = 0


class Search(_Model):
    """One page of items: which ones, behind which SKU, how many."""

    low: bool = False
    after: Annotated[str, Field(pattern=r"^\P{C}{0,40}$")] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class Line(_Model):
    """So many of an item, as ordered."""

    sku: Sku
    quantity: Annotated[int, Field(ge=1, le=10**6)]


class NewOrder(_Model):
    """An order as a customer sends it; the reference is the customer's."""

    reference: Reference
    lines: Annotated[list[Line], Field(min_length=1, max_length=100)]


class Order(_Model):
    """An order as it is stored."""

    id: int
    reference: str
    state: State
    placed_at: datetime
    lines: list[Line]


class Delivered(_Model):
    """So many of an item, as they came; less than none went back. The database says what is wrong with it."""

    sku: Reference
    quantity: Annotated[int, Field(ge=-(10**6), le=10**6)]


class Delivery(_Model):
    """What a truck has brought, by the number of its delivery note."""

    note: Reference
    lines: Annotated[list[Delivered], Field(min_length=1, max_length=1000)]


class Rejected(_Model):
    """A line of a delivery that was not stored."""

    sku: str
    reason: str


class Received(_Model):
    """What became of a delivery."""

    stored: int
    rejected: list[Rejected]
