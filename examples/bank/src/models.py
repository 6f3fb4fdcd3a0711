"""What travels between the routes and the repositories. Money is in cents."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Cents = Annotated[int, Field(ge=1, le=10**12)]
Text = Annotated[str, Field(pattern=r"^\P{C}{1,40}$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewCustomer(_Model):
    """Somebody who wants to have accounts."""

    email: Annotated[str, Field(pattern=r"^[^\s@]{1,59}@[^\s@]{1,60}$")]
    name: Annotated[str, Field(pattern=r"^\P{C}{1,120}$")]


class Customer(NewCustomer):
    """Somebody who may have accounts."""

    id: int


class NewAccount(_Model):
    """An account to be opened, empty; its balance may go below zero by `credit`."""

    owner: Id
    name: Text
    credit: Annotated[int, Field(ge=0, le=10**12)] = 0


class Account(NewAccount):
    """An account and what is on it."""

    id: int
    balance: int


class Payment(_Model):
    """So much for an account."""

    account: Id
    cents: Cents


class NewTransfer(_Model):
    """Payments from one account to others, all or none; the reference is the client's."""

    reference: Text
    source: Id
    payments: Annotated[list[Payment], Field(min_length=1, max_length=100)]


class Transfer(_Model):
    """A transfer that was made, and what it left on the account that paid."""

    id: int
    balance: int


class Page(_Model):
    """So many entries of an account, before which transfer."""

    before: Annotated[int, Field(ge=1, le=2**31)] = 2**31
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class Entry(_Model):
    """What a transfer did to an account, and what was there afterwards."""

    transfer: int
    reference: str
    made_at: datetime
    cents: int
    balance: int


class Statement(_Model):
    """An account and its entries, the newest first, as of one moment."""

    account: Account
    entries: list[Entry]
